"""What a thing is made of, read from a sentence: shares of materials, by the part that they make up.

`97% Cotton, 3% Spandex, Lining 100% Cotton` is two parts. Only materials that are known are read; a share that is of something else
is no composition.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Final

from weft.skills.write.lexicon import Word, folded, materials

_WHOLE: Final = 100
# Shares are rounded, and may add up to a little more than there is.
_MOST: Final = Decimal(101)
_SHARE: Final = re.compile(r"(\d{1,3}(?:[.,]\d)?)\s?%\s*")
_JOINTS: Final = re.compile(r"[,;.&/()]|\band\b|\bund\b|\bet\b|\bwith\b|\bmit\b", re.IGNORECASE)
_PARTS: Final[Mapping[str, Word]] = {
    **dict.fromkeys(
        ("lining", "futter", "innenfutter", "lined in", "jacket lining", "body lining", "coat lining", "inner lining"),
        Word("Lining", "Futter"),
    ),
    **dict.fromkeys(("trim", "besatz", "trims", "trimming", "trimmings"), Word("Trim", "Besatz")),
    **dict.fromkeys(
        ("shell", "outer", "outer shell", "oberstoff", "1st shell", "outershell", "exterior", "outside", "self"),
        Word("Shell", "Oberstoff"),
    ),
    **dict.fromkeys(("2nd shell", "second shell"), Word("Second shell", "Zweiter Oberstoff")),
    **dict.fromkeys(("3rd shell", "third shell"), Word("Third shell", "Dritter Oberstoff")),
    **dict.fromkeys(("interior", "inside", "innenseite"), Word("Interior", "Innenseite")),
    **dict.fromkeys(
        ("2nd fabric", "second fabric", "fabric 2", "zweiter stoff", "stoff 2"), Word("Second fabric", "Zweiter Stoff")
    ),
    **dict.fromkeys(("flounce", "flounces", "ruffle", "ruffles", "volant", "volants"), Word("Flounce", "Volant")),
    **dict.fromkeys(("padding", "wattierung", "polsterung"), Word("Padding", "Wattierung")),
    **dict.fromkeys(("fill", "filling", "füllung"), Word("Filling", "Füllung")),
    **dict.fromkeys(("upper", "obermaterial"), Word("Upper", "Obermaterial")),
    **dict.fromkeys(("sole", "sohle", "outsole"), Word("Sole", "Sohle")),
    **dict.fromkeys(("insole", "innensohle"), Word("Insole", "Innensohle")),
    **dict.fromkeys(("body", "bodice", "main", "hauptstoff"), Word("Body", "Hauptstoff")),
    **dict.fromkeys(("collar", "kragen"), Word("Collar", "Kragen")),
    **dict.fromkeys(("sleeves", "sleeve", "ärmel"), Word("Sleeves", "Ärmel")),
    **dict.fromkeys(("back", "rückseite"), Word("Back", "Rückseite")),
    **dict.fromkeys(("front", "vorderseite"), Word("Front", "Vorderseite")),
    **dict.fromkeys(("contrast", "kontrast"), Word("Contrast", "Kontraststoff")),
    **dict.fromkeys(("rib", "ribbing", "bündchen"), Word("Ribbing", "Bündchen")),
    **dict.fromkeys(("straps", "strap", "träger"), Word("Straps", "Träger")),
    **dict.fromkeys(("hood", "kapuze"), Word("Hood", "Kapuze")),
    **dict.fromkeys(("cuffs", "cuff"), Word("Cuffs", "Bündchen")),
    **dict.fromkeys(("cover", "bezug"), Word("Cover", "Bezug")),
    **dict.fromkeys(("belt", "gürtel"), Word("Belt", "Gürtel")),
    **dict.fromkeys(("pockets", "taschen", "pocket lining"), Word("Pocket lining", "Taschenfutter")),
}
_LONGEST_PHRASE: Final = 4


@dataclass(frozen=True, slots=True)
class Share:
    """A material with its share in percent, None where none is said; `said` are the words that said it."""

    percent: str | None
    material: Word
    said: str


@dataclass(frozen=True, slots=True)
class Component:
    """A part of a thing (the whole where it has no `part`) and what it is made of."""

    part: Word | None
    shares: tuple[Share, ...]


def composition(text: str) -> list[Component]:
    """The parts of a composition, in order; empty where the text is none, says something beside it, or is overfull."""
    found = _read(text)
    return [] if any(_total(one.shares) > _MOST for one in found) else found


def overfull(text: str) -> list[Share]:
    """The materials of a composition whose shares of one part add up to more than there is, without shares; else nothing."""
    found = _read(text)
    if all(_total(one.shares) <= _MOST for one in found):
        return []
    return list({share.material: replace(share, percent=None) for one in found for share in one.shares}.values())


def _read(text: str) -> list[Component]:
    """The parts of a text that is a composition and nothing else, in order."""
    plain = text.strip(" .")
    if "%" not in plain:
        return []
    found: list[tuple[Word | None, list[Share]]] = []
    marks = list(_SHARE.finditer(plain))
    part, between = _part_in(plain[: marks[0].start()]) if marks else (None, "")
    if between:
        return []
    current: list[Share] = []
    for place, mark in enumerate(marks):
        end = marks[place + 1].start() if place + 1 < len(marks) else len(plain)
        if not plain[mark.end() : end].strip(" .,;") and place + 1 == len(marks):
            # A share of nothing, as in `Lining 100%.`
            break
        share, following, trailing, rest = _share(mark[1], plain[mark.end() : end])
        if share is None or rest:
            return []
        if trailing is not None and current:
            found.append((part, current))
            current, part = [], None
        current.append(share)
        part = trailing or part
        if following is not None or trailing is not None:
            found.append((part, current))
            current, part = [], following
    if current:
        found.append((part, current))
    return [Component(name, tuple(one)) for name, shares in found for one in _wholes(shares)]


def _wholes(shares: list[Share]) -> list[list[Share]]:
    """Shares that add up to a whole, and those after them: `92% Cotton, 8% Silk, 100% Cotton` is two fabrics."""
    for place in range(1, len(shares)):
        if _total(shares[:place]) == _WHOLE:
            return [shares[:place], *_wholes(shares[place:])]
    return [shares]


def _total(shares: Sequence[Share]) -> Decimal:
    return sum((Decimal((one.percent or "0").replace(",", ".")) for one in shares), Decimal(0))


def _share(percent: str, text: str) -> tuple[Share | None, Word | None, Word | None, str]:
    """A share's material, the part that the next shares are of, the part that this one is of, and what else is said."""
    pieces = [piece.strip(" :-–") for piece in _JOINTS.split(text)]
    first, *others = pieces
    material, rest = _material_in(first)
    if material is None:
        return None, None, None, text
    trailing = _PARTS.get(folded(rest)) if rest else None
    if rest and trailing is None:
        return None, None, None, text
    following: Word | None = None
    said = [piece for piece in others if piece]
    if said:
        following, between = _part_in(said[-1])
        if between or len(said) > 1 or following is None:
            return None, None, None, text
    taken = first[: len(first) - len(rest)].strip() if rest else first
    return Share(percent, material, taken), following, trailing, ""


def _material_in(phrase: str) -> tuple[Word | None, str]:
    """The material that a phrase begins with, as long as possible, and the rest."""
    words = phrase.split()
    for length in range(min(_LONGEST_PHRASE, len(words)), 0, -1):
        material = materials().get(folded(" ".join(words[:length])))
        if material is not None:
            return material, " ".join(words[length:])
    return None, phrase


def _part_in(text: str) -> tuple[Word | None, str]:
    """The part that a text names, and what it says beside."""
    plain = folded(text).strip(" :,;-–()")
    if not plain:
        return None, ""
    part = _PARTS.get(plain)
    return part, "" if part is not None else plain


def named(text: str) -> list[Share]:
    """The materials of an attribute such as `beech and cotton canvas`, without shares; empty where one of them is not known."""
    found = []
    whole = materials().get(folded(text))
    if whole is not None:
        return [Share(None, whole, text.strip())]
    for piece in re.split(r"\s*(?:,|;|/|&|\band\b|\bund\b)\s*", text.strip(" .")):
        material, rest = _material_in(piece)
        if material is None or rest:
            return []
        found.append(Share(None, material, piece))
    return found


def whole(components: Sequence[Component]) -> Component | None:
    """The component that is the thing itself: that without a part, else its shell, body or upper.

    Where several are without a part nobody knows which of them it is: all of their materials, without shares.
    """
    bare = [one for one in components if one.part is None]
    if len(bare) > 1:
        materials_ = {share.material: share for one in bare for share in one.shares}
        return Component(None, tuple(replace(share, percent=None) for share in materials_.values()))
    return next(iter(bare), None) or next(
        (one for one in components if one.part and one.part.en in ("Shell", "Body", "Upper")), None
    )


def by_part(components: Sequence[Component]) -> Mapping[Word | None, list[Component]]:
    """The components by the part that they are of, in order."""
    found: dict[Word | None, list[Component]] = {}
    for one in components:
        found.setdefault(one.part, []).append(one)
    return found
