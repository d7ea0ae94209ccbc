"""What a model is told to write a product's texts: the prompt, which is data, the facts, and the nearest examples."""

import html
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any, Final

from babel import Locale, UnknownLocaleError
from pydantic import BaseModel, Field, create_model

from weft.examples import Group
from weft.skills.write import Channel, Part
from weft.skills.write.brief import Brief
from weft.skills.write.channels import CHANNELS, field_of
from weft.skills.write.checks import Standard
from weft.store.preferences import Voice

MOST_EXAMPLES: Final = 4
MOST_OF_EXAMPLES: Final = 4_000
_MOST_FACTS: Final = 12
_MOST_SAMPLES: Final = 4
_MOST_OF_A_SAMPLE: Final = 1_000
_MOST_OWN: Final = 4_000
_BLOCK: Final = re.compile(r"</?(?:p|ul|ol|h[1-6]|table|tbody|tr|dl|div|br)\b[^>]*>", re.IGNORECASE)
_ITEM: Final = re.compile(r"<(?:li|dt)\b[^>]*>", re.IGNORECASE)
_TAG: Final = re.compile(r"</?[a-zA-Z][^<>]*>")


class Alt(BaseModel):
    """A picture's text."""

    place: int = Field(description="The picture's place.")
    text: str = Field(description="What can be seen on it.")


@dataclass(frozen=True, slots=True)
class Prompt:
    """What a model is told: the system's message, and the type of its answer."""

    system: str
    request: str
    wanted: type[BaseModel]

    @property
    def messages(self) -> list[dict[str, str]]:
        """The chat messages, without the facts."""
        return [{"role": "system", "content": self.system}, {"role": "user", "content": self.request}]


@cache
def words() -> Mapping[str, Any]:
    """The prompt's words, by what they are for."""
    return tomllib.loads(files("weft.skills.write").joinpath("prompt/write.toml").read_text(encoding="utf-8"))


def prompt(parts: Sequence[Part], measured: Standard) -> Prompt:
    """What a model is told for these parts, in this channel, language and voice; made once for all products."""
    return _prompt(tuple(parts), measured.channel, measured.language, measured.voice.model_dump_json())


@lru_cache(maxsize=256)
def _prompt(parts: tuple[Part, ...], channel: Channel, language: str, voice_json: str) -> Prompt:
    voice, said, limits = Voice.model_validate_json(voice_json), words(), CHANNELS[channel].limits
    told = {
        part: said["parts"][part].format(
            characters=limits[part].characters, most=limits[part].most, least=limits[part].least
        )
        for part in parts
    }
    lines = [
        said["task"].strip(),
        "\n".join(f"{part}: {words}" for part, words in told.items()),
        said["channel"].format(channel=said["channels"][channel]),
        said["language"].format(language=named(language, voice)),
        said["voice"].format(
            voice="; ".join(said[trait][getattr(voice, trait)] for trait in ("tone", "person", "formality"))
        ),
        *([said["brand"].format(brand=voice.brand)] if voice.brand else []),
        *([said["use"].format(words=", ".join(voice.use))] if voice.use else []),
        *([said["avoid"].format(words=", ".join(voice.avoid))] if voice.avoid else []),
        said["examples"],
        *([said["samples"]] if voice.examples else []),
    ]
    kinds: dict[Part, Any] = {"description": list[str], "bullets": list[str], "alt": list[Alt]}
    answer: dict[str, Any] = {
        part: (kinds.get(part, str) | None, Field(default=None, description=words)) for part, words in told.items()
    }
    return Prompt("\n\n".join(lines), said["request"], create_model("Texts", __doc__="The texts.", **answer))


def named(language: str, voice: Voice | None = None) -> str:
    """A language as a model is told it: `German (de-CH)`."""
    spelling = voice.spelling if voice is not None else ""
    code = (
        spelling if spelling.partition("-")[0].lower() == language.partition("-")[0].lower() and spelling else language
    )
    try:
        name = Locale.parse(code, sep="_" if "_" in code else "-").get_language_name("en")
    except (UnknownLocaleError, ValueError):
        name = None
    return f"{name} ({code})" if name else code


def facts(known: Brief, measured: Standard, near: Sequence[Group]) -> dict[str, Any]:
    """What a model is shown as data: the product, and texts of other products that the shop has taken."""
    told = known.told()
    left = _MOST_OWN
    own = []
    for sentence in told.get("own_sentences", ()):
        left -= len(sentence)
        if left < 0:
            break
        own.append(sentence)
    shown: dict[str, Any] = {"product": {**told, "own_sentences": own}}
    if near:
        shown["examples"] = [_example(group) for group in near]
    if measured.voice.examples:
        shown["samples"] = [text[:_MOST_OF_A_SAMPLE] for text in measured.voice.examples[:_MOST_SAMPLES]]
    return shown


def _example(group: Group) -> dict[str, Any]:
    there: dict[str, Any] = {}
    for example in group.texts.values():
        for fact in example.facts:
            if isinstance(fact, Mapping) and "field" in fact and "model" not in fact and len(there) < _MOST_FACTS:
                there[str(fact["field"])] = fact.get("value")
    return {"facts": there, "texts": {name: said(example.after) for name, example in group.texts.items()}}


def said(text: Any) -> Any:
    """A text that was taken as a model would have said it: HTML as a list of paragraphs."""
    return blocks(text) if isinstance(text, str) and _TAG.search(text) else text


def blocks(text: str) -> list[str]:
    """The paragraphs of HTML as plain texts, items of lists with '- ' before them; plain text as it is."""
    marked = _ITEM.sub("\n- ", _BLOCK.sub("\n", text)) if "<" in text else text
    plain = html.unescape(_TAG.sub("", marked)) if "<" in text else text
    lines = (" ".join(line.split()) for line in plain.split("\n"))
    return [line for line in lines if line and line != "-"]


def fields(parts: Sequence[Part], known: Brief, channel: Channel) -> dict[str, tuple[Part, int | None]]:
    """The fields of a product that these parts are written into, each with its part and a picture's place."""
    limits = CHANNELS[channel].limits
    found: dict[str, tuple[Part, int | None]] = {}
    for part in parts:
        if part in limits:
            for place in [picture.place for picture in known.pictures] if part == "alt" else [None]:
                found[field_of(part, channel, known.language, known.main, place)] = (part, place)
    return found
