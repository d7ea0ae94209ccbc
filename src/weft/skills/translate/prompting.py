"""What a model is told to translate: the prompt, which is data, and as facts the segments, terms, near translations and examples."""

import hashlib
import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Any, Final

import orjson
from pydantic import BaseModel, Field

from weft.business import Business
from weft.examples import Example
from weft.gateway.asking import shown
from weft.skill import product_of
from weft.skills.translate import Translate, languages
from weft.skills.translate.drafts import Draft, Passage
from weft.skills.translate.products import items
from weft.skills.translate.structure import parsed
from weft.store.preferences import Voice

_MOST_TERMS: Final = 60
_MOST_EXAMPLE: Final = 600


class One(BaseModel):
    """A segment in the other language."""

    id: str = Field(description="The segment's id.")
    text: str = Field(description="The segment's translation, with its marks.")


class Translations(BaseModel):
    """The segments in the other language."""

    translations: list[One] = Field(description="One for each segment, with its id.")


@cache
def words() -> Mapping[str, Any]:
    """The prompt's words, by what they are for."""
    return tomllib.loads(files("weft.skills.translate").joinpath("prompt/translate.toml").read_text(encoding="utf-8"))


@cache
def digest() -> str:
    """A digest of the prompt's words."""
    text = files("weft.skills.translate").joinpath("prompt/translate.toml").read_bytes()
    return hashlib.blake2b(text, digest_size=8).hexdigest()


def messages(source: str, target: str, voice: Voice, kinds: Sequence[str] = ()) -> list[dict[str, str]]:
    """The chat messages, without the facts; `kinds` are those of the facts that need a word (terms, near, examples)."""
    said = words()
    names = {"source": languages.name(source), "target": languages.name(target)}
    manner = "; ".join(said[trait][getattr(voice, trait)] for trait in ("tone", "person", "formality"))
    spelling = voice.spelling if voice.spelling and languages.same(voice.spelling, target) else ""
    lines = [
        said["task"].strip().format(**names),
        *(said[kind] for kind in kinds),
        said["voice"].format(voice=manner),
        *([said["spelling"].format(spelling=languages.name(spelling))] if spelling else []),
        *([said["avoid"].format(words=", ".join(voice.avoid))] if voice.avoid else []),
    ]
    return [
        {"role": "system", "content": "\n\n".join(lines)},
        {"role": "user", "content": said["request"].format(**names)},
    ]


def segment(name: str, draft: Draft, passage: Passage) -> dict[str, str]:
    """A segment as a model is shown it."""
    where = draft.item.field if not passage.segment.context else f"{draft.item.field}, {passage.segment.context}"
    told = {"id": name, "where": where, "text": passage.segment.text}
    placeholders = {mark.text: mark.raw[:80] for mark in passage.segment.marks.values() if mark.kind == "placeholder"}
    return {**told, "placeholders": orjson.dumps(placeholders).decode()} if placeholders else told


def facts(
    segments: Sequence[Mapping[str, str]],
    terms: Sequence[tuple[str, str]],
    near: Sequence[tuple[str, str]],
    examples: Sequence[Example],
) -> dict[str, Any]:
    """What a model is shown as data; `segments` may be narrowed by whoever holds it."""
    told: dict[str, Any] = {"segments": segments}
    if terms:
        told["terms"] = [{"term": term, "translation": said} for term, said in terms[:_MOST_TERMS]]
    if near:
        told["translated_before"] = [{"text": text, "translation": said} for text, said in near]
    shown_ = [one for one in map(_example, examples) if one is not None]
    if shown_:
        told["examples"] = shown_
    return told


def kinds(told: Mapping[str, Any]) -> list[str]:
    """The words that the prompt needs for these facts."""
    names = {"terms": "terms", "translated_before": "near", "examples": "examples"}
    return [kind for name, kind in names.items() if name in told]


def _example(example: Example) -> dict[str, str] | None:
    fact = next((one for one in example.facts if isinstance(one, Mapping) and "language" in one), None)
    if fact is None or not isinstance(example.after, str):
        return None
    return {"text": str(fact.get("value"))[:_MOST_EXAMPLE], "translation": example.after[:_MOST_EXAMPLE]}


def conversation(asked: Translate, business: Business, texts: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The chat messages in which a model gives these texts, by field; none where no text has the segments of its source."""
    if asked.product is None or not asked.into:
        return []
    product, target = product_of(asked.product, business), asked.into[0]
    found = items(product, asked.fields)
    source = languages.Reader(asked, business.preferences.languages(), asked.into).of_all(found)
    segments: list[dict[str, str]] = []
    said: list[dict[str, str]] = []
    for item in found:
        draft = Draft.of(item, source, target)
        after = texts.get(item.place(target))
        mine = [passage for passage in draft.passages if not passage.segment.added]
        theirs = parsed(after, draft.parsed.format).segments if isinstance(after, str) else ()  # type: ignore[arg-type]
        if len(mine) != len(theirs):
            continue
        for passage, translated in zip(mine, theirs, strict=True):
            name = str(len(segments) + 1)
            segments.append(segment(name, draft, passage))
            said.append({"id": name, "text": translated.text})
    if not segments:
        return []
    told = facts(segments, [], [], [])
    system, user = messages(source, target, business.preferences.voice())
    data = "\n".join(shown(name, value) for name, value in told.items())
    return [
        system,
        {**user, "content": f"{user['content']}\n{data}"},
        {"role": "assistant", "content": orjson.dumps({"translations": said}).decode()},
    ]
