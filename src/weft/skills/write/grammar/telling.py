"""What is told of a product, language by language: the facts of a brief in the words of one language, and how texts are built of them.

A grammar gives phrases and sentences; how many of them a text has, and in which order, is the same for all. Sentences stand alone:
any one of them can be left out where a claim in it is not supported.
"""

import functools
import html
import re
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from weft.skills.write import sizes
from weft.skills.write.brief import Brief, Picture
from weft.skills.write.composition import Component, Share
from weft.skills.write.grammar.figures import figure
from weft.skills.write.grammar.measures import System
from weft.skills.write.grammar.naming import Named, named
from weft.skills.write.lexicon import Kind, Word, audience, colors, folded, is_a, kinds, materials, without_audience
from weft.store.preferences import Voice

_AFTER: Final = re.compile(r"\s+(?:for|with|by|from|of|w/|für|mit|aus|von)\s+.*$", re.IGNORECASE)
_TAIL_WORD: Final = re.compile(
    r"\b(?:for|with|by|from|of|and|the|a|an|für|mit|aus|von|und|der|die|das|dem|den)\b|w/", re.IGNORECASE
)
_MOST_COLORS: Final = 8


@dataclass(frozen=True, slots=True)
class Line:
    """A specification as it is shown: its label, its value, and the names of the facts that it rests on."""

    label: str
    value: str
    rests_on: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Telling:
    """A brief in one language: `proper` is the product's name in it, `own` whether its own text is in that language, and whether
    its name is `kept` as it is.

    The name is `named` where it says what the thing is, and has `said` it where it says it as exactly as can be. Of a name in another
    language `stuff` are the materials in it, `unknown` its words that nothing here has in this one: no title can be made of them.
    """

    brief: Brief
    language: str
    voice: Voice
    proper: str
    own: bool
    kept: bool
    named: bool
    said: bool
    many: bool
    kind: Kind | None
    audience: str | None
    components: tuple[Component, ...] = ()
    shares: tuple[Share, ...] = ()
    material: str = ""
    colors: tuple[str, ...] = ()
    sizes: tuple[str, ...] = ()
    stuff: tuple[Word, ...] = ()
    unknown: tuple[str, ...] = ()
    origin: str = ""
    units: System = ""
    seed: int = 0

    def choose(self, count: int, salt: str = "") -> int:
        """A number below `count`, the same for the same facts."""
        return (self.seed >> (7 * (len(salt) % 5))) % count if count else 0


@dataclass(slots=True)
class Draft:
    """A description before it is joined: sentences of the first paragraph, of the second, items, lines."""

    lead: list[str] = field(default_factory=list)
    body: list[str] = field(default_factory=list)
    items: list[str] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)

    def texts(self) -> list[str]:
        """All of its parts as they are read."""
        return [*self.lead, *self.body, *self.items, *(f"{line.label}: {line.value}" for line in self.lines)]

    def without(self, texts: set[str]) -> "Draft":
        """The draft without these parts."""
        return Draft(
            [one for one in self.lead if one not in texts],
            [one for one in self.body if one not in texts],
            [one for one in self.items if one not in texts],
            [one for one in self.lines if f"{one.label}: {one.value}" not in texts],
        )


def telling(brief: Brief, language: str, voice: Voice, units: System = "") -> Telling:
    """A brief's facts for a grammar; measures of another language's text are put into these `units`."""
    kind = kinds().named(brief.kind) if brief.kind else None
    own = brief.spoken in (None, language)
    titled = brief.titled or brief.spoken or brief.main
    kept = titled in (None, "", language)
    name_kind = kinds().in_title(brief.name) if brief.name else None
    rest = Named(brief.name) if kept else _rest(brief, kind, titled, language)
    components = next((value for value in brief.values("composition")), ())
    shares: list[Share] = []
    texts: list[str] = []
    for value in brief.values("material"):
        if isinstance(value, tuple):
            shares += [one for one in value if one.material not in [other.material for other in shares]]
        else:
            texts.append(str(value))
    return Telling(
        brief=brief,
        language=language,
        voice=voice,
        proper=rest.names,
        own=own,
        kept=kept,
        named=kept and name_kind is not None and kind is not None and is_a(kind, name_kind),
        said=kept and name_kind is not None and name_kind == kind,
        many=_is_plural(brief.name, kind),
        kind=kind,
        audience=brief.audience,
        components=tuple(components),
        shares=tuple(shares),
        material=texts[0] if texts and own else "",
        colors=tuple(dict.fromkeys(str(value) for value in brief.values("color"))),
        sizes=tuple(dict.fromkeys(sizes.shown([str(value) for value in brief.values("size")]))),
        stuff=rest.materials,
        unknown=rest.unknown,
        origin=str(brief.first("origin") or ""),
        units=units,
        seed=int(brief.digest(), 16),
    )


def _rest(brief: Brief, kind: Kind | None, spoken: str, language: str) -> Named:
    """What a title in another language says beside its noun: its names alone, where it has others than names too."""
    bare, tail = _parted(brief.name, brief.brand)
    text = str(brief.record.get("description") or "")
    proper = figure(_bare(_without_noun(bare, kind), brief.audience), language, measures=True).strip()
    found, after, beside = (named(part, spoken, text) for part in (proper, tail.names, tail.things))
    # A name behind its noun is one as well (Dome Tent for 2 Løvfall); a thing that comes with it (Bowl with Lid) is none.
    names = " ".join(filter(None, (found.names, after.names)))
    unknown = tuple(dict.fromkeys((*found.unknown, *after.unknown, *beside.names.split())))
    made = tuple(dict.fromkeys((*found.materials, *after.materials, *beside.materials)))
    if kind is None:
        # Without a noun the name is all that there is to call it by.
        others = tuple(word.of(spoken) for word in made)
        return Named(f"{proper} {tail.names}".strip(), (), (*unknown, *others))
    known = " ".join(word for word in names.split() if word not in unknown)
    many = f"{'für' if language == 'de' else 'for'} {tail.many}" if tail.many else ""
    return Named(f"{known} {many}".strip(), made, unknown)


@dataclass(frozen=True, slots=True)
class _Tail:
    """What stands behind a name's noun: for how `many` it is, the `names` behind that or behind `by`, and the other words."""

    many: str = ""
    names: str = ""
    things: str = ""


def _parted(name: str, brand: str) -> tuple[str, _Tail]:
    """A name up to the first of the words that say for whom, with or of what it is, and what these say."""
    found = _AFTER.search(name)
    if found is None:
        return name, _Tail()
    many = re.match(r"\s*(?:for|für)\s+(\d+)(?!\S)\s*", found[0], re.IGNORECASE)
    said = " ".join(without_audience(found[0][many.end() :] if many else found[0]).split())
    by = re.fullmatch(r"by\s+(.+)", said, re.IGNORECASE)
    names = said if many else ""
    if by is not None:
        names = "" if folded(by[1]) in folded(brand) else by[1]
    things = "" if by or many else " ".join(_TAIL_WORD.sub(" ", said).split())
    return name[: found.start()], _Tail(many[1] if many else "", names, things)


def _without_noun(bare: str, kind: Kind | None) -> str:
    """A name without the noun that says what the thing is."""
    words = bare.split()
    for length in range(min(4, len(words)), 0, -1):
        for start in range(len(words) - length, -1, -1):
            phrase = " ".join(words[start : start + length])
            found = kinds().named(phrase) or (kinds().compound(phrase) if length == 1 else None)
            if found is not None and kind is not None and is_a(kind, found):
                return " ".join([*words[:start], *words[start + length :]])
    return bare


def _bare(name: str, for_whom: str | None) -> str:
    """A name without for whom it is, where it says the same as the product: a Boy Shirt for women is called so."""
    plain = without_audience(name) if for_whom is not None and audience(name) == for_whom else name
    return " ".join(plain.split()).strip(" -–—,")


def _is_plural(name: str, kind: Kind | None) -> bool:
    """Whether a product's name is a plural: Trekking Poles, Earrings, Shorts."""
    if kind is None:
        return False
    own = kinds().in_title(name)
    if own is not None and own.name != kind.name and _is_plural(name, own):
        return True
    plain = folded(_AFTER.sub("", name))
    ends = [
        kind.plural,
        kind.plural.split()[-1],
        kind.nouns,
        *(f"{alias}s" for alias in kind.aliases),
        *(a for a in kind.aliases if kind.paired and a.endswith("s")),
    ]
    singular = {folded(kind.name), folded(kind.name.split()[-1]), folded(kind.noun)} - (
        {folded(kind.name)} if kind.paired else set()
    )
    return any(re.search(rf"(?:^|\W){re.escape(folded(end))}\b", plain) for end in ends if folded(end) not in singular)


def joined(items: Sequence[str], word: str) -> str:
    """A list as a sentence has it: `a, b and c`."""
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} {word} {items[-1]}" if items else ""


@functools.lru_cache(4_096)
def color_words(value: str, language: str) -> tuple[str, bool]:
    """A color as a language says it, and whether it is a word of that language: `Black/White` is two."""
    parts = [part.strip() for part in re.split(r"\s*[/&]\s*|\s+and\s+|\s+und\s+", value) if part.strip()]
    found = [colors().get(folded(part)) for part in parts]
    if parts and all(found):
        return "/".join(word.of(language) for word in found if word is not None), True
    return value, False


def material_word(name: str, language: str) -> str | None:
    """A material as a language says it, if it is known."""
    word = materials().get(folded(name))
    return word.of(language) if word else None


class Grammar(ABC):
    """The sentences of one language, and how a product's texts are built of them."""

    language: str
    headings: tuple[str, str]

    @abstractmethod
    def title(self, told: Telling) -> str:
        """The product's title for its own shop."""

    @abstractmethod
    def feed_title(self, told: Telling) -> str:
        """A title that stands alone: brand, name, what it is, for whom, color, material."""

    @abstractmethod
    def lead(self, told: Telling) -> list[str]:
        """The first sentences: what it is, by whom, of what."""

    @abstractmethod
    def choice(self, told: Telling, *, started: bool = True) -> list[str]:
        """In which colors and sizes it comes; where no sentence has `started` the text, this one says what it is about."""

    @abstractmethod
    def details(self, told: Telling) -> list[str]:
        """What else is known, a phrase each."""

    @abstractmethod
    def lines(self, told: Telling) -> list[Line]:
        """Specifications."""

    @abstractmethod
    def short(self, told: Telling) -> list[str]:
        """Short sentences, the weightiest first, for a meta description or a post."""

    @abstractmethod
    def alt(self, told: Telling, picture: Picture) -> str:
        """What a picture shows."""

    @abstractmethod
    def ordinal(self, place: int) -> str:
        """Which picture it is, counted from one, in words: a figure would be a claim."""

    def draft(self, told: Telling) -> Draft:
        """A description's parts."""
        lead, own = self.lead(told), list(told.brief.sentences)
        first, second = [*lead, *self.choice(told, started=bool(lead))], own
        items, lines = self.details(told), self.lines(told)
        if not (first or second or lines):
            return Draft([], [f"{item}." for item in items], [], [])
        return Draft(first, second, items, lines)

    def bullets(self, draft: Draft, most: int, characters: int) -> list[str]:
        """The facts by which buyers decide, the features first: as many as there may be, of no more than these characters."""
        lines = [f"{line.label}: {line.value}" for line in draft.lines if line.rests_on != ("shipping_weight",)]
        share = max(most - len(lines), most // 2)
        chosen = [*draft.items[:share], *lines]
        chosen += [one for one in draft.items[share:] if len(chosen) < most]
        fitting = [one for one in dict.fromkeys(chosen) if len(one) <= characters]
        return fitting[:most]

    def html(self, draft: Draft) -> str:
        """A description as HTML: paragraphs, then lists under headings."""
        parts = [f"<p>{_escaped(' '.join(sentences))}</p>" for sentences in (draft.lead, draft.body) if sentences]
        items = "".join(f"<li>{_escaped(item)}</li>" for item in draft.items)
        lines = "".join(
            f"<li><strong>{_escaped(line.label)}:</strong> {_escaped(line.value)}</li>" for line in draft.lines
        )
        if items:
            parts.append(f"<h3>{self.headings[0]}</h3><ul>{items}</ul>")
        if lines:
            parts.append(f"<h3>{self.headings[1]}</h3><ul>{lines}</ul>")
        return "\n".join(parts)

    def text(self, draft: Draft, characters: int) -> str:
        """A description as plain text, whole parts of it as long as they fit."""
        parts = [
            " ".join(draft.lead),
            " ".join(draft.body),
            "\n".join(f"- {item}" for item in draft.items),
            "\n".join(f"{line.label}: {line.value}" for line in draft.lines),
        ]
        found = ""
        for part in filter(None, parts):
            longer = f"{found}\n{part}".strip()
            found = longer if len(longer) <= characters else found
        return found


def fitted(sentences: Sequence[str], characters: int) -> str:
    """As many whole sentences as fit, in their order; one that is too long is passed over."""
    found = ""
    for sentence in sentences:
        longer = f"{found} {sentence}".strip()
        if len(longer) <= characters:
            found = longer
    return found


def _escaped(text: str) -> str:
    return html.escape(text, quote=False)


def some_colors(told: Telling) -> tuple[str, ...]:
    """The colors that a sentence can name; none where there are too many."""
    return told.colors if len(told.colors) <= _MOST_COLORS else ()
