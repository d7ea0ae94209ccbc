"""Texts as the skill answers them: pieces, edits with their facts and checks, and what kept a product from being written."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

from weft.skill import Edit
from weft.skills.write import Part, Piece, Unwritten, Write, Written
from weft.skills.write.brief import Brief
from weft.skills.write.channels import field_of
from weft.skills.write.checks import rows
from weft.skills.write.setting import Setting

NOTHING_KNOWN: Final = "Nothing is known of the product: give it a title, or say what it is in its type."
_TOLD: Final = 20
_PASSED: Final = ("limits", "html", "words", "language", "claims")


@dataclass(frozen=True, slots=True)
class Text:
    """A text that passed its checks: of a part (of a picture, at its `place`), how many claims it makes, which facts it rests on
    (all, where none are named).
    """

    part: Part
    text: str | list[str]
    place: int | None = None
    claims: int = 0
    rests_on: tuple[str, ...] = ()


def twins_of(briefs: Sequence[Brief], here: Setting) -> dict[int, list[str]]:
    """For each brief, by its place, the ids of other products of the business with equal facts."""
    return {place: twins for place, twins in enumerate(here.twins(briefs)) if twins}


def answered(
    asked: Write,
    brief: Brief,
    made: tuple[Sequence[Text], Sequence[Unwritten]],
    here: Setting,
    twins: Sequence[str] = (),
    *,
    engine: Literal["local", "model"] = "local",
    model: str | None = None,
) -> Written:
    """An answer of texts that passed their checks. With `twins` nothing is written: which of them is which, a person has to say."""
    texts, left = made
    answer = Written(
        engine=engine,
        model=model,
        language=brief.language,
        channel=asked.channel,
        needs=list(brief.needs),
        duplicates=list(twins)[:_TOLD],
        left=list(left),
    )
    if twins:
        why = f"Its facts are those of {', '.join(twins[:3])}{' and others' if len(twins) > 3 else ''}: the same product twice, as it seems."
        answer.left = [Unwritten(part=part, why=why) for part in dict.fromkeys(asked.parts)]
        return answer
    refused = here.refused(brief.product)
    for text in texts:
        where = field_of(text.part, asked.channel, brief.language, brief.main, text.place)
        answer.pieces.append(
            Piece(part=text.part, field=where, text=text.text, claims=text.claims, engine=engine, model=model)
        )
        after = kept_as(text.text, where)
        if after == held(here.current(brief.product), where) or (where, str(after)) in refused:
            continue
        answer.changes.append(
            Edit(
                record=brief.product,
                field=where,
                after=after,
                facts=brief.facts(text.rests_on),
                checks=rows(dict.fromkeys(_PASSED, ())),
            )
        )
    return answer


def kept_as(text: str | Sequence[str], where: str) -> str | list[str]:
    """A text in the form in which its field holds it: translations hold lines."""
    if isinstance(text, str):
        return text
    return "\n".join(text) if where.startswith("translations.") else list(text)


def held(product: Mapping[str, Any], where: str) -> Any:
    """What a field of a product holds now, as far as it was read."""
    family, _, rest = where.partition(".")
    if family == "attributes":
        held = (product.get("attributes") or {}).get(rest)
        return held.get("value") if isinstance(held, Mapping) else held
    if family == "images":
        place = int(rest.partition(".")[0])
        images = product.get("images") or []
        return images[place - 1].get("alt") if place <= len(images) else None
    if family == "translations":
        language, _, name = rest.partition(".")
        return ((product.get("translations") or {}).get(language) or {}).get(name)
    return product.get(where)
