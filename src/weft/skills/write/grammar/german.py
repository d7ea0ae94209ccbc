"""German sentences from facts: gender and case, compounds, strong adjectives, du and Sie, the Swiss ss."""

import re
from collections.abc import Sequence
from typing import Final

from weft.skills.write.brief import Picture
from weft.skills.write.composition import Component, Share, by_part, whole
from weft.skills.write.countries import country, place
from weft.skills.write.grammar.figures import figure
from weft.skills.write.grammar.foreign import care_in, features_in, specified
from weft.skills.write.grammar.telling import (
    Grammar,
    Line,
    Telling,
    color_words,
    joined,
    some_colors,
)
from weft.skills.write.lexicon import Kind, folded
from weft.skills.write.sizes import ordered, spanned

_FOR: Final = {
    "women": "Damen",
    "men": "Herren",
    "kids": "Kinder",
    "girls": "Mädchen",
    "boys": "Jungen",
    "babies": "Baby",
}
_FOR_WHOM: Final = {**_FOR, "babies": "Babys", "unisex": "Damen und Herren"}
_A: Final = {"nominative": {"m": "ein", "f": "eine", "n": "ein"}, "accusative": {"m": "einen", "f": "eine", "n": "ein"}}
_THE: Final = {"m": "der", "f": "die", "n": "das"}
_HE: Final = {"nominative": {"m": "er", "f": "sie", "n": "es"}, "accusative": {"m": "ihn", "f": "sie", "n": "es"}}
_MOST_SIZES: Final = 14
_TITLED: Final = 150
_ORDINALS: Final = [
    "erstes",
    "zweites",
    "drittes",
    "viertes",
    "fünftes",
    "sechstes",
    "siebtes",
    "achtes",
    "neuntes",
    "zehntes",
    "elftes",
    "zwölftes",
    "dreizehntes",
    "vierzehntes",
    "fünfzehntes",
    "sechzehntes",
    "siebzehntes",
    "achtzehntes",
    "neunzehntes",
    "zwanzigstes",
]
_SIZE_WORDS: Final = {
    "one size": "Einheitsgröße",
    "regular": "Normal",
    "long": "Lang",
    "short": "Kurz",
    "os": "Einheitsgröße",
    "onesize": "Einheitsgröße",
}
# Systems of sizes that English says by an adjective.
_SYSTEMS: Final = {
    "german": "DE", "european": "EU", "italian": "IT", "french": "FR", "british": "UK", "american": "US", "japanese": "JP", "danish": "DK",
    "australian": "AU",
}  # fmt: skip
_VIEWS: Final = {
    "front": "Vorderansicht", "back": "Rückansicht", "rear": "Rückansicht", "side": "Seitenansicht", "detail": "Detail", "top": "von oben",
    "inside": "Innenansicht", "interior": "Innenansicht", "sole": "Sohle", "bottom": "von unten",
}  # fmt: skip


def dative(phrase: str) -> str:
    """A material as it follows `aus`: recycelte Baumwolle → recycelter Baumwolle (strong declension)."""
    word, space, rest = phrase.partition(" ")
    if not space or not word[:1].islower() or word in ("und", "aus"):
        return phrase
    for ending, instead in (("er", "em"), ("es", "em"), ("en", "en"), ("e", "er")):
        if word.endswith(ending):
            return f"{word.removesuffix(ending)}{instead} {rest}"
    return phrase


def compound(audience: str | None, noun: str) -> str:
    """For whom and what as one word: Damenjacke, Damen-T-Shirt; lange Unterhose für Damen."""
    first = _FOR.get(audience or "")
    if audience == "unisex":
        return f"Unisex-{noun}" if " " not in noun else noun
    if first is None or folded(noun).startswith(folded(first)):
        return noun
    if " " in noun:
        return f"{noun} für {_FOR_WHOM[audience or '']}"
    if "-" in noun or not noun[1:].islower():
        return f"{first}-{noun}"
    return f"{first}{noun[:1].lower()}{noun[1:]}"


class German(Grammar):
    """German."""

    language = "de"
    headings = ("Details", "Eigenschaften")

    def title(self, told: Telling) -> str:
        """`Damenjacke Resine in Granatrot`; a name that is German already stays."""
        name = told.proper
        if told.kind is not None and not told.named:
            noun = self._kind(told)
            name = f"{noun} {name}".strip() if not told.kept else f"{name}, {noun}" if name else noun
        name = name or told.brief.brand
        if told.stuff:
            name = f"{name} aus {joined([dative(one.de) for one in told.stuff], 'und')}"
        colored = self._color(told)
        if colored and folded(colored) not in folded(name):
            name = f"{name} in {colored}" if color_words(told.colors[0], "de")[1] else f"{name}, {colored}"
        return self._written(name)

    def feed_title(self, told: Telling) -> str:
        """`Lilith Resine Damenjacke, Granatrot, Baumwolle`."""
        brand, name = told.brief.brand, told.proper
        start = name if folded(brand) in folded(name) else f"{brand} {name}".strip()
        if told.kind is not None and not told.named:
            start = f"{start} {self._kind(told)}".strip()
        elif told.audience in _FOR_WHOM and folded(_FOR_WHOM[told.audience or ""]) not in folded(start):
            start = f"{start} für {_FOR_WHOM[told.audience or '']}"
        said = [start]
        colored = self._color(told)
        if colored and folded(colored) not in folded(start):
            said.append(colored)
        material = joined(self._materials(told)[:3], "und")
        if material and folded(material) not in folded(start):
            said.append(material[:1].upper() + material[1:])
        while len(", ".join(said)) > _TITLED and len(said) > 1:
            said.pop()
        return self._written(", ".join(said))

    def lead(self, told: Telling) -> list[str]:
        """What it is, by whom, of what, from where."""
        made, colored = self._made(told), f" {self._in(told.colors[0])}" if len(told.colors) == 1 else ""
        name, by = told.proper, self._by(told)
        from_there = place(told.origin, "de") if told.origin else ""
        made_there = (
            f" Hergestellt {'werden' if self._many(told) else 'wird'} {self._he(told)} in {from_there}."
            if from_there
            else ""
        )
        if told.kind is None:
            return self._plain_lead(name, by, made, from_there, colored)
        be, consists = ("sind", "bestehen") if self._many(told) else ("ist", "besteht")
        with_article, subject = self._with_article(told, "nominative"), self._subject(told)
        forms: list[str] = []
        if made:
            forms.append(f"{subject} {consists} aus {made}.{made_there}")
            forms.append(f"{subject}{colored} {be} aus {made} gefertigt.{made_there}")
        if name and not told.named:
            of = f" aus {made}" if made else ""
            forms.append(f"{name}{by} {be} {with_article}{of}{colored}.{made_there}")
            if told.brief.brand and by:
                forms.append(
                    f"{name} {be} {with_article} von {told.brief.brand}{colored}{of and f', gefertigt{of}'}.{made_there}"
                )
            if told.voice.tone in ("warm", "playful"):
                forms = [f"Das {be} {name}{by}: {with_article}{of}{colored}.{made_there}"]
        if not forms and from_there:
            forms = [f"{subject} {'werden' if self._many(told) else 'wird'} in {from_there} hergestellt."]
        if not forms and told.named and colored:
            forms = [f"{subject} {'kommen' if self._many(told) else 'kommt'}{colored}."]
        return self._split(forms[told.choose(len(forms))]) if forms else []

    def _plain_lead(self, name: str, by: str, made: str, place_: str, colored: str) -> list[str]:
        if not name:
            return []
        if made:
            text = f"{name}{by} besteht aus {made}." + (f" Hergestellt in {place_}." if place_ else "")
        elif place_:
            text = f"{name}{by} wird in {place_} hergestellt."
        elif colored:
            text = f"{name}{by} kommt{colored}."
        else:
            return []
        return self._split(text)

    def choice(self, told: Telling, *, started: bool = True) -> list[str]:
        """In which colors, if there are several, and in which sizes it comes."""
        found: list[str] = []
        several, sizes = some_colors(told), self._sizes(told)
        him = self._him(told)
        start, end = {
            ("neutral", "informal"): ("Erhältlich", ""),
            ("neutral", "formal"): ("Erhältlich", ""),
            ("you", "informal"): (f"Du bekommst {him}", ""),
            ("you", "formal"): (f"Sie erhalten {him}", ""),
            ("we", "informal"): (f"Wir führen {him}", ""),
            ("we", "formal"): (f"Wir führen {him}", ""),
        }[told.voice.person, told.voice.formality]
        if not started and (several or sizes):
            start, end = f"{self._subject(told)} {'sind' if self._many(told) else 'ist'}", " erhältlich"
        if len(several) > 1:
            named = joined([color_words(one, "de")[0] for one in several], "und")
            found.append(f"{start} in {named}{f', {sizes}' if sizes else ''}{end}.")
        elif sizes:
            found.append(f"{start} {sizes}{end}.")
        return [self._written(one) for one in found]

    def _sizes(self, told: Telling) -> str:
        sizes = [self._size(size) for size in ordered(told.sizes)]
        if not sizes:
            return ""
        if sizes == ["Einheitsgröße"]:
            return "in Einheitsgröße"
        span = spanned(sizes)
        if span is not None:
            return f"in den Größen {span[0]} bis {span[1]}"
        if len(sizes) > _MOST_SIZES:
            return ""
        return f"in der Größe {sizes[0]}" if len(sizes) == 1 else f"in den Größen {joined(sizes, 'und')}"

    def _size(self, size: str) -> str:
        system, space, number = size.partition(" ")
        if space and number[:1].isdigit() and system.casefold() in _SYSTEMS:
            return f"{_SYSTEMS[system.casefold()]} {number}"
        return _SIZE_WORDS.get(folded(size), size)

    def details(self, told: Telling) -> list[str]:
        """Details of its own text, or what a list of features says of it in another language."""
        found = [*told.brief.details, *features_in(told.brief.foreign, told.brief.spoken, "de")]
        found += [str(one.value) for one in told.brief.known if one.name == "feature" and told.own]
        return [self._written(one[:1].upper() + one[1:]) for one in dict.fromkeys(found)]

    def lines(self, told: Telling) -> list[Line]:
        """Material by part, colors, sizes, measures, care, origin."""
        found: list[Line] = []
        for part, components in by_part(told.components).items():
            fabrics = [
                ", ".join(f"{figure(f'{one.percent}%', 'de')} {self._named(one, told)}" for one in each.shares)
                for each in components
            ]
            found.append(Line(part.de if part else "Material", "; ".join(fabrics), ("composition",)))
        if not told.components and (told.shares or told.material):
            said = joined([self._named(one, told) for one in told.shares], "und") or told.material
            found.append(Line("Material", said[:1].upper() + said[1:], ("material",)))
        if told.colors:
            words = [color_words(one, "de")[0] for one in told.colors]
            found.append(Line("Farbe" if len(words) == 1 else "Farben", ", ".join(words), ("color",)))
        if told.sizes:
            sizes = [self._size(one) for one in ordered(told.sizes)]
            found.append(Line("Größe" if len(sizes) == 1 else "Größen", ", ".join(sizes), ("size",)))
        found += [Line(label, value, (name,)) for name, label, value in specified(told, "de")]
        cared = [str(one.value) for one in told.brief.known if one.name == "care"]
        cared = cared if told.own else care_in(cared, "de")
        if cared:
            found.append(Line("Pflege", "; ".join(one.rstrip(".") for one in cared), ("care",)))
        if told.origin:
            found.append(Line("Hergestellt in", country(told.origin, "de"), ("origin",)))
        return [Line(self._written(one.label), self._written(one.value), one.rests_on) for one in found]

    def short(self, told: Telling) -> list[str]:
        """The product in short sentences."""
        made = self._made(told)
        colored = f" {self._in(told.colors[0])}" if len(told.colors) == 1 else ""
        name = told.proper
        noun = self._kind(told) if told.kind is not None and not told.named else ""
        called = f"{noun} {name}".strip() if not told.kept else f"{name}: {noun}" if noun and name else name or noun
        found = [f"{called}{self._by(told)}{colored}{f' aus {made}' if made else ''}."] if called else []
        if told.origin:
            found.append(f"Hergestellt in {place(told.origin, 'de')}.")
        found += [sentence for sentence in told.brief.sentences if len(sentence) <= 90][:1]
        sizes = self._sizes(told)
        found += [f"Erhältlich {sizes}."] if sizes else []
        found += [f"{one}." for one in self.details(told)[:4] if len(one) <= 60]
        found += [
            f"{label}: {value.rstrip('.')}."
            for name, label, value in specified(told, "de")
            if name != "shipping_weight"
        ]
        return [self._written(one) for one in found]

    def alt(self, told: Telling, picture: Picture) -> str:
        """`Damenjacke Resine von Lilith in Granatrot, Rückansicht`."""
        name = told.proper
        if told.kind is not None and not told.named:
            name = f"{self._kind(told)} {name}".strip()
        colored = ""
        if picture.color and folded(color_words(picture.color, "de")[0]) not in folded(name):
            colored = f" {self._in(picture.color)}"
        view = f", {_VIEWS[picture.view]}" if picture.view in _VIEWS else ""
        return self._written(f"{name}{self._by(told)}{colored}{view}")

    def _subject(self, told: Telling) -> str:
        """`Die Damenjacke Resine von Lilith`: the article is that of the noun, wherever the name has it."""
        if told.kind is None:
            return f"{told.proper}{self._by(told)}"
        called = told.proper if told.named and told.proper else f"{self._kind(told)} {told.proper}".strip()
        definite = f"{self._the(told)} {called}{self._by(told)}"
        return definite[:1].upper() + definite[1:]

    def ordinal(self, place: int) -> str:
        """`zweites Bild`; nothing where it has no word for it."""
        return f"{_ORDINALS[place - 1]} Bild" if place <= len(_ORDINALS) else ""

    def _by(self, told: Telling) -> str:
        brand = told.brief.brand
        return f" von {brand}" if brand and folded(brand) not in folded(told.proper) else ""

    def _many(self, told: Telling) -> bool:
        """Whether its German noun is said in the plural: Trekking Poles are Wanderstöcke, but pants one Hose."""
        return told.kind is not None and (told.kind.many or (told.many and not told.kind.paired))

    def _kind(self, told: Telling) -> str:
        assert told.kind is not None
        return compound(told.audience, _preferred(told.kind, told, self._many(told)))

    def _with_article(self, told: Telling, case: str) -> str:
        noun = self._kind(told)
        if self._many(told):
            return noun
        assert told.kind is not None
        article = _A[case][told.kind.gender]
        return f"{article} {noun}"

    def _the(self, told: Telling) -> str:
        assert told.kind is not None
        return "die" if self._many(told) else _THE[told.kind.gender]

    def _he(self, told: Telling) -> str:
        return "sie" if told.kind is None or self._many(told) else _HE["nominative"][told.kind.gender]

    def _him(self, told: Telling) -> str:
        return (
            ("sie" if self._many(told) else _HE["accusative"][told.kind.gender])
            if told.kind is not None
            else "das Produkt"
        )

    def _color(self, told: Telling) -> str:
        return color_words(told.colors[0], "de")[0] if len(told.colors) == 1 else ""

    def _in(self, color: str) -> str:
        word, known = color_words(color, "de")
        return f"in {word}" if known else f"in der Farbe {word}"

    def _materials(self, told: Telling) -> list[str]:
        main = whole(told.components)
        shares: Sequence[Share] = main.shares if main is not None else told.shares
        return list(dict.fromkeys(self._named(one, told) for one in shares))

    def _made(self, told: Telling) -> str:
        main: Component | None = whole(told.components)
        if main is not None:
            exact = told.voice.tone == "expert" or (len(main.shares) <= 2 and told.choose(2, "exact") == 0)
            if exact and 99 <= sum(float((one.percent or "0").replace(",", ".")) for one in main.shares) <= 100:
                return joined(
                    [f"{figure(f'{one.percent}%', 'de')} {dative(self._named(one, told))}" for one in main.shares],
                    "und",
                )
        named = [dative(one) for one in self._materials(told)]
        made = joined(named, "und") if named else dative(told.material)
        return f"einer {made}" if made.endswith("mischung") else made

    def _named(self, share: Share, told: Telling) -> str:
        return (
            share.said
            if told.own and folded(share.said) not in (folded(share.material.en), folded(share.material.de))
            else share.material.de
        )

    def _written(self, text: str) -> str:
        plain = " ".join(text.split())
        return plain[:1].upper() + plain[1:]

    def _split(self, text: str) -> list[str]:
        return [self._written(one) for one in re.split(r"(?<=\.)\s+(?=Hergestellt)", text)]


def _preferred(kind: Kind, told: Telling, many: bool) -> str:
    """A noun, or another German word for it that the voice asks for."""
    noun = kind.nouns if many else kind.noun
    wanted = {folded(one) for one in told.voice.use}
    return next(
        (one for one in (alias for alias in kind.aliases if alias[:1].isupper()) if folded(one) in wanted), noun
    )
