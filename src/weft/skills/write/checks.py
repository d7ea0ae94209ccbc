"""What is wrong with a text that was written: its claims, its limits, its words, its HTML, its language. Both engines' judge.

A text passes where each function here finds nothing; what is found is a sentence that a person, or a model, can act on.
"""

import html
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import nh3

from weft import claims, mojibake
from weft.skills.write import Channel, Part
from weft.skills.write.brief import Brief
from weft.skills.write.channels import CHANNELS, Limit, Rules, base, part_name
from weft.store.preferences import Voice

TAGS: Final = frozenset(
    ["p", "ul", "li", "h3", "strong", "em", "br", "table", "tbody", "tr", "th", "td", "dl", "dt", "dd"]
)
Text = str | Sequence[str]
_SPACES: Final = re.compile(r"[^\S\n]+")
_LONG_WORD: Final = re.compile(r"\b[^\W\d_]{4,}\b")
_TAG: Final = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]*)\b([^<>]*)>")
_BLOCK: Final = re.compile(r"<(?:br|/p|/li|/h3|/tr|/t[hd]|/d[td]|/table|/ul|/dl)\b[^>]*>", re.IGNORECASE)
_VOID: Final = frozenset(["br"])
_INSIDE: Final[Mapping[str, frozenset[str]]] = {
    "li": frozenset(["ul"]),
    "tr": frozenset(["table", "tbody"]),
    "th": frozenset(["tr"]),
    "td": frozenset(["tr"]),
    "dt": frozenset(["dl"]),
    "dd": frozenset(["dl"]),
}
_HYPE: Final[Mapping[str, re.Pattern[str]]] = {
    "en": re.compile(
        r"\b(?:perfect (?:for|gift|choice)|must[- ]have|game[- ]chang\w+|elevate your|take your \w+ to the next level|"
        r"look no further|world[- ]class|second to none|unparalleled|unbeatable|stunning|breathtaking|luxurious(?:ly)?|"
        r"amazing|incredible|ultimate|revolutionary|effortless(?:ly)?|unlock|seamless(?:ly)? blend\w*)\b",
        re.IGNORECASE,
    ),
    "de": re.compile(
        r"\b(?:perfekt\w* (?:für|geeignet)|ein absolutes muss|must[- ]have|unschlagbar\w*|einzigartig\w*|atemberaubend\w*|"
        r"traumhaft\w*|ultimativ\w*|revolutionär\w*|luxuriös\w*|unvergleichlich\w*|auf (?:ein|das) (?:neues|nächste) level)\b",
        re.IGNORECASE,
    ),
}
_LEAST_LETTERS: Final = 60


@dataclass(frozen=True, slots=True)
class Standard:
    """What the texts of one product are measured by: the channel's rules, the language, the voice, the market's lexicon."""

    channel: Channel
    language: str
    market: str | None = None
    voice: Voice = field(default_factory=lambda: Voice.model_validate({}))
    lexicon: Mapping[str, Any] = field(default_factory=dict)

    @property
    def rules(self) -> Rules:
        """The channel's rules."""
        return CHANNELS[self.channel]

    def limit(self, part: Part) -> Limit | None:
        """A part's limit; None where the channel has no such part."""
        return self.rules.limits.get(part)


def plain(text: Text) -> str:
    """A text as it is read: lists by lines, HTML without its tags."""
    joined = text if isinstance(text, str) else "\n".join(text)
    if "<" in joined:
        joined = _TAG.sub("", _BLOCK.sub("\n", joined))
    return _SPACES.sub(" ", html.unescape(joined) if "&" in joined else joined).strip()


def wrong(part: Part, text: Text, brief: Brief, measured: Standard) -> list[str]:
    """What is wrong with a part's text, a sentence each; nothing where it may be proposed."""
    return [problem for problems in problems_of(part, text, brief, measured).values() for problem in problems]


def passed(part: Part, text: Text, brief: Brief, measured: Standard) -> list[dict[str, Any]]:
    """The checks as a change keeps them: each one's name, whether it passed, and else why not."""
    return rows(problems_of(part, text, brief, measured))


def rows(problems: Mapping[str, Sequence[str]]) -> list[dict[str, Any]]:
    """Problems by check as a change keeps them."""
    return [
        {"name": name, "ok": not found, **({"message": " ".join(found)[:500]} if found else {})}
        for name, found in problems.items()
    ]


def problems_of(part: Part, text: Text, brief: Brief, measured: Standard) -> dict[str, list[str]]:
    """What is wrong, by the check that found it: limits, html, words, language, claims."""
    found = {name: check(part, text, brief, measured) for name, check in _CHECKS.items()}
    return found | {"claims": claim_problems(plain(text), brief, measured)}


def formal_problems(part: Part, text: Text, brief: Brief, measured: Standard) -> dict[str, list[str]]:
    """All but claims and language, for who has judged each sentence already."""
    return {name: _CHECKS[name](part, text, brief, measured) for name in ("limits", "html", "words")}


def judged(text: str, brief: Brief, measured: Standard) -> list[claims.Judged]:
    """A plain text's claims, each with its verdict."""
    return claims.supported(
        text, brief.grounds, language=measured.language, market=measured.market, lexicon=measured.lexicon
    )


def claim_problems(text: str, brief: Brief, measured: Standard) -> list[str]:
    """Each claim of a plain text that nothing known supports, in a sentence."""
    return [
        f"“{one.claim.text}” ({one.claim.kind}): {one.why or 'no fact supports it'}".rstrip(".") + "."
        for one in judged(text, brief, measured)
        if not one.ok
    ]


def _limits(part: Part, text: Text, brief: Brief, measured: Standard) -> list[str]:
    del brief
    limit = measured.limit(part)
    if limit is None:
        return [f"The channel {measured.channel} has no {part_name(part)}."]
    texts = [text] if isinstance(text, str) else list(text)
    problems = []
    if isinstance(text, str) != (part != "bullets"):
        return [f"The {part} is {'one text' if part != 'bullets' else 'a list of texts'}."]
    if not any(one.strip() for one in texts):
        return ["It is empty."]
    if len(texts) > limit.most or (part == "bullets" and len(texts) < limit.least):
        problems.append(f"There are {len(texts)} {part}; {limit.least} to {limit.most} are taken.")
    problems += [
        f"“{one[:40]}…” has {len(one)} characters; {limit.characters} are taken."
        for one in texts
        if len(one) > limit.characters
    ]
    if len({one.strip().casefold() for one in texts}) < len(texts):
        problems.append("Two of the texts are the same.")
    return problems


def _html(part: Part, text: Text, brief: Brief, measured: Standard) -> list[str]:
    del brief
    whole = text if isinstance(text, str) else "\n".join(text)
    if part != "description" or not measured.rules.html:
        if re.search(r"</?[a-zA-Z][^<>]*>", whole):
            return ["It has HTML tags where only plain text is taken."]
        return ["It has line breaks."] if part not in ("description", "bullets") and "\n" in whole else []
    return _markup(whole)


def _markup(text: str) -> list[str]:
    """What is wrong with a description's HTML: other tags, attributes, tags left open or in the wrong place."""
    open_: list[str] = []
    for closing, name, attributes in _TAG.findall(text):
        tag = name.lower()
        if tag not in TAGS:
            return [f"It has the tag <{tag}>; only {', '.join(sorted(TAGS))} are taken."]
        if attributes.strip(" /") and not (tag == "th" and re.fullmatch(r'\s*scope="(?:row|col)"', attributes)):
            return [f"The tag <{tag}> has attributes, which none needs."]
        if tag in _VOID:
            continue
        if closing:
            if not open_ or open_.pop() != tag:
                return [f"</{tag}> closes what is not open."]
        elif (within := _INSIDE.get(tag)) and (not open_ or open_[-1] not in within):
            return [f"<{tag}> stands outside of <{min(within)}>."]
        else:
            open_.append(tag)
    if open_:
        return [f"<{open_[-1]}> is not closed."]
    if text and not text.lstrip().startswith("<"):
        return ["It starts outside of a paragraph."]
    if re.search(r"<(p|li|h3|td|th|dt|dd|ul|table|dl)>\s*</\1>", text):
        return ["It has an empty element."]
    cleaned = nh3.clean(text, tags=set(TAGS), attributes={"th": {"scope"}})
    return [] if _same(cleaned, text) else ["A browser would read its HTML differently."]


def _same(one: str, other: str) -> bool:
    return re.sub(r"\s+", " ", html.unescape(one)) == re.sub(r"\s+", " ", html.unescape(other))


def _words(part: Part, text: Text, brief: Brief, measured: Standard) -> list[str]:
    del part
    return word_problems(plain(text), brief, measured)


def word_problems(shown: str, brief: Brief, measured: Standard) -> list[str]:
    """Words of a plain text that the channel forbids, the voice avoids or the business forbids; hype; shouting."""
    problems = []
    if (garbled := mojibake.lost(shown)) is not None:
        problems.append(
            f"Letters of “{garbled[:40]}” were lost when it was read in the wrong encoding; mend the product's text."
        )
    for pattern in measured.rules.forbidden:
        problems += [
            f"“{found[0]}” is not taken by the channel {measured.channel}." for found in pattern.finditer(shown)
        ][:3]
    if measured.rules.characters is not None and (strange := measured.rules.characters.search(shown)):
        problems.append(f"The character “{strange[0]}” is not taken by the channel {measured.channel}.")
    for phrase in (*measured.voice.avoid, *measured.lexicon.get("forbidden", ())):
        if phrase.strip() and re.search(rf"(?<!\w){re.escape(phrase.strip())}(?!\w)", shown, re.IGNORECASE):
            problems.append(f"“{phrase}” is a phrase that the business avoids.")
    hype = _HYPE.get(base(measured.language))
    if hype is not None and (found := hype.search(shown)) and not _said_by_brand(found[0], brief):
        problems.append(f"“{found[0]}” says nothing that a buyer can check.")
    if _shouts(shown, brief):
        problems.append("It shouts: words in capitals that are no names, or exclamation marks.")
    return problems


def _said_by_brand(words: str, brief: Brief) -> bool:
    return words.casefold() in f"{brief.name} {brief.brand}".casefold()


def _shouts(shown: str, brief: Brief) -> bool:
    if "!" in shown and "!" not in f"{brief.name}{brief.brand}":
        return True
    loud = _LONG_WORD.findall(shown)
    capitals = [word for word in loud if word.isupper()]
    if len(capitals) < 3:
        return False
    known = {word.upper() for word in re.findall(r"[^\W\d_]+", f"{brief.name} {brief.brand}")}
    shouted = [word for word in capitals if word not in known]
    return len(shouted) >= 3 and len(shouted) * 4 > len(loud)


def _language(part: Part, text: Text, brief: Brief, measured: Standard) -> list[str]:
    """Whether a text that is long enough to tell is in the language that was asked for."""
    if part in ("title", "seo_title", "alt"):
        return []
    shown = plain(text)
    for name in sorted({brief.name, brief.brand, *brief.names} - {""}, key=len, reverse=True):
        shown = shown.replace(name, " ")
    if sum(map(str.isalpha, shown)) < _LEAST_LETTERS:
        return []
    spoken = claims.language_of(shown)
    if spoken is None or base(spoken) == base(measured.language):
        return []
    return [f"It is in another language ({spoken}) than it was asked for ({measured.language})."]


_CHECKS: Final[Mapping[str, Callable[[Part, Text, Brief, Standard], list[str]]]] = {
    "limits": _limits,
    "html": _html,
    "words": _words,
    "language": _language,
}
