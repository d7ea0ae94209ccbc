"""English sentences from facts: articles, plurals, pairs, two spellings."""

import functools
import importlib
import re
from collections.abc import Sequence
from typing import Any, Final

from weft.skills.write.brief import Picture
from weft.skills.write.composition import Component, Share, by_part, whole
from weft.skills.write.countries import country, place
from weft.skills.write.grammar.foreign import care_in, features_in, specified
from weft.skills.write.grammar.telling import (
    Draft,
    Grammar,
    Line,
    Telling,
    color_words,
    fitted,
    joined,
    some_colors,
)
from weft.skills.write.lexicon import folded, plural
from weft.skills.write.sizes import ordered, spanned

_FOR: Final = {
    "women": "women's", "men": "men's", "kids": "kids'", "girls": "girls'", "boys": "boys'", "babies": "babies'", "unisex": "unisex",
}  # fmt: skip
_FOR_WHOM: Final = {
    "women": "Women", "men": "Men", "kids": "Kids", "girls": "Girls", "boys": "Boys", "babies": "Babies", "unisex": "Women and Men",
}  # fmt: skip
_LOWER: Final = frozenset(
    ["a", "an", "and", "as", "at", "but", "by", "for", "from", "in", "of", "on", "or", "the", "to", "with"]
)
_MOST_SIZES: Final = 14
_TITLED: Final = 150
_ORDINALS: Final = [
    "first",
    "second",
    "third",
    "fourth",
    "fifth",
    "sixth",
    "seventh",
    "eighth",
    "ninth",
    "tenth",
    "eleventh",
    "twelfth",
    "thirteenth",
    "fourteenth",
    "fifteenth",
    "sixteenth",
    "seventeenth",
    "eighteenth",
    "nineteenth",
    "twentieth",
]
# Spellings of American English, and of British English.
_SPELLED: Final = (
    ("color", "colour"), ("colors", "colours"), ("colored", "coloured"), ("gray", "grey"), ("jewelry", "jewellery"),
    ("aluminum", "aluminium"), ("fiber", "fibre"), ("fibers", "fibres"), ("pajamas", "pyjamas"), ("center", "centre"),
    ("favorite", "favourite"), ("organized", "organised"), ("customized", "customised"), ("anodized", "anodised"),
    ("hard-anodized", "hard-anodised"), ("meter", "metre"), ("meters", "metres"), ("liter", "litre"), ("liters", "litres"),
    ("enameled", "enamelled"), ("molded", "moulded"), ("tire", "tyre"), ("tires", "tyres"), ("odor", "odour"), ("draft", "draught"),
)  # fmt: skip


@functools.cache
def _inflect() -> Any:
    """The library of English forms, which takes seconds to load: texts in other languages do without it."""
    return importlib.import_module("inflect").engine()


@functools.cache
def article(phrase: str) -> str:
    """A phrase with a or an before it."""
    return str(_inflect().a(phrase))


@functools.cache
def _spelling(british: bool) -> tuple[re.Pattern[str], dict[str, str]]:
    table = dict(_SPELLED) if british else {gb: us for us, gb in _SPELLED}
    return re.compile(rf"\b(?:{'|'.join(map(re.escape, table))})\b", re.IGNORECASE), table


def spelled(text: str, variety: str) -> str:
    """A text in a variety's spelling: en-GB and its like in the British, en-US in the American; others stay as they are."""
    region = variety.upper().replace("_", "-").partition("-")[2]
    if not variety.lower().startswith("en") or not region:
        return text
    pattern, table = _spelling(region != "US")

    def put(found: re.Match[str]) -> str:
        word = table[found[0].lower()]
        return word.capitalize() if found[0][0].isupper() else word

    return pattern.sub(put, text)


class English(Grammar):
    """English."""

    language = "en"
    headings = ("Details", "Specifications")

    def title(self, told: Telling) -> str:
        """`Gilet Vest in Canvas`: the name, what it is if the name does not say it, its color if it has one."""
        name = told.proper or told.brief.brand
        if told.kind is not None and not (told.named and told.proper):
            noun = self._titled(self._kind(told, bare=bool(told.proper) and told.kept))
            noun = " ".join([*(self._titled(one.en) for one in told.stuff), noun])
            name = f"{name} {noun}".strip() if folded(noun) not in folded(name) else name
        colored = self._color(told)
        if colored and folded(colored) not in folded(name):
            name = f"{name} in {self._titled(colored)}"
        return self._written(name, told)

    def feed_title(self, told: Telling) -> str:
        """`Fortela Gilet Vest for Men, Canvas, Cotton`."""
        brand, name = told.brief.brand, told.proper
        start = name if folded(brand) in folded(name) else f"{brand} {name}".strip()
        if told.kind is not None and not told.named:
            noun = self._titled(self._kind(told, bare=True))
            start = f"{start} {noun}".strip() if folded(noun) not in folded(start) else start
        if told.audience and told.audience in _FOR_WHOM and not re.search(r"\bfor\b", start):
            start = f"{start} for {_FOR_WHOM[told.audience]}"
        said = [start]
        colored = self._color(told)
        if colored and folded(colored) not in folded(start):
            said.append(self._titled(colored))
        material = joined([self._titled(one) for one in self._materials(told)][:3], "and")
        if material and folded(material) not in folded(start):
            said.append(material)
        while len(", ".join(said)) > _TITLED and len(said) > 1:
            said.pop()
        return self._written(", ".join(said), told)

    def draft(self, told: Telling) -> Draft:
        """A description's parts; what comes in a color and comes in sizes does so in one sentence."""
        draft = super().draft(told)
        for at in range(len(draft.lead) - 1, 0, -1):
            first, second = draft.lead[at - 1 : at + 1]
            comes = re.match(r"(?:It comes|They come) in ", second)
            if comes and first.startswith(comes[0]):
                draft.lead[at - 1 : at + 1] = [f"{first.removesuffix('.')}, in {second.removeprefix(comes[0])}"]
        return draft

    def lead(self, told: Telling) -> list[str]:
        """What it is, by whom, of what, from where."""
        who, made = self._by(told), self._made(told)
        noun = self._noun(told)
        place_ = place(told.origin, "en") if told.origin else ""
        subject = self._subject(told)
        if not subject:
            return []
        be, it, colored = ("are", "They", "") if self._plural(told) else ("is", "It", "")
        color = self._color(told)
        colored = f" in {color}" if color and folded(color) not in folded(subject) else ""
        if not noun:
            return self._plain_lead(told, subject, who, made, place_, colored)
        from_there = f" It is made in {place_}." if place_ else ""
        from_there = from_there.replace("It is", f"{it} {be}")
        of = f", made of {made}" if made else ""
        forms = [f"{subject}{who} {be} {noun}{colored}{of}.{from_there}"]
        if made:
            forms.append(
                f"{subject} {be} {noun}{who}{colored}. {it} {be} made of {made}{f' in {place_}' if place_ else ''}."
            )
            forms.append(f"Made of {made}, {_uncapped(subject)}{who} {be} {noun}{colored}.{from_there}")
            if place_:
                forms.append(f"{subject}{who} {be} {noun}{colored}, made in {place_} of {made}.")
        elif place_:
            forms.append(f"{subject} {be} {noun}{who}{colored}, made in {place_}.")
        if told.voice.tone in ("warm", "playful") and told.own:
            forms = [f"Meet {_uncapped(subject)}: {noun}{who}{colored}{of}.{from_there}"]
        chosen = forms[told.choose(len(forms))]
        return self._sentences(self._contracted(chosen, told), told)

    def _plain_lead(self, told: Telling, subject: str, who: str, made: str, place_: str, colored: str) -> list[str]:
        """The lead of a thing whose noun is in its name, or of which no noun is known."""
        be, come, it = ("are", "come", "They") if self._plural(told) else ("is", "comes", "It")
        there = f" in {place_}" if place_ else ""
        if made:
            forms = [
                f"{subject}{who} {be} made of {made}{there}." + (f" {it} {come}{colored}." if colored else ""),
                f"Made of {made}{there}, {_uncapped(subject)}{who} {come}{colored}." if colored else "",
                f"{subject}{who} {come}{colored} and {be} made of {made}{there}." if colored else "",
            ]
        elif place_:
            forms = [f"{subject}{who} {be} made in {place_}." + (f" {it} {come}{colored}." if colored else "")]
        elif colored:
            forms = [f"{subject}{who} {come}{colored}."]
        elif who and not (told.brief.sentences or told.brief.details):
            forms = [f"{subject} {be}{who}."]
        else:
            forms = []
        usable = [form for form in forms if form]
        return self._sentences(self._contracted(usable[told.choose(len(usable))], told), told) if usable else []

    def choice(self, told: Telling, *, started: bool = True) -> list[str]:
        """In which colors, if there are several, and in which sizes it comes."""
        it, come = ("They", "come") if self._plural(told) else ("It", "comes")
        if not started and self._subject(told):
            it = f"{self._subject(told)}{self._by(told)}"
        start = {"neutral": f"{it} {come} in ", "you": "You can choose {} in ", "we": "We have {} in "}[
            told.voice.person
        ]
        start = start.replace("{}", ("them" if told.many else "it") if started else _uncapped(it))
        found = []
        several, sizes = some_colors(told), self._sizes(told)
        if len(several) > 1:
            words = [color_words(one, "en") for one in several]
            named = joined([word.lower() if known else word for word, known in words], "and")
            found.append(f"{start}{named}{f', in {sizes}' if sizes else ''}.")
        elif sizes:
            found.append(f"{start}{sizes}.")
        return [spelled(one, told.voice.spelling) for one in found]

    def _sizes(self, told: Telling) -> str:
        sizes = ordered(told.sizes)
        if not sizes or (len(sizes) == 1 and folded(sizes[0]) in ("one size", "os", "onesize", "o/s", "einheitsgröße")):
            return "one size" if sizes else ""
        span = spanned(sizes)
        if span is not None:
            return f"sizes {span[0]} to {span[1]}"
        if len(sizes) > _MOST_SIZES:
            return ""
        return f"size {sizes[0]}" if len(sizes) == 1 else f"sizes {joined(sizes, 'and')}"

    def details(self, told: Telling) -> list[str]:
        """Details of its own text, or what a list of features says of it in another language."""
        found = [*told.brief.details, *features_in(told.brief.foreign, told.brief.spoken, "en")]
        found += [str(one.value) for one in told.brief.known if one.name == "feature" and told.own]
        return [spelled(_capped(one), told.voice.spelling) for one in dict.fromkeys(found)]

    def lines(self, told: Telling) -> list[Line]:
        """Material by part, colors, sizes, measures, care, origin."""
        found: list[Line] = []
        for part, components in by_part(told.components).items():
            fabrics = [", ".join(f"{one.percent}% {self._named(one)}" for one in each.shares) for each in components]
            found.append(Line(part.en if part else "Material", "; ".join(fabrics), ("composition",)))
        if not told.components and (told.shares or told.material):
            found.append(
                Line(
                    "Material", joined([self._named(one) for one in told.shares], "and") or told.material, ("material",)
                )
            )
        if told.colors:
            words = [self._titled(color_words(one, "en")[0]).replace("/", " / ") for one in told.colors]
            found.append(Line("Color" if len(words) == 1 else "Colors", ", ".join(words), ("color",)))
        if told.sizes:
            found.append(
                Line(
                    "Size" if len(told.sizes) == 1 else "Sizes", ", ".join(map(_capped, ordered(told.sizes))), ("size",)
                )
            )
        found += [Line(label, value, (name,)) for name, label, value in specified(told, "en")]
        cared = [str(one.value) for one in told.brief.known if one.name == "care"]
        cared = cared if told.own else care_in(cared, "en")
        if cared:
            found.append(Line("Care", "; ".join(one.rstrip(".") for one in cared), ("care",)))
        if told.origin:
            found.append(Line("Made in", country(told.origin, "en"), ("origin",)))
        return [
            Line(
                spelled(one.label, told.voice.spelling), spelled(_capped(one.value), told.voice.spelling), one.rests_on
            )
            for one in found
        ]

    def short(self, told: Telling) -> list[str]:
        """The product in short sentences."""
        name = told.proper
        start = f"{name}{self._by(told)}" if name else told.brief.brand
        noun = self._kind(told, bare=False) if told.kind is not None else ""
        color = self._color(told)
        colored = f" in {color}" if color else ""
        what = f"{': ' if start else ''}{noun}{colored}" if noun and (not told.said or told.audience) else colored
        made = self._made(told)
        found = [_capped(f"{start}{what}{f', made of {made}' if made else ''}.")]
        if told.origin:
            found.append(f"Made in {place(told.origin, 'en')}.")
        found += [sentence for sentence in told.brief.sentences if len(sentence) <= 90][:1]
        sizes = self._sizes(told)
        found += [f"{_capped(sizes)}."] if sizes else []
        found += [f"{one}." for one in self.details(told)[:4] if len(one) <= 60 and not one.startswith("Made ")]
        found += [
            f"{label}: {value.rstrip('.')}."
            for name, label, value in specified(told, "en")
            if name != "shipping_weight"
        ]
        return [spelled(one, told.voice.spelling) for one in found]

    def alt(self, told: Telling, picture: Picture) -> str:
        """`Resine Jacket by Lilith in garnet, back`."""
        name = told.proper or (self._kind(told, bare=False) if told.kind else "")
        if told.kind is not None and not told.named:
            name = f"{name} {self._kind(told, bare=True)}".strip()
        by = self._by(told)
        color = picture.color and color_words(picture.color, "en")
        colored = (
            f" in {color[0].lower() if color[1] else color[0]}"
            if color and folded(color[0]) not in folded(name)
            else ""
        )
        view = f", {picture.view}" if picture.view else ""
        return spelled(_capped(f"{name}{by}{colored}{view}"), told.voice.spelling)

    def ordinal(self, place: int) -> str:
        """`second picture`; nothing where it has no word for it."""
        return f"{_ORDINALS[place - 1]} picture" if place <= len(_ORDINALS) else ""

    def _subject(self, told: Telling) -> str:
        name = told.proper
        if not name:
            noun = self._kind(told, bare=False)
            return f"{'These' if self._plural(told) else 'This'} {noun}" if noun else ""
        return name if re.match(r"(?:the|a|an)\b", name, re.IGNORECASE) else f"The {name}"

    def _plural(self, told: Telling) -> bool:
        """Whether sentences speak of it in the plural: what has no name is called by its noun, and pants are many."""
        return told.many or (told.kind is not None and told.kind.paired and not told.proper)

    def _by(self, told: Telling) -> str:
        brand = told.brief.brand
        if not brand or folded(brand) in folded(told.proper):
            return ""
        # A brand such as By Malene Birger has its own by.
        return f" from {brand}" if re.search(r"\bby\b", brand, re.IGNORECASE) else f" by {brand}"

    def _kind(self, told: Telling, *, bare: bool) -> str:
        """What it is, as a phrase without an article, `bare` of for whom it is."""
        if told.kind is None:
            return ""
        word = told.kind.plural if told.many or told.kind.paired else told.kind.name
        word = _preferred(word, told)
        for_whom = _FOR.get(told.audience or "", "") if not bare else ""
        return f"{for_whom} {word}".strip()

    def _noun(self, told: Telling) -> str:
        """What it is, with its article; nothing where that would only say the name again."""
        if told.kind is None or not told.proper or (told.said and not told.audience):
            return ""
        phrase = self._kind(told, bare=False)
        if told.kind.paired and not told.many:
            return f"a pair of {phrase}"
        return phrase if told.many else article(phrase)

    def _color(self, told: Telling) -> str:
        if len(told.colors) != 1:
            return ""
        word, known = color_words(told.colors[0], "en")
        return spelled(word if known else told.colors[0], told.voice.spelling)

    def _materials(self, told: Telling) -> list[str]:
        main = whole(told.components)
        shares: Sequence[Share] = main.shares if main is not None else told.shares
        return list(dict.fromkeys(self._named(one) for one in shares))

    def _made(self, told: Telling) -> str:
        made = self._composed(told)
        return article(made) if made.endswith(" blend") else made

    def _composed(self, told: Telling) -> str:
        main: Component | None = whole(told.components)
        if main is not None:
            exact = told.voice.tone == "expert" or (len(main.shares) <= 2 and told.choose(2, "exact") == 0)
            if exact and 99 <= sum(float((one.percent or "0").replace(",", ".")) for one in main.shares) <= 100:
                return joined([f"{one.percent}% {self._named(one)}" for one in main.shares], "and")
            return joined(self._materials(told), "and")
        return (
            joined([self._named(one) for one in told.shares], "and")
            if told.shares
            else told.material.lower()
            if told.material.istitle()
            else told.material
        )

    def _named(self, share: Share) -> str:
        """A material as the business's own text calls it, if that is English; spandex stays spandex."""
        said = folded(share.said)
        return said if said and said != folded(share.material.de) else share.material.en

    def _titled(self, text: str) -> str:
        return " ".join(
            word
            if (number and word.lower() in _LOWER) or not word.islower()
            else re.sub(r"(?:^|(?<=/))[a-z]", _upper, word)
            for number, word in enumerate(text.split())
        )

    def _contracted(self, text: str, told: Telling) -> str:
        if told.voice.tone not in ("warm", "playful"):
            return text
        return text.replace("It is ", "It's ").replace("They are ", "They're ")

    def _written(self, text: str, told: Telling) -> str:
        return spelled(" ".join(text.split()), told.voice.spelling)

    def _sentences(self, text: str, told: Telling) -> list[str]:
        return [
            spelled(one.strip(), told.voice.spelling)
            for one in re.split(r"(?<=[^.]\.)\s+(?=(?:It|They)\b)", text)
            if one.strip()
        ]


def _preferred(word: str, told: Telling) -> str:
    """A noun, or another word for it that the voice asks for."""
    assert told.kind is not None
    others = [one for one in told.kind.aliases if (one.endswith("s") if told.kind.paired else True)]
    wanted = {folded(one) for one in told.voice.use}
    chosen = next((one for one in others if folded(one) in wanted), None)
    if chosen is None:
        return word
    return plural(chosen) if told.many and not told.kind.paired else chosen


def _upper(found: re.Match[str]) -> str:
    return found[0].upper()


def _capped(text: str) -> str:
    return text[:1].upper() + text[1:]


def _uncapped(text: str) -> str:
    """A phrase as it stands inside of a sentence; a name's capital stays."""
    return re.sub(r"^(?:The|This|These|A|An)\b", lambda found: found[0].lower(), text)


__all__ = ["English", "article", "fitted", "spelled"]
