"""Numbers in a text and what they are: quantities with units, sizes of a thing, percentages, prices, counts, sizes, codes."""

import re
from collections.abc import Iterator, Sequence
from typing import Final

from weft.claims.finding import STOPS, Finding, Scan
from weft.claims.lexicon import Entry, longest
from weft.claims.numerals import FRACTIONS, Number, numbers
from weft.claims.units import Unit, units

_DIGIT: Final = re.compile(r"\d")
_SIDES: Final = {
    "l": "length", "w": "width", "b": "width", "h": "height", "d": "depth", "t": "depth", "ø": "diameter",
}  # fmt: skip
_SIDES_FR: Final = {"l": "width", "h": "height", "p": "depth", "ø": "diameter"}
_SIDES_ES: Final = {
    "l": "length",
    "a": "width",
    "an": "width",
    "al": "height",
    "f": "depth",
    "p": "depth",
    "h": "height",
}
_BY: Final = frozenset(["x", "by", "mal", "*", "sur", "por", "乘"])
_TO: Final = frozenset(["-", "to", "bis", "à", "a", "至", "到", "~", "hasta"])
_AND: Final = frozenset(["and", "und", "et", "y", "和", ",", "/", "&"])
_AFTER_INCH: Final = frozenset(
    [
        "long",
        "wide",
        "high",
        "tall",
        "deep",
        "thick",
        "diameter",
        "length",
        "width",
        "height",
        "depth",
        "x",
        "by",
        "l",
        "w",
        "h",
        "d",
        "in",
        "and",
        "or",
        "screen",
        "display",
        "tablet",
        "laptop",
        "tv",
    ]
)
_LETTERS: Final = re.compile(r"(?:x{1,4}|[2-6]x)?[sl]|m|x{1,4}")
_SKIPPED: Final = 2
_CJK: Final = 0x2E80
_NAMED_BEFORE: Final = frozenset(
    [
        "tog",
        "pH",
        "lm",
        "lux",
        "dpi",
        "rpm",
        "dB",
        "denier",
        "ppm",
        "gsm",
        "W",
        "V",
        "Hz",
        "mAh",
        "px",
        "MP",
        "dpt",
        "IU",
        "K",
        "psi",
    ]
)
_NOT_SKIPPED: Final = frozenset(
    [
        "of",
        "for",
        "per",
        "each",
        "pro",
        "par",
        "por",
        "je",
        "每",
        "in",
        "with",
        "and",
        "or",
        "the",
        "to",
        "at",
        "on",
        "from",
        "by",
        "mit",
        "für",
        "in",
        "und",
        "oder",
        "der",
        "die",
        "das",
        "den",
        "dem",
        "zu",
        "auf",
        "aus",
        "von",
        "avec",
        "pour",
        "en",
        "et",
        "ou",
        "de",
        "des",
        "du",
        "la",
        "le",
        "les",
        "con",
        "para",
        "y",
        "o",
        "el",
        "los",
        "las",
        "del",
        "un",
        "una",
        "is",
        "are",
        "ist",
        "sind",
        "est",
        "sont",
        "es",
    ]
)
_ORDINAL: Final = frozenset(
    ["st", "nd", "rd", "th", "er", "ère", "ème", "e", "re", "º", "ª", "ter", "te", "ten", "tes"]
)
_BOUNDS: Final = (("below", "below"), ("above", "above"), ("upto", "most"), ("atleast", "least"), ("about", "about"))
_LETTER_SIZES: Final = frozenset(["x", "xs", "xl", "xxs", "xxl", "xxxl", "s", "m", "l"])
_LONE_LETTERS: Final = frozenset(["h", "b", "t", "l", "d", "w", "m"])
_LINKS: Final = frozenset(["de", "in", "en", "of", "im", "d", "an"])
_BETWEEN: Final = frozenset(["between", "zwischen", "entre", "介于"])
_OR: Final = frozenset(["or", "oder", "ou", "o", "或"])
_JOINS: Final = frozenset(["and", "und", "et", "y", "和"])


_HALVES: Final = [
    phrase.split()
    for phrase in (
        "and a half", "und ein halbes", "und eine halbe", "und einen halben", "et demi", "et demie", "y medio", "y media", "个 半", "半",
    )
]  # fmt: skip


class Sweep:
    """One pass over the numbers of a scan."""

    def __init__(self, scan: Scan) -> None:
        self.scan = scan
        self.words = scan.words
        self.raws = scan.reading.raws
        self.glued = scan.reading.glued
        self.size = len(scan.words)
        self.language = scan.language or scan.numbers

    def findings(self) -> Iterator[Finding]:
        """The findings in order."""
        at, after = self.scan.at, 0
        for n, word in enumerate(self.words):
            if n < after or not (at[n] >= 0 or word[0].isdigit() or word in FRACTIONS or word in _LETTER_SIZES):
                continue
            for found in self.at(n):
                yield found
                after = max(after, found.after)

    def at(self, n: int) -> list[Finding]:
        """What begins at a token."""
        word = self.words[n]
        if self.scan.trapped[n]:
            return []
        span = self.scan.span(n)
        if word[0].isdigit():
            if span is not None and any(one.kind != "thing" for one in span.entries):
                return []
            return self.digits(n)
        if word in FRACTIONS:
            return self.quantity(n, n + 1, (Number(FRACTIONS[word], 0.005),))
        if span is not None and span.first == n:
            number = next((one for one in span.entries if one.kind == "number"), None)
            if number is not None:
                return self.spelled(n, span.after, number, span.entries)
        if word in _LETTER_SIZES:
            return self.letter_size(n)
        return []

    # Numbers in digits

    def digits(self, n: int) -> list[Finding]:
        """What a number in digits says."""
        if self.skipped(n):
            return []
        readings, after = self.number(n)
        if not readings:
            return []
        if (
            (
                after < self.size
                and self.glued(after)
                and self.raws[after].isupper()
                and _LETTERS.fullmatch(self.words[after])
            )
            and self.words[after] in ("xl", "xs")
            and (after + 1 >= self.size or not self.glued(after + 1))
        ):
            return [Finding("size", n, after + 1, name=self.words[n] + self.words[after])]
        if code := self.code(n, after):
            return [code]
        return self.quantity(n, after, readings)

    def skipped(self, n: int) -> bool:
        """Whether a number asserts nothing: that of a list, a part of an address, a time such as 24/7."""
        before = self.words[n - 1] if n else "\n"
        after = self.words[n + 1] if n + 1 < self.size else ""
        if (
            before == "\n"
            and after in (".", ")")
            and len(self.words[n]) < 3
            and n + 2 < self.size
            and not self.glued(n + 2)
        ):
            return True
        if n == 0 and after in (".", ")") and len(self.words[n]) < 3 and self.size > 8 and not self.glued(2):
            return True
        if before in ("@", "_") and self.glued(n):
            return True
        if self.words[n : n + 3] == ["24", "/", "7"] or (
            self.words[n] == "7" and self.words[max(0, n - 2) : n] == ["24", "/"]
        ):
            return True
        return bool(
            before == "©"
            or (before == "/" and self.glued(n) and n > 2 and self.words[n - 2].isalpha() and self.in_address(n))
        )

    def in_address(self, n: int) -> bool:
        start = self.scan.reading.starts[n]
        plain = self.scan.reading.plain
        begin = max(plain.rfind(" ", max(0, start - 200), start), plain.rfind("\n", max(0, start - 200), start)) + 1
        return "://" in plain[begin:start] or plain.startswith("www.", begin)

    def number(self, n: int) -> tuple[tuple[Number, ...], int]:
        """The readings of the number that begins at a token, and where it ends: 1 234,5 · 7 1/2 · 7½."""
        readings, after = numbers(self.words[n], self.language), n + 1
        word = self.words[n]
        if after + 1 < self.size and self.words[after] == "/" and self.words[after + 1].isdigit() and word.isdigit():
            over, under = int(word), int(self.words[after + 1])
            if (
                self.glued(after)
                and self.glued(after + 1)
                and 0 < over < under <= 64
                and under in (2, 3, 4, 5, 6, 8, 16, 32, 64)
            ):
                return (Number(over / under, 0.25 / under),), after + 2
        part, end = self.fraction(after)
        if part and word.isdigit():
            return (Number(int(word) + part.value, part.half),), end
        joined = self.joined(n)
        if joined is not None:
            return joined
        return readings, after

    def fraction(self, n: int) -> tuple[Number | None, int]:
        """The fraction that follows a whole number."""
        if n < self.size and self.words[n] in ("&", "-") and n + 1 < self.size and self.words[n + 1][0].isdigit():
            n += 1
        if n < self.size and self.words[n] in FRACTIONS:
            return Number(FRACTIONS[self.words[n]], 0.005), n + 1
        if n + 2 < self.size and self.words[n].isdigit() and self.words[n + 1] == "/" and self.words[n + 2].isdigit():
            over, under = int(self.words[n]), int(self.words[n + 2])
            if self.glued(n + 1) and self.glued(n + 2) and 0 < over < under <= 64:
                return Number(over / under, 0.25 / under), n + 3
        return None, n

    def joined(self, n: int) -> tuple[tuple[Number, ...], int] | None:
        """A number whose thousands are parted by spaces: 1 234,5."""
        parts, at = [self.words[n]], n + 1
        if not 1 <= len(parts[0]) <= 3 or not parts[0].isdigit():
            return None
        while at < self.size and re.fullmatch(r"\d{3}(?:[.,]\d+)?", self.words[at]) and not self.glued(at):
            gap = self.scan.reading.plain[self.scan.reading.ends[at - 1] : self.scan.reading.starts[at]]
            if len(gap) != 1 or (gap == " " and self.language not in ("fr", "es", "de", None)):
                break
            parts.append(self.words[at])
            at += 1
            if not parts[-1].isdigit():
                break
        if len(parts) == 1 or (at < self.size and self.glued(at) and self.words[at][0].isdigit()):
            return None
        whole = "".join(parts).replace(",", ".")
        places = len(whole.partition(".")[2])
        return (Number(float(whole), 0.5 * 10.0**-places),), at

    def code(self, n: int, after: int) -> Finding | None:
        """A code of letters and digits: IP67, S24, E27, GU10."""
        first, end = n, after
        if n and self.glued(n) and self.is_letters(n - 1) and self.words[n - 1] != "x" and len(self.words[n - 1]) <= 8:
            if self.words[n - 1] in ("eu", "us", "uk", "gr", "w", "l", "ø", "ca") and self.words[n].isdigit():
                return None
            if self.letter_before(n) and (self.unit(after) or (after < self.size and self.words[after] in _BY)):
                return None
            first = n - 1
        elif (
            not (after < self.size and self.glued(after) and self.is_letters(after))
            or self.unit(after)
            or self.words[after] in _ORDINAL
            or self.words[after] in _BY
            or self.thing(after, 0)
            or _LETTERS.fullmatch(self.words[after])
            or self.words[after] == "s"
        ):
            return None
        while end < self.size and self.glued(end) and self.words[end].isalnum() and ord(self.words[end][0]) < 0x2E80:
            end += 1
        if first == n and self.percent(after):
            return None
        name = "".join(self.words[first:end])
        if name.startswith("ip") and len(name) >= 4 and first < n:
            return Finding("certification", first, end, [Entry("certification", "IP")], name=name)
        return Finding("number", first, end, name=name)

    def is_letters(self, n: int) -> bool:
        """Whether a token is letters, Chinese aside."""
        return self.words[n].isalpha() and ord(self.words[n][0]) < _CJK

    # What a number is of

    def quantity(self, n: int, after: int, readings: tuple[Number, ...]) -> list[Finding]:
        """What a number says together with its neighbors."""
        sides = self.sides(n, after, readings)
        if sides:
            return sides
        found = Finding("number", n, after, numbers=[readings])
        self.stretch(found)
        self.bounds(found)
        if end := self.percent(found.after):
            return [self.percentage(found, end)]
        if end := self.scan.steers(found.after, "tenths"):
            paid = found.numbers[0][0].value
            found.kind, found.after = "discount", end
            found.numbers = [(Number(100 - paid * (10 if paid < 10 else 1)),)]
            return [found]
        unit = self.unit(found.after)
        if unit is not None:
            return [self.measured(found, *unit)]
        if (named := self.unit_before(n)) is not None:
            found.first = named[0]
            return [self.measured(found, found.after, named[1])]
        if money := self.money_before(n):
            found.first = money[0]
            return [self.priced(found, money[1])]
        if size := self.sized(found):
            return size
        return [self.counted(found)]

    def stretch(self, found: Finding) -> None:
        """Take in the upper end of a range: 5–8, 5 to 8, von 5 bis 8."""
        at = found.after
        unit = self.unit(at)
        if unit is not None:
            at = unit[0]
        elif self.percent(at):
            at = self.percent(at)
        if at + 1 >= self.size or not self.words[at + 1][0].isdigit():
            return
        between = found.first and self.words[found.first - 1] in _BETWEEN and self.words[at] in _JOINS
        shared = unit is None and self.words[at] in (_JOINS | _OR) and self.unit(at + 2) is not None
        if self.words[at] not in _TO and not between and not shared:
            return
        if self.words[at] == "a" and self.language not in ("es", None):
            return
        if self.words[at] == "-" and self.glued(at) != self.glued(at + 1):
            return
        readings, end = self.number(at + 1)
        if not readings or (readings[0].value <= found.numbers[0][0].value and not shared):
            return
        later = self.unit(end)
        if unit is not None and (later is None or later[1].value.dimension != unit[1].value.dimension):
            return
        found.units = [
            unit[1].value if unit else (later[1].value if later else None),
            later[1].value if later else None,
        ]
        found.numbers.append(readings)
        found.after = end

    def bounds(self, found: Finding) -> None:
        """Whether the number is said to be about right, or a limit."""
        for back in (found.first, found.first - 1):
            if back not in self.scan.ending:
                continue
            for kind, mark in _BOUNDS:
                if self.scan.steered(back, kind) >= 0:
                    if mark == "about":
                        found.about_some = True
                    elif not found.bound:
                        found.bound = mark

    def unit(self, n: int) -> tuple[int, Entry] | None:
        """The unit that begins at a token: (the token after it, its entry)."""
        if n < self.size and self.words[n] == "-" and self.glued(n) and n + 1 < self.size and self.glued(n + 1):
            n += 1
        if n >= self.size or self.words[n] not in self.scan.lexicon.units:
            return None
        hit = longest(self.scan.lexicon.units, self.words, self.glued, n)
        if hit is None:
            return None
        reading = self.scan.reading
        said = reading.plain[reading.starts[n] : reading.ends[hit[0] - 1]]
        for entry in hit[1]:
            if (not entry.exact or entry.exact == said) and self.is_unit(n, hit[0], entry.value):
                return hit[0], entry
        return None

    def is_unit(self, n: int, after: int, unit: Unit) -> bool:
        """Whether a word is a unit here, and no preposition, closing quote or decade."""
        word, following = self.words[n], self.words[after] if after < self.size else "\n"
        if word in ("in", "ins"):
            if self.glued(n) or not (following[0].isalnum()):
                return True
            named = self.raws[after].isupper() and len(following) > 1
            return self.language in ("en", None) and (following in _AFTER_INCH or named) and not self.scan.trapped[n]
        if word in ('"', "'", "''"):
            return self.glued(n) and (word == "'" or self.quotes_before(n) % 2 == 0)
        number = self.words[n - 1]
        if unit.name == "second" and self.glued(n) and len(number) == 4:
            return False
        if word == "den" and self.language in ("de", None):
            return number[0].isdigit() and not (following[0].isalpha() and self.raws[after][:1].islower())
        if word == "h" and re.fullmatch(r"[0-5]\d", following):
            return True
        if unit.name == "K":
            whole = "".join(self.words[max(0, n - 2) : n]) if len(number) == 3 else number
            return number[0].isdigit() and sum(char.isdigit() for char in whole) >= 4
        return not (
            len(word) == 1
            and after < self.size
            and self.glued(after)
            and self.words[after].isalnum()
            and self.raws[after].isascii()
            and word.isascii()
        )

    def quotes_before(self, n: int) -> int:
        """How many quotation marks of the line stand before a token, those behind digits aside."""
        count, at = 0, n - 1
        while at >= 0 and self.words[at] != "\n" and n - at < 60:
            if self.words[at] == '"' and not (at and self.glued(at) and self.words[at - 1][-1].isdigit()):
                count += 1
            at -= 1
        return count

    def percent(self, n: int) -> int:
        """Where a percent sign that begins at a token ends; 0 where there is none."""
        if n < self.size and self.words[n] == "-" and n + 1 < self.size and self.glued(n + 1):
            n += 1
        if n < self.size and self.words[n] == "%":
            return (
                n + 2
                if n + 1 < self.size
                and self.glued(n + 1)
                and self.words[n + 1] in ("ig", "ige", "iger", "iges", "igen")
                else n + 1
            )
        return self.scan.steers(n, "percent")

    def unit_before(self, n: int) -> tuple[int, Entry] | None:
        """A unit that stands before its number: TOG 10.5, pH 5.5, Lumen: 800."""
        at = n - 1
        if at > 0 and self.words[at] in (":", "=", "of", "von", "de"):
            at -= 1
        if at > 0 and self.words[at] in ("wert", "value", "level"):
            at -= 2 if self.words[at - 1] == "-" else 1
        if (
            at < 0
            or len(self.words[at]) < 2
            or self.words[at] not in self.scan.lexicon.units
            or not self.words[at].isalpha()
        ):
            return None
        if at and (self.words[at - 1][0].isdigit() or self.scan.trapped[at]):
            return None
        hit = longest(self.scan.lexicon.units, self.words, self.glued, at)
        entry = (
            next((one for one in hit[1] if one.value.name in _NAMED_BEFORE), None) if hit and hit[0] == at + 1 else None
        )
        return (at, entry) if entry else None

    def money_before(self, n: int) -> tuple[int, Entry] | None:
        for back in (2, 1):
            if n - back >= 0 and self.words[n - back] in self.scan.lexicon.units:
                hit = longest(self.scan.lexicon.units, self.words, self.glued, n - back)
                if hit and hit[0] == n:
                    entry = next((one for one in hit[1] if one.value.currency), None)
                    if entry:
                        return n - back, entry
        return None

    def thing(self, n: int, skip: int = _SKIPPED) -> tuple[str, int] | None:
        """The counted thing that follows a number, behind at most two words that describe it."""
        skipped = 0
        while n < self.size:
            word, span = self.words[n], self.scan.span(n)
            if word == "-" and self.glued(n):
                n += 1
                continue
            if span is not None and not self.scan.trapped[n]:
                entry = counted_thing(span.entries)
                if entry is not None:
                    head = self.scan.span(span.after) if self.language in ("en", None) else None
                    last = next((one for one in head.entries if one.kind == "thing"), None) if head else None
                    if head is not None and last is not None and self.words[span.after].isascii():
                        return last.concept, head.after
                    return self.behind_counter(entry, span.after)
                n = span.after
            elif (entry := self.inside(n)) is not None:
                return entry.concept, n + 1
            elif word[0].isdigit() and (unit := self.unit(n + 1)) is not None and skip:
                n = unit[0]
            elif word.isalpha() and word not in _NOT_SKIPPED and word not in STOPS:
                n += 1
                while (
                    n + 1 < self.size
                    and self.words[n] == "-"
                    and self.glued(n)
                    and self.glued(n + 1)
                    and self.language != "de"
                ):
                    n += 2
            else:
                return None
            skipped += 1
            if skipped > skip:
                return None
        return None

    def inside(self, n: int) -> Entry | None:
        """The thing that a German compound ends with: Weingläser, Seitentaschen."""
        word = self.words[n]
        if self.language not in ("de", None) or len(word) < 8 or not word.isalpha() or not self.raws[n][0].isupper():
            return None
        for start in range(3, len(word) - 3):
            node = self.scan.lexicon.content.get(word[start:])
            entry = counted_thing(node.get("", ())) if node else None
            if entry is not None:
                return entry
        return None

    def behind_counter(self, entry: Entry, after: int) -> tuple[str, int]:
        """The thing behind a Chinese counter word (三个口袋); the counter itself counts pieces."""
        if entry.concept == "piece" and ord(self.words[after - 1][0]) > 0x2E80:
            for n in range(after, min(after + 6, self.size)):
                span = self.scan.span(n)
                if span is not None and span.first == n:
                    if any(one.kind == "number" for one in span.entries):
                        break
                    other = counted_thing(span.entries)
                    if other is not None:
                        return other.concept, span.after
                if self.words[n] in STOPS or self.words[n] == ",":
                    break
                if self.words[n][0].isdigit() and self.unit(n + 1) is None:
                    break
            if after < self.size and ord(self.words[after][0]) > _CJK and not self.glued_piece(after):
                return "", after
        return entry.concept, after

    def glued_piece(self, after: int) -> bool:
        """Whether a counter is more than one sign (件套, 只装), and so the thing itself."""
        span = self.scan.span(after - 1)
        return span is not None and span.after - span.first > 1

    def thing_before(self, n: int) -> tuple[str, int] | None:
        """The thing of which a number is said: «pack of 6», «pockets: 3»."""
        at, labelled = n - 1, False
        if at >= 0 and self.words[at] in (":", "=", "("):
            at, labelled = at - 1, True
        for back in range(at, max(-1, at - (4 if labelled else 1)), -1):
            span = self.scan.span(back)
            if span is not None and not all(one.kind == "number" for one in span.entries):
                entry = counted_thing(span.entries)
                last = self.words[span.after - 1]
                if entry is not None and (labelled or last in ("of", "de", "von")):
                    return entry.concept, span.first
                return None
        return None

    # Kinds of findings

    def measured(self, found: Finding, after: int, entry: Entry) -> Finding:
        """A quantity with its unit; feet and inches together where both are there."""
        unit: Unit = entry.value
        if unit.name == "km" and self.words[max(0, found.first - 2) : found.first] == ["时", "速"]:
            unit = units()["km/h"]
        if unit.currency:
            found.after = after
            return self.priced(found, entry)
        found.kind, found.unit, found.after = "measure", unit, after
        if not found.units:
            found.units = [unit]
        found.units = [one or unit for one in found.units]
        if unit.name == "foot" and len(found.numbers) == 1 and after < self.size and self.words[after][0].isdigit():
            self.and_inches(found)
        elif unit.name == "pound" and after < self.size and self.words[after].isdigit():
            ounces = self.unit(after + 1)
            if ounces and ounces[1].value.name == "ounce":
                whole = found.numbers[0][0].value * 16 + float(self.words[after])
                found.numbers, found.unit, found.units = [(Number(whole),)], units()["ounce"], [units()["ounce"]]
                found.after = ounces[0]
        self.and_hundredths(found)
        self.and_minutes(found)
        after = found.after
        found.role = self.role(found)
        nearby = self.thing(after, 0)
        thing = next((one for one in self.entries_at(after - 1) if one.kind == "thing"), None)
        found.thing = thing.concept if thing and unit.name in ("foot", "second", "minute", "ct") else None
        found.about = found.role or (nearby[0] if nearby else None)
        return found

    def and_minutes(self, found: Finding) -> None:
        """«1 h 30», «2 Std. 15 Min.», «1 hour and 30 minutes»: minutes behind hours."""
        if found.unit is None or found.unit.name != "hour" or len(found.numbers) != 1:
            return
        at = found.after
        if at < self.size and (
            self.words[at] in _JOINS or (self.words[at] == "." and not self.glued(at + 1 if at + 1 < self.size else at))
        ):
            at += 1
        if at >= self.size or not self.words[at].isdigit() or len(self.words[at]) > 2:
            return
        minutes = self.unit(at + 1)
        bare = minutes is None and not self.percent(at + 1) and len(self.words[at]) == 2
        if (minutes is None or minutes[1].value.name != "minute") and not (
            bare and (self.glued(at) or self.words[at - 1] == "h")
        ):
            return
        end = minutes[0] if minutes else at + 1
        whole = found.numbers[0][0].value * 60 + float(self.words[at])
        found.numbers, found.unit, found.after = [(Number(whole),)], units()["minute"], end
        found.units = [found.unit]

    def and_hundredths(self, found: Finding) -> None:
        """«1 m 50», «un mètre cinquante»: hundredths behind a metre."""
        if found.unit is None or found.unit.name != "m" or len(found.numbers) != 1 or found.after >= self.size:
            return
        word, span = self.words[found.after], self.scan.span(found.after)
        more = 0.0
        end = found.after + 1
        if word.isdigit() and len(word) == 2 and self.unit(end) is None and not self.percent(end):
            more = float(word)
        elif span is not None and span.first == found.after:
            number = next(
                (one for one in span.entries if one.kind == "number" and one.value and 5 <= one.value < 100), None
            )
            more, end = (number.value, span.after) if number and self.unit(span.after) is None else (0.0, end)
        if more:
            found.numbers, found.after = [(Number(found.numbers[0][0].value + more / 100, 0.005),)], end

    def entries_at(self, n: int) -> list[Entry]:
        span = self.scan.span(n)
        return span.entries if span else []

    def and_inches(self, found: Finding) -> None:
        at = found.after
        if (
            not self.glued(at)
            and self.words[at - 1] == "'"
            and self.scan.reading.starts[at] - self.scan.reading.ends[at - 1] > 1
        ):
            return
        readings, end = self.number(at)
        inch = self.unit(end)
        if inch and inch[1].value.name == "inch":
            end = inch[0]
        elif inch or not self.glued(at):
            return
        if readings and readings[0].value < 12:
            whole = found.numbers[0][0].value * 12 + readings[0].value
            found.numbers, found.after = [(Number(whole, readings[0].half),)], end
            found.unit = units()["inch"]
            found.units = [found.unit]

    def priced(self, found: Finding, entry: Entry) -> Finding:
        found.kind, found.unit, found.units = "price", entry.value, [entry.value] * len(found.numbers)
        saved = self.scan.steered(found.first, "discount") >= 0 or self.scan.steers(found.after, "discount") > 0
        if saved or (self.near(found, "discount") and not self.near(found, "price")):
            found.kind = "discount"
        return found

    def near(self, found: Finding, kind: str) -> bool:
        """Whether a steering word of that kind stands within three tokens."""
        behind = any(self.scan.steers(n, kind) for n in range(found.after, min(found.after + 3, self.size)))
        return behind or any(self.scan.steered(n, kind) >= 0 for n in range(max(0, found.first - 2), found.first + 1))

    def percentage(self, found: Finding, end: int) -> Finding:
        """A share of a material, a discount, or another percentage."""
        found.kind, found.after = "percentage", end
        if (
            self.scan.steers(end, "discount")
            or self.scan.steered(found.first, "discount") >= 0
            or (end + 1 < self.size and self.scan.steers(end + 1, "discount"))
        ):
            found.kind = "discount"
            return found
        entries = self.shared(found)
        found.entries = entries
        if entries:
            found.about = entries[0].concept
            return found
        found.role = self.role(found)
        thing = self.thing(end, 1)
        found.about = thing[0] if thing else next((word for word in self.words[end : end + 1] if word.isalpha()), None)
        return found

    def shared(self, found: Finding) -> list[Entry]:
        """The material that a percentage is of, behind it or before it."""
        behind, before = self.material_behind(found.after), self.material_before(found.first)
        if behind and before:
            return before if self.names_come_first(found.first) else behind
        return behind or before or []

    def material_behind(self, n: int) -> list[Entry]:
        for at in range(n, min(n + 4, self.size)):
            span = self.scan.span(at)
            if span is not None:
                materials = [one for one in span.entries if one.kind == "material"]
                if materials:
                    return materials
                if not any(one.kind in ("property", "color") for one in span.entries):
                    return []
            elif self.words[at] in STOPS or self.words[at] in (",", "/") or self.words[at][0].isdigit():
                return []
        return []

    def material_before(self, n: int) -> list[Entry]:
        at = n - 1
        while at >= 0 and n - at < 3 and self.words[at] in (":", "(", "-", "=", "~"):
            at -= 1
        span = self.scan.span(at)
        return [one for one in span.entries if one.kind == "material"] if span is not None and at >= 0 else []

    def names_come_first(self, n: int) -> bool:
        """Whether the line names its materials before their shares: the first share has one before, the last has none behind."""
        start = n
        while start > 0 and self.words[start - 1] not in ("\n", ".", ";") and n - start < 40:
            start -= 1
        shares = [at for at in range(start, min(n + 40, self.size)) if self.words[at] == "%"]
        if not shares:
            return False
        first = shares[0] - 1
        return bool(self.material_before(first)) and not self.material_behind(shares[-1] + 1)

    def counted(self, found: Finding) -> Finding:
        """A bare number, with the thing that it counts."""
        thing = self.thing(found.after)
        if thing is not None and not thing[0]:
            found.after = thing[1]
        elif thing is not None:
            found.thing, end = thing
            if not any(word[0].isdigit() for word in self.words[found.after : end]):
                found.after = end
            is_counter = found.thing == "piece" and ord(self.words[end - 1][0]) > _CJK
            before = self.thing_before(found.first) if is_counter else None
            found.thing = before[0] if before else found.thing
        elif found.first and self.words[found.first - 1] == "x":
            found.thing = "piece"
        else:
            before = self.thing_before(found.first)
            if before is not None:
                found.thing = before[0]
        found.role = self.role(found)
        if found.thing is None:
            word = self.words[found.after] if found.after < self.size else ""
            back = self.words[found.first - 1] if found.first else ""
            found.about = word if word.isalpha() else back if back.isalpha() else None
        else:
            found.about = found.thing
        return found

    def spelled(self, n: int, after: int, number: Entry, entries: list[Entry]) -> list[Finding]:
        """A number in words: only before what it counts or measures."""
        value, after = self.and_a_half(float(number.value), after)
        found = Finding("number", n, after, numbers=[(Number(value, 0.005),)], spelled=True)
        inside = next((one for one in entries if one.kind == "thing"), None)
        if inside is not None:
            found.thing = found.about = inside.concept
            return [found]
        at = after
        if (at < self.size and self.words[at] in ("a", "an", "de") and self.language not in ("de", "fr")) or self.words[
            at - 1 : at + 1
        ] == ["d", "'"]:
            at += 1
        if end := self.percent(at):
            found.spelled = False
            return [self.percentage(found, end)]
        unit = self.unit(at)
        if unit is not None:
            self.bounds(found)
            if number.ambiguous and not self.warranted(unit) and not found.bound and not self.odd_part(unit[0]):
                return []
            value, end = self.and_a_half(found.numbers[0][0].value, unit[0])
            found.numbers = [(Number(value, 0.005),)]
            return [self.measured(found, max(unit[0], end), unit[1])]
        if number.ambiguous or float(number.value) < 2:
            return []
        thing = self.thing(after)
        if thing is None or not thing[0]:
            before = self.thing_before(n)
            if before is not None:
                found.thing = found.about = before[0]
                return [found]
        if thing is None:
            if after < self.size and self.words[after].isalpha() and self.words[after] not in _NOT_SKIPPED:
                found.about = self.words[after]
                found.opening = self.language != "zh" and (n == 0 or self.words[n - 1] in STOPS)
                return [found]
            return []
        if not thing[0]:
            return []
        found.thing, end = thing
        if not any(word[0].isdigit() for word in self.words[after:end]):
            found.after = end
        found.about = found.thing
        return [found]

    def and_a_half(self, value: float, n: int) -> tuple[float, int]:
        """A number with the half that follows it: two and a half, zwei und eine halbe, deux et demie, 两个半, 一年半."""
        for words in _HALVES:
            if self.words[n : n + len(words)] == words:
                return value + 0.5, n + len(words)
        return value, n

    def odd_part(self, n: int) -> bool:
        """Whether hundredths follow a unit, as in «un mètre cinquante»."""
        span = self.scan.span(n)
        return span is not None and any(one.kind == "number" and one.value and one.value >= 5 for one in span.entries)

    def warranted(self, unit: tuple[int, Entry]) -> bool:
        """Whether «one year» is said of a warranty; other units than those of time count always."""
        dimension = unit[1].value.dimension
        if dimension == "months":
            near = range(max(0, unit[0] - 5), min(unit[0] + 4, self.size))
            return any(one.kind == "guarantee" for n in near for one in self.entries_at(n))
        return dimension in ("weight", "volume") or unit[1].value.name in ("m", "cm")

    def role(self, found: Finding) -> str | None:
        """What a quantity is of, by the nearest word before or behind it."""
        dimension = found.unit.dimension if found.unit else None
        steps = [found.after, found.after + 1, found.after + 2]
        before = [found.first - back for back in (1, 2, 3, 4, 5)]
        linked = steps[0] < self.size and self.words[steps[0]] in _LINKS
        order = [*steps[: 1 + linked], *before[:3], steps[1], *before[3:], steps[2]]
        blocked = {True: False, False: False}
        for n in order:
            side = n >= found.after
            if not 0 <= n < self.size or blocked[side]:
                continue
            word = self.words[n]
            if (
                (word in STOPS and word not in (":", "("))
                or word in (",", "/")
                or word in _JOINS
                or (word[0].isdigit() and not side)
            ):
                blocked[side] = True
                continue
            for start in (n,) if side else range(max(0, n - 3), n + 1):
                role = self.role_at(start, dimension, found, n)
                if role:
                    return role
        return None

    def role_at(self, n: int, dimension: str | None, found: Finding, last: int) -> str | None:
        """The role that a phrase which begins at a token, and reaches over `last`, names."""
        word = self.words[n]
        if word not in self.scan.lexicon.roles or (word in _LONE_LETTERS and n < found.first - 2):
            return None
        hit = longest(self.scan.lexicon.roles, self.words, self.glued, n)
        if hit is None or hit[0] <= last:
            return None
        return next((one.concept for one in hit[1] if dimension is None or one.value == dimension), None)

    # Length by width by height

    def sides(self, n: int, after: int, readings: tuple[Number, ...]) -> list[Finding]:
        """Two to four numbers joined by «x»: the sizes of a thing, or a count of quantities."""
        values, own, roles, end = [readings], [self.unit(after)], [""], after
        if own[0]:
            end = own[0][0]
        roles[0], end = self.side_letter(end)
        roles[0] = roles[0] or self.letter_before(n)
        while len(values) < 4 and (side := self.next_side(end, bool(roles[0]))) is not None:
            more, unit, role, end = side
            values.append(more)
            own.append(unit)
            roles.append(role)
        if len(values) < 2:
            return []
        last = next((one[1].value for one in reversed(own) if one), None)
        found = Finding("dimensions", n, end, numbers=values, roles=roles)
        found.unit = last
        found.units = [one[1].value if one else last for one in own]
        if last is not None and last.dimension != "length":
            return self.times(found, values, own)
        named = self.named_sides(found) if not any(roles) else []
        if named:
            found.roles = named
        self.bounds(found)
        if (
            len(values) == 2
            and not any(found.roles)
            and own[0] is None
            and values[0][0].value == int(values[0][0].value)
        ):
            found.instead = self.times(Finding("measure", n, end), values, own) if last is not None else []
        return [found]

    def next_side(self, n: int, named: bool) -> tuple[tuple[Number, ...], tuple[int, Entry] | None, str, int] | None:
        """The side that follows «x», or a comma where its letter stands before it: (readings, unit, side, end)."""
        if n + 1 >= self.size or (self.words[n] not in _BY and not (named and self.words[n] in (",", "/"))):
            return None
        at, letter = n + 1, ""
        if not self.words[at][0].isdigit():
            letter = self.letter_before(at + 1)
            at += 1
        if at >= self.size or not self.words[at][0].isdigit() or (self.words[n] in (",", "/") and not letter):
            return None
        more, stop = self.number(at)
        if not more:
            return None
        unit = self.unit(stop)
        role, end = self.side_letter(unit[0] if unit else stop)
        return more, unit, role or letter, end

    def side_letter(self, n: int) -> tuple[str, int]:
        """The side that a letter or word behind a number names: (L), wide, hoch."""
        at = n + 1 if n < self.size and self.words[n] == "(" else n
        if at >= self.size:
            return "", n
        letters = self.letters()
        word = self.words[at]
        following = self.words[at + 1] if at + 1 < self.size else "\n"
        if word in letters and (at == n or following == ")") and not (at > n and following in _BY):
            return letters[word], at + 2 if at > n else at + 1
        entry = self.scan.lexicon.roles.get(word)
        if at == n and entry and "" in entry and len(word) > 1 and entry[""][0].value == "length":
            return entry[""][0].concept, at + 1
        return "", n

    def letter_before(self, n: int) -> str:
        """The side that a letter before a number names: L 210 × P 92."""
        if n < 1 or len(self.words[n - 1]) > 2 or not self.raws[n - 1][0].isupper():
            return ""
        word = self.words[n - 1]
        if self.language == "fr" and word == "l":
            return "width" if n > 1 and self.words[n - 2] != "x" else "length"
        return self.letters().get(word, "")

    def letters(self) -> dict[str, str]:
        return _SIDES_FR if self.language == "fr" else _SIDES_ES if self.language == "es" else _SIDES

    def named_sides(self, found: Finding) -> list[str]:
        """The sides that «(L x W x H)» names, before or behind the numbers; and moves the end of the finding behind it."""
        count = len(found.numbers)
        for start, step in ((found.after, 1), (found.first - 1, -1)):
            names, at = list[str](), start
            while 0 <= at < self.size and abs(at - start) < 3 * count + 6 and len(names) < count:
                word = self.words[at]
                side = self.side_name(word, at)
                if side:
                    names.append(side)
                elif (
                    word not in ("(", ")", ":", "x", "/", "-", "*", "in", "cm", "mm", ".") and not names and step > 0
                ) or word not in ("(", ")", ":", "x", "/", "-", "*", "in", "cm", "mm", "."):
                    break
                at += step
            if len(names) == count:
                if step > 0:
                    found.after = at
                return names if step > 0 else names[::-1]
        return []

    def side_name(self, word: str, at: int) -> str:
        letters = self.letters()
        if word in letters:
            if self.language == "fr" and word == "l":
                return "length" if self.raws[at] == "L" else "width"
            return letters[word]
        entry = self.scan.lexicon.roles.get(word)
        return entry[""][0].concept if entry and "" in entry and entry[""][0].value == "length" else ""

    def times(
        self, found: Finding, values: list[tuple[Number, ...]], own: list[tuple[int, Entry] | None]
    ) -> list[Finding]:
        """«2 x 500 ml»: a count, and a quantity."""
        count = Finding("number", found.first, found.first + 1, numbers=[values[0]], thing="piece", about="piece")
        unit = own[-1]
        if unit is None and len(values) == 2 and own[0] is not None and not found.instead:
            return self.counted_behind(found, values, own[0])
        if unit is None:
            return [Finding("number", found.first, found.after, numbers=[one]) for one in values]
        measure = Finding(
            "measure", found.first, found.after, numbers=[values[-1]], unit=unit[1].value, units=[unit[1].value]
        )
        return [count, measure]

    def counted_behind(
        self, found: Finding, values: list[tuple[Number, ...]], unit: tuple[int, Entry]
    ) -> list[Finding]:
        """«25 g × 30 bags»: a quantity, and a count behind it."""
        thing = self.thing(found.after, 0)
        count = Finding("number", found.after - 1, thing[1] if thing else found.after, numbers=[values[1]])
        count.thing = count.about = (thing[0] if thing else "") or "piece"
        measure = Finding(
            "measure", found.first, unit[0], numbers=[values[0]], unit=unit[1].value, units=[unit[1].value]
        )
        total = Finding("measure", found.first, found.after, unit=unit[1].value, units=[unit[1].value])
        total.numbers = [(Number(values[0][0].value * values[1][0].value),)]
        measure.instead = [total]
        return [measure, count]

    # Sizes

    def sized(self, found: Finding) -> list[Finding]:
        """A size: «size 38», «EU 42», «W32 L34», and those that follow it in a list."""
        before = found.first
        system = self.scan.steered(before, "size system")
        label = self.scan.steered(before, "size label")
        if label < 0 and before and self.words[before - 1] in (":", "."):
            label = self.scan.steered(before - 1, "size label")
        if label < 0 and system > 0:
            label = self.scan.steered(system, "size label")
        word = self.words[before - 1] if before else ""
        if (
            word in ("w", "l")
            and before - 1 >= 0
            and (self.glued(before) or self.words[max(0, before - 3)] in ("w", "/"))
        ):
            name = f"{word}{self.words[found.first]}"
            return [Finding("size", before - 1, found.after, name=name)]
        if system >= 0 and not self.raws[system].islower():
            name = f"{self.words[system]} {_shown(found.numbers[0][0].value)}"
            first = Finding("size", system, found.first + 1, name=name)
        elif label >= 0:
            first = Finding("size", found.first, found.first + 1, name=_shown(found.numbers[0][0].value))
        elif self.scan.steers(found.after, "size system") and not self.raws[found.after].islower():
            name = f"{self.words[found.after]} {_shown(found.numbers[0][0].value)}"
            return [Finding("size", found.first, found.after + 1, name=name)]
        else:
            return []
        return [first, *self.further_sizes(found.first + 1, first.name.rpartition(" ")[0])]

    def further_sizes(self, n: int, system: str) -> Iterator[Finding]:
        """The other sizes of a list or range: 36, 38 and 40; 36–42."""
        while n + 1 < self.size and (self.words[n] in _AND or self.words[n] in _TO):
            if not re.fullmatch(r"\d{1,3}(?:[.,]5)?", self.words[n + 1]) or self.unit(n + 2) or self.percent(n + 2):
                return
            yield Finding("size", n + 1, n + 2, name=f"{system} {self.words[n + 1]}".strip())
            n += 2

    def letter_size(self, n: int) -> list[Finding]:
        """A size in letters: those that can be nothing else, and S, M, L where a label or a list says so."""
        raw, word = self.raws[n], self.words[n]
        if not raw.isupper() or (self.glued(n) and self.words[n - 1] in ("'", "-", "&")):
            return []
        end = n + 1
        if (
            end < self.size
            and self.glued(end)
            and self.words[end] not in ("/", "-", ",", ".", ")", "!", ";", ":", "码", "号")
        ):
            return []
        if word == "x" or self.words[n - 1 : n] == ["'"]:
            return []
        listed = end + 1 < self.size and self.words[end] in (_AND | _TO) and _LETTERS.fullmatch(self.words[end + 1])
        behind = n > 1 and self.words[n - 1] in (_AND | _TO) and _LETTERS.fullmatch(self.words[n - 2])
        label = self.scan.steered(n, "size label") >= 0 or (
            n > 1 and self.words[n - 1] == ":" and self.scan.steered(n - 1, "size label") >= 0
        )
        sure = len(word) > 1
        if sure or label or (listed and self.raws[end + 1].isupper()) or (behind and self.raws[n - 2].isupper()):
            return [Finding("size", n, end, name=word, labelled=label)]
        return []


def counted_thing(entries: Sequence[Entry]) -> Entry | None:
    """The thing among the meanings of a phrase that is counted; features are not."""
    return next((one for one in entries if one.kind == "thing" and one.value != "feature"), None)


def _shown(value: float) -> str:
    return f"{value:g}"
