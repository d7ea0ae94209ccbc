"""What plain rules read out of a product's words: labels, options, known words, quantities; with no model and no learning."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from weft.skills.organize.attributes.lexicon import Entry, Lexicon, folded, lexicon
from weft.skills.organize.attributes.measures import Measure, measures, sizes
from weft.skills.organize.attributes.places import Passage, Word, once, passages

# Attributes whose words are also said of what a product is used on, stands beside or only looks like.
_SPOKEN_OF: Final = frozenset(["color", "pattern", "finish", "shape"])
_SPOKEN_BEFORE: Final = frozenset(["for", "on", "like", "wie", "für", "pour", "para", "comme", "como", "for all"])
_ARTICLES: Final = frozenset(
    [
        "a",
        "an",
        "the",
        "all",
        "any",
        "some",
        "most",
        "your",
        "real",
        "genuine",
        "der",
        "die",
        "das",
        "den",
        "dem",
        "alle",
        "le",
        "la",
        "les",
        "du",
        "de",
        "des",
        "el",
        "los",
        "las",
    ]
)
_AND: Final = frozenset(["and", "or", "und", "oder", "et", "ou", "y", "o"])
_JOINED: Final = re.compile(r"(?:\s*[,/&+|]\s*(?:and\s+)?|\s+(?:and|und|et|y|with)\s+)", re.IGNORECASE)
_STOP: Final = re.compile(r"[.;:!?\n\t|•]")
_SEPARATED: Final = re.compile(r"\s*(?:[:=\t]|[-–]\s)\s*|\s*\n?\t\s*")
_VALUE_END: Final = re.compile(r"[\n\t;|•]|\.(?=\s|$)|\s[-–]\s|\s\(|[!?]|,\s(?=\w+\s?:)")
_SHARE: Final = re.compile(r"(?<![\d.,])(\d{1,3}(?:[.,]\d)?)\s?%\s{0,3}(?:[-–]\s?)?", re.IGNORECASE)
# A composition of another part of the product: only the first one, the main part's, is read.
_PART: Final = re.compile(r"[a-zäöüéè]{4,}", re.IGNORECASE)
_SIDES: Final = re.compile(r"\(?\b([lwhdbt])\s?[x×*/]\s?([lwhdbt])(?:\s?[x×*/]\s?([lwhdbt]))?\b\)?", re.IGNORECASE)
_SIDE: Final = {"l": "length", "w": "width", "b": "width", "h": "height", "d": "depth", "t": "depth"}
_AFTER: Final = {
    "long": "length", "length": "length", "lang": "length", "wide": "width", "width": "width", "breit": "width",
    "high": "height", "tall": "height", "height": "height", "hoch": "height", "deep": "depth", "depth": "depth",
    "tief": "depth", "ssd": "storage", "hdd": "storage", "emmc": "storage", "diameter": "diameter", "thick": "thickness", "ram": "memory", "memory": "memory",
}  # fmt: skip
_FILLERS: Final = frozenset(
    [
        "of",
        "is",
        "approx",
        "approximately",
        "about",
        "around",
        "ca",
        "circa",
        "total",
        "overall",
        "only",
        "just",
        "inside",
        "outside",
        "in",
        "max",
        "up",
        "to",
    ]
)
_QUANTITY: Final = re.compile(r"\d\s?[a-zA-Z\"]{1,5}\s*$")
_BY_KIND: Final = {
    "length": frozenset(["length", "width", "height", "depth", "diameter", "thickness", "screen_size", "size"]),
    "weight": frozenset(["weight"]),
    "volume": frozenset(["capacity"]),
    "power": frozenset(["power"]),
    "voltage": frozenset(["voltage"]),
    "charge": frozenset(["battery", "capacity"]),
    "data": frozenset(["storage", "memory", "capacity"]),
}
_UNLABELLED: Final = {
    "weight": ("weight", 0.62, 0.0),
    "volume": ("capacity", 0.82, 0.5),
    "power": ("power", 0.86, 0.5),
    "voltage": ("voltage", 0.86, 0.5),
    "charge": ("battery", 0.88, 0.6),
    "data": ("storage", 0.8, 0.45),
}
_SCREENS: Final = frozenset(
    ["screen", "display", "monitor", "tv", "television", "laptop", "notebook", "tablet", "touchscreen", "led", "lcd"]
)
_PACK: Final = re.compile(
    r"(?<![\w.,/])(?:(?:pack|set|box|case|bundle|carton|lot|bag)\s+of\s+(\d{1,4})(?![\d.,]\d|\s?(?:mm|cm|in|oz|ml|g)\b)"
    r"|(\d{1,4})[\s-]?(?:packs?|pk|count|ct|pcs|pieces?|piece\s+set|stück|stk|unités|piezas|pièces)(?:\s?/\s?(?:lot|pack|set|box))?\b"
    r"|(\d{1,4})\s?/\s?(?:pack|pk|box|carton|bx|ct|case|set)\b|(\d{1,3})er[\s-](?:pack|set)\b|lot\s+de\s+(\d{1,3})\b)",
    re.IGNORECASE,
)
_LETTER_SIZE: Final = re.compile(r"(?<![\w'’./&-])(?:X{0,4}[SL]|[2-6]XL|XXS|M)(?![\w'’/&-]|\.\w)")
_LITERAL: Final = frozenset(["brand", "model_number", "country_of_origin", "compatible_with", "lining", "care", "size"])
_SIZES: Final = {
    "extra small": "XS", "x small": "XS", "x large": "XL", "xx large": "XXL", "xx small": "XXS", "x-small": "XS", "xsmall": "XS", "small": "S", "medium": "M", "large": "L", "x-large": "XL",
    "xlarge": "XL", "extra large": "XL", "xx-large": "XXL", "2xl": "XXL", "3xl": "XXXL", "xxlarge": "XXL",
    "one size": "One Size", "os": "One Size", "o/s": "One Size", "onesize": "One Size", "one size fits all": "One Size",
    "einheitsgröße": "One Size", "taille unique": "One Size", "talla única": "One Size", "klein": "S", "mittel": "M",
    "groß": "L", "petit": "S", "grande": "L",
}  # fmt: skip


LEAST: Final = 0.5


@dataclass(frozen=True, slots=True)
class Finding:
    """One attribute read from a product: `value` in the form that is kept (text, number in `unit`, or list), how sure
    (0 to 1), the field it stands in with its raw offsets, its words as read, and by which rule."""

    name: str
    value: Any
    unit: str | None
    confidence: float
    field: str
    start: int
    end: int
    text: str
    how: str


@dataclass(frozen=True, slots=True)
class Hit:
    """A value seen at a place of a passage, before it is weighed against the others."""

    name: str
    value: Any
    trust: float
    passage: Passage
    start: int
    end: int
    how: str
    unit: str | None = None
    family: str = ""

    def finding(self, confidence: float | None = None) -> Finding:
        """The hit as a finding, its place in raw offsets."""
        start, end = self.passage.raw_span(self.start, self.end)
        sure = round(min(confidence if confidence is not None else self.trust, 0.99), 4)
        text = self.passage.text[self.start : self.end]
        return Finding(self.name, self.value, self.unit, sure, self.passage.field, start, end, text, self.how)


def found_by_rules(product: Mapping[str, Any]) -> list[Finding]:
    """The attributes that rules find in a product, at most one finding for each."""
    return once(product, "rules", lambda: weighed(hits(product)))


def hits(product: Mapping[str, Any]) -> list[Hit]:
    """All that the rules see in a product, each at its place."""
    words, seen = lexicon(), list[Hit]()
    vendor = folded(str(product.get("vendor") or ""))
    for passage in passages(product):
        if passage.field.startswith("options."):
            seen += _of_option(passage, words)
            continue
        trapped = words.trapped(passage) | _vendor_words(passage, vendor)
        labelled = list(_labelled(passage, words))
        seen += labelled
        seen += _composed(passage, words)
        seen += _known_words(passage, words, trapped)
        if passage.field in ("title", "description"):
            seen += _measured(passage, words)
        if passage.field == "title":
            seen += _in_title(passage, words)
    return [*seen, *_vendor(product, vendor)]


def _vendor_words(passage: Passage, vendor: tuple[str, ...]) -> set[int]:
    if not vendor:
        return set()
    folded_words = [word.folded for word in passage.words]
    return {
        place + n
        for place, word in enumerate(folded_words)
        if word == vendor[0] and tuple(folded_words[place : place + len(vendor)]) == vendor
        for n in range(len(vendor))
    }


def _vendor(product: Mapping[str, Any], vendor: tuple[str, ...]) -> Iterator[Hit]:
    raw = str(product.get("vendor") or "")
    name = raw.strip()
    if not vendor:
        return
    start = raw.find(name)
    title = folded(str(product.get("title") or ""))
    own = any(title[n : n + len(vendor)] == vendor for n in range(len(title)))
    yield Hit("brand", name, 0.93 if own else 0.8, Passage("vendor", raw, raw), start, start + len(name), "vendor")


def known(entry_words: str, name: str, words: Lexicon) -> Entry | None:
    """The entry of an attribute that a whole text names, ambiguous or not; None where there is none."""
    split = folded(entry_words)
    for entry, first, after in words.phrases.within(split):
        if entry.name == name and first == 0 and after == len(split):
            return entry
    return None


def size_value(text: str) -> str:
    """A size in one spelling: `small` is S, `x-large` is XL; others as they are written."""
    plain = text.strip().strip(".")
    return _SIZES.get(plain.lower(), plain.upper() if re.fullmatch(r"x{0,4}[sl]|m|\d?xl", plain.lower()) else plain)


def _of_option(passage: Passage, words: Lexicon) -> Iterator[Hit]:
    name = words.label(passage.field.removeprefix("options."))
    values = passage.text.split(", ")
    if name is None or values == ["Default Title"]:
        return
    normal, family = [], list[str]()
    for value in values:
        entry = known(value, name, words)
        spelled = size_value(value) if name == "size" else value.strip()
        normal.append(entry.value if entry else spelled)
        if entry and entry.family and entry.family not in family:
            family.append(entry.family)
    normal = list(dict.fromkeys(value for value in normal if value))
    if normal:
        whole: Any = normal[0] if len(normal) == 1 else normal
        groups = family[0] if len(family) == 1 and len(normal) == 1 else ""
        yield Hit(name, whole, 0.97, passage, 0, len(passage.text), "option", family=groups)


def _clause(passage: Passage, left: int, right: int) -> bool:
    """Whether two places of a text stand in one clause."""
    return _STOP.search(passage.text, left, right) is None


def taken_back(passage: Passage, name: str, first: int, after: int, words: Lexicon) -> bool:
    """Whether the words around say that a property is absent, or is not one of this product."""
    seen, text = passage.words, passage.text
    for gap in range(4):
        last = first - gap
        if last < 1 or not _clause(passage, seen[last - 1].end, seen[first].start):
            break
        if gap and text[seen[last - 1].end : seen[last].start] == "-":
            continue
        ending = [tuple(word.folded for word in seen[max(0, last - n) : last]) for n in (1, 2, 3, 4)]
        if any(phrase in words.never for phrase in ending) and seen[last].folded != "only":
            return True
        reaches = gap == 0 or (gap == 1 and seen[first - 1].folded in _ARTICLES)
        if reaches and name == "material" and any(phrase in words.about for phrase in ending):
            return True
        if reaches and name in _SPOKEN_OF and ending[0][0] in _SPOKEN_BEFORE:
            return True
    return _taken_back_after(seen[after : after + 4], passage, seen[after - 1].end, name, words)


def _taken_back_after(rest: Sequence[Word], passage: Passage, end: int, name: str, words: Lexicon) -> bool:
    """`leather-free`, `leather and suede cleaner`: a word after takes back what is joined to the word before it."""
    joining = False
    for place, word in enumerate(rest):
        between = passage.text[end : word.start]
        if _STOP.search(between):
            return False
        if (word.folded,) in words.after and (name == "material" or word.folded in ("free", "frei")):
            return True
        joins = word.folded in _AND or between.strip() in ("&", "/", ",")
        if place and not joining and not joins:
            return False
        if not place and not joins:
            return False
        joining, end = word.folded in _AND, word.end
    return False


def _known_words(passage: Passage, words: Lexicon, trapped: set[int]) -> Iterator[Hit]:
    folded_words = [word.folded for word in passage.words]
    field = passage.field
    for entry, first, after in words.phrases.within(folded_words):
        trust = words.trust[entry.name].get(field, 0.0)
        if not trust or entry.ambiguous or not trapped.isdisjoint(range(first, after)):
            continue
        if taken_back(passage, entry.name, first, after, words):
            continue
        seen = passage.words
        start, end = seen[first].start, seen[after - 1].end
        if entry.name == "gender" and entry.value == "male" and folded_words[after : after + 1] == ["made"]:
            continue
        yield Hit(entry.name, entry.value, trust, passage, start, end, f"word in {field}", family=entry.family)


def _labelled(passage: Passage, words: Lexicon) -> Iterator[Hit]:
    """What follows a label: `Color: navy`, a table's cell, `Material cotton.`"""
    seen, text = passage.words, passage.text
    labels = words.labels
    for place, word in enumerate(seen):
        if word.folded not in words.label_starts:
            continue
        for size in (4, 3, 2, 1):
            if place + size > len(seen):
                continue
            name = labels.get(" ".join(one.folded for one in seen[place : place + size]) if size > 1 else word.folded)
            if name is None:
                continue
            end = seen[place + size - 1].end
            after = _SEPARATED.match(text, end)
            parted = after is not None and (":" in after.group() or "\t" in after.group() or "=" in after.group())
            opening = place == 0 or _STOP.search(text, seen[place - 1].end, word.start) is not None
            if not parted and not opening:
                continue
            begin = after.end() if after else end
            stop = _VALUE_END.search(text, begin)
            until = min(stop.start() if stop else len(text), begin + 160)
            yield from _value_of(name, passage, words, begin, until, parted)
            break


def _value_of(name: str, passage: Passage, words: Lexicon, begin: int, until: int, parted: bool) -> Iterator[Hit]:
    text = passage.text
    inside = [n for n in passage.words_from(begin, until) if passage.words[n].end <= until]
    if not inside:
        return
    if name in words.trust:
        yield from _words_after_label(name, passage, words, inside, parted)
        return
    if parted and name in _LITERAL and len(inside) <= 6:
        start, end = passage.words[inside[0]].start, passage.words[inside[-1]].end
        value = text[start:end]
        yield Hit(name, size_value(value) if name == "size" else value, 0.88, passage, start, end, "label")


def _words_after_label(
    name: str, passage: Passage, words: Lexicon, inside: Sequence[int], parted: bool
) -> Iterator[Hit]:
    seen, text = passage.words, passage.text
    first = inside[0]
    spoken = [seen[n].folded for n in inside]
    entries = [one for one in words.phrases.within(spoken) if one[0].name == name]
    if not entries and parted and len(inside) <= 3 and name in ("color", "pattern", "flavor", "scent"):
        start, end = seen[first].start, seen[inside[-1]].end
        yield Hit(name, text[start:end], 0.85, passage, start, end, "label")
        return
    if not parted:
        entries = entries[:1] if entries and entries[0][1] == 0 else []
    last: int | None = None
    for entry, begin, after in entries:
        if last is not None and not _JOINED.fullmatch(text[last : seen[first + begin].start]):
            continue
        if taken_back(passage, name, first + begin, first + after, words):
            continue
        start, end = seen[first + begin].start, seen[first + after - 1].end
        last = end
        yield Hit(name, entry.value, 0.93 if parted else 0.9, passage, start, end, "label", family=entry.family)


def _composed(passage: Passage, words: Lexicon) -> Iterator[Hit]:
    """Materials with their shares: `60% cotton, 40% polyester`; only the first composition of a text."""
    text, seen = passage.text, passage.words
    if "%" not in text or not seen:
        return
    parts: list[tuple[str, str, int, int]] = []
    total = 0.0
    for match in _SHARE.finditer(text):
        if parts and (
            match.start() - parts[-1][3] > 12 or total > 99.4 or _PART.search(text, parts[-1][3], match.start())
        ):
            break
        within = passage.words_from(match.end(), match.end() + 40)
        entries = [
            one
            for one in words.phrases.within([seen[n].folded for n in within])
            if one[0].name == "material" and one[1] <= 2
        ]
        if not entries or "free" in text[match.end() : match.end() + 30].lower():
            continue
        entry, _, after = entries[0]
        total += float(match.group(1).replace(",", "."))
        parts.append((match.group(1), entry.value, match.start(), seen[within[0] + after - 1].end))
    if not parts:
        return
    start, end = parts[0][2], parts[-1][3]
    whole = abs(total - 100) < 1.5
    trust = (0.95 if whole else 0.6) - (0.1 if passage.field == "title" and not whole else 0)
    materials = list(dict.fromkeys(material for _, material, _, _ in parts))
    value: Any = materials[0] if len(materials) == 1 else materials
    yield Hit("material", value, trust, passage, start, end, "composition")
    if whole:
        listed = ", ".join(f"{share}% {material}" for share, material, _, _ in parts)
        yield Hit("composition", listed, trust, passage, start, end, "composition")


def _measured(passage: Passage, words: Lexicon) -> Iterator[Hit]:
    text = passage.text
    if not any(char.isdigit() for char in text):
        return
    taken: list[tuple[int, int]] = []
    for size in sizes(text):
        taken.append((size.start, size.end))
        if not size.unit:
            continue
        trust = 0.85 if passage.field == "title" else 0.75
        sides = list(size.sides)
        near = _SIDES.search(text, max(0, size.start - 50), min(len(text), size.end + 30))
        if near and not any(name for name, _ in sides):
            letters = [letter for letter in near.groups() if letter]
            if len(letters) == len(sides):
                sides = [(_SIDE[letter.lower()], value) for letter, (_, value) in zip(letters, sides, strict=True)]
        written = " x ".join(f"{value:g}" for _, value in sides) + f" {size.unit}"
        yield Hit("dimensions", written, trust, passage, size.start, size.end, "size")
        for name, value in sides:
            if name:
                yield Hit(name, value, trust + 0.05, passage, size.start, size.end, "size", size.unit)
    for one in measures(text):
        if not any(start <= one.start < end for start, end in taken):
            hit = _measure(one, passage, words)
            if hit:
                yield hit
    for match in _PACK.finditer(text):
        count = next(group for group in match.groups() if group)
        trust = 0.88 if passage.field == "title" else 0.45
        yield Hit("pack_size", int(count), trust, passage, match.start(), match.end(), "pack")


def _label_before(one: Measure, passage: Passage, words: Lexicon) -> str | None:
    near = passage.words_from(one.start - 45, one.start)
    before = [passage.words[n] for n in near if passage.words[n].end <= one.start][-5:]
    while before and before[-1].folded in _FILLERS:
        before.pop()
    if not before or "\n" in passage.text[before[-1].end : one.start].strip("\t "):
        return None
    if re.search(r"[.;,!?]\s", passage.text[before[-1].end : one.start]):
        return None
    for size in (3, 2, 1):
        name = words.labels.get(" ".join(word.folded for word in before[-size:])) if len(before) >= size else None
        if name in _BY_KIND.get(one.kind, ()):
            # "16 GB RAM 512 GB": there the word speaks of the quantity before it.
            return None if _QUANTITY.search(passage.text[: before[-size].start][-16:]) else name
    return None


def _measure(one: Measure, passage: Passage, words: Lexicon) -> Hit | None:
    allowed = _BY_KIND.get(one.kind, frozenset())
    after = [passage.words[n].folded for n in passage.words_from(one.end, one.end + 24)][:3]
    if passage.text[one.end : one.end + 1] in "/%" and passage.text[one.end : one.end + 1]:
        return None
    label = _label_before(one, passage, words)
    if label:
        return Hit(label, one.value, 0.93, passage, one.start, one.end, "label", one.unit)
    following = next((_AFTER[word] for word in after[: 2 if after[:1] == ["in"] else 1] if word in _AFTER), None)
    if following in allowed:
        return Hit(str(following), one.value, 0.85, passage, one.start, one.end, "label after", one.unit)
    if one.kind == "length" and one.written.lower() in ('"', "in", "inch", "inches", "zoll", "”", "″"):
        if _SCREENS & set(after[:2]):
            return Hit("screen_size", one.value, 0.85, passage, one.start, one.end, "screen", one.unit)
        return None
    if one.kind not in _UNLABELLED or after[:1] in (["fabric"], ["denim"], ["wool"], ["cotton"], ["capacity"]):
        return None
    name, in_title, in_description = _UNLABELLED[one.kind]
    trust = in_title if passage.field == "title" else in_description
    return Hit(name, one.value, trust, passage, one.start, one.end, "quantity", one.unit) if trust else None


def _in_title(passage: Passage, words: Lexicon) -> Iterator[Hit]:
    found = list(_LETTER_SIZE.finditer(passage.text))
    if len(found) == 1 and (len(found[0].group()) > 1 or passage.text.rstrip().endswith(found[0].group())):
        one = found[0]
        yield Hit("size", size_value(one.group()), 0.7, passage, one.start(), one.end(), "letter size")
    for place, word in enumerate(passage.words[:-1]):
        if words.labels.get(word.folded) == "size" and word.folded in ("size", "größe", "taille", "talla"):
            after = passage.words[place + 1]
            whole = re.compile(r"[\w.,/-]{1,8}").match(passage.text, after.start)
            if whole and (after.folded in _SIZES or any(c.isdigit() for c in after.folded) or len(after.folded) <= 3):
                value = whole.group().rstrip(".,/-")
                if value:
                    yield Hit("size", size_value(value), 0.8, passage, after.start, after.start + len(value), "label")


def _rank(hit: Hit) -> int:
    if hit.how == "option":
        return 0
    if hit.how in ("label", "composition", "size", "label after"):
        return 1
    return {"title": 2, "type": 3, "category": 3, "tags": 4, "description": 5, "vendor": 2}.get(hit.passage.field, 5)


def _key(value: Any) -> str:
    return repr(value) if not isinstance(value, str) else value.lower()


def weighed(seen: Iterable[Hit]) -> list[Finding]:
    """One finding for each attribute: where the best place speaks with one voice, and all the others raise or lower it."""
    by_name: dict[str, list[Hit]] = {}
    for hit in seen:
        by_name.setdefault(hit.name, []).append(hit)
    findings = []
    for name, all_hits in by_name.items():
        best = min(map(_rank, all_hits))
        voices = [hit for hit in all_hits if _rank(hit) == best]
        chosen = _chosen(name, voices)
        if chosen is None:
            continue
        values = {_key(one) for one in (chosen.value if isinstance(chosen.value, list) else [chosen.value])}
        others = [hit for hit in all_hits if _rank(hit) != best]
        agreeing = sum(_key(hit.value) in values for hit in others)
        sure = chosen.trust + (1 - chosen.trust) * (0.3 if agreeing else 0)
        if best > 0 and others and not agreeing:
            sure *= 0.85
        if sure < LEAST:
            continue
        findings.append(chosen.finding(sure))
        if name == "color" and chosen.family:
            findings.append(replace(findings[-1], name="color_family", value=chosen.family))
    return findings


def _chosen(name: str, voices: Sequence[Hit]) -> Hit | None:
    """The hit that one place agrees on, several joined as one list, or None where it contradicts itself."""
    values = {_key(hit.value): hit for hit in reversed(voices)}
    if len(values) == 1:
        return voices[0]
    if name == "gender":
        both = {hit.value for hit in voices}
        if voices[0].passage.field == "title":
            return next(
                (replace(h, value="unisex") for h in voices if {"male", "female"} <= both or "unisex" in both), None
            )
        return None
    if name == "age_group":
        young = [hit for hit in voices if hit.value in ("toddler", "infant", "newborn")]
        grown = any(hit.value == "adult" for hit in voices)
        return young[0] if young and not grown and len({hit.value for hit in young}) == 1 else None
    composed = next((hit for hit in voices if hit.how == "composition"), None)
    if composed:
        return composed
    if not all(isinstance(hit.value, str) for hit in voices) or name not in lexicon().many:
        return None
    return _listed(voices)


def _listed(voices: Sequence[Hit]) -> Hit | None:
    """Values that are joined in the text as one (`black/white`), as one hit with a list; of the first place alone."""
    first = voices[0]
    joined = [first]
    for hit in voices[1:]:
        if hit.passage is not first.passage or hit.start <= joined[-1].start:
            continue
        if _JOINED.fullmatch(first.passage.text[joined[-1].end : hit.start]):
            joined.append(hit)
    if len(joined) < 2 or {_key(hit.value) for hit in voices} - {_key(hit.value) for hit in joined}:
        return None
    return replace(first, value=[hit.value for hit in joined], end=joined[-1].end, trust=first.trust - 0.05, family="")
