"""Whether a translation kept what is no word: tags, placeholders, addresses, codes, arguments, lines."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import zip_longest

from weft.skills.translate.checks.problem import Problem, short
from weft.skills.translate.checks.readable import Pair
from weft.skills.translate.structure import icu
from weft.skills.translate.structure.marks import Segment, wrong_marks
from weft.skills.translate.structure.placeholders import addresses, codes, placeholders
from weft.skills.translate.structure.stream import Inner, Item, Run, Tag, Wall, Words, partners_of

_MOST = 12
_NAMES = {"placeholder": "placeholder", "address": "address", "control": "Liquid tag", "message": "argument"}


def wrong(pair: Pair) -> Iterator[Problem]:
    """What of a text's structure its translation lost, added or moved where it may not stand."""
    if pair.format == "segment":
        yield from _segment(pair)
    elif pair.format == "icu":
        yield from _message(pair.source.items, pair.target.items, pair.target.language)
    else:
        yield from _document(pair)
    yield from _codes(pair)


def _segment(pair: Pair) -> Iterator[Problem]:
    for sentence in wrong_marks(Segment("", pair.source.text), pair.target.text):
        yield Problem("marks", sentence)
    for name, find in (("placeholder", placeholders), ("address", addresses)):
        before, after = (Counter(side.text[a:b] for a, b in find(side.text)) for side in (pair.source, pair.target))
        yield from _counted(before, after, name)


def _document(pair: Pair) -> Iterator[Problem]:
    before, after = _blocks(pair.source.items), _blocks(pair.target.items)
    fixed = pair.format != "text"
    if fixed:
        lost = next((p for p in zip_longest(before, after) if _wall(p[0]) != _wall(p[1])), None)
        if lost is not None:
            yield _strange_wall(*map(_wall, lost))
            return
    elif len(before) != len(after):
        yield from _lines(pair, before, after)
        before = after = [] if len(before) == len(after) else [_merged(before)]
        after = [_merged(_blocks(pair.target.items))] if before else []
    for one, other in zip(before, after, strict=True):
        yield from _block(one.items, other.items)
        if one.wall is not None and other.wall is not None:
            yield from _inside(one.wall, other.wall)
        if _lettered(one.items) and not _lettered(other.items) and not _placed(other.items):
            yield Problem(
                "empty", f"A part of the text has no translation: {short(_words(one.items))}", _words(one.items)
            )
        if fixed and _lettered(other.items) and not _lettered(one.items) and not _placed(one.items):
            yield Problem("added", f"The translation has words where the source has none: {short(_words(other.items))}")


class _Block:
    """The runs that stand after a wall, up to the next."""

    __slots__ = ("items", "wall")

    def __init__(self, wall: Wall | None) -> None:
        self.wall = wall
        self.items: list[Run] = []


def _blocks(items: Sequence[Item]) -> list[_Block]:
    blocks = [_Block(None)]
    for item in items:
        if isinstance(item, Wall):
            blocks.append(_Block(item))
        else:
            blocks[-1].items.append(item)
    return blocks


def _merged(blocks: Sequence[_Block]) -> _Block:
    whole = _Block(None)
    whole.items = [item for block in blocks for item in block.items]
    return whole


def _wall(block: _Block | None) -> str:
    return "" if block is None or block.wall is None else re.sub(r"\s+", " ", block.wall.key.strip())


def _strange_wall(before: str, after: str) -> Problem:
    if not after:
        return Problem("tags", f"The translation lacks {short(before)}.", before)
    if not before:
        return Problem("tags", f"The translation has {short(after)}, which the source does not have.", after)
    return Problem("tags", f"Where the source has {short(before)}, the translation has {short(after)}.", after)


def _lines(pair: Pair, before: Sequence[_Block], after: Sequence[_Block]) -> Iterator[Problem]:
    wanted = sum(_lettered(block.items) for block in before)
    there = sum(any(sign.isalnum() for sign in line) for line in pair.target.text.splitlines())
    blocks = sum(_lettered(block.items) for block in after)
    if there < wanted or min(there, blocks) > wanted + 1 + wanted // 3:
        yield Problem("lines", f"The source has {wanted} lines or paragraphs, the translation {there}.")


def _words(items: Sequence[Run]) -> str:
    return "".join(item.raw for item in items if isinstance(item, Words))


def _lettered(items: Sequence[Run]) -> bool:
    return any(sign.isalpha() for item in items if isinstance(item, Words) for sign in re.sub(r"&#?\w+;", "", item.raw))


def _placed(items: Sequence[Run]) -> bool:
    return any(isinstance(item, Tag) and item.kind in ("placeholder", "message", "address") for item in items)


def _block(source: Sequence[Run], target: Sequence[Run]) -> Iterator[Problem]:
    """Whether one block's tags are all there, each in a place where it may stand."""
    before, after = ([item for item in side if isinstance(item, Tag)] for side in (source, target))
    kinds = {tag.key: tag.kind for tag in [*after, *before]}
    problems = []
    for kind in dict.fromkeys(kinds.values()):
        counted = [Counter(tag.key for tag in side if kinds[tag.key] == kind) for side in (before, after)]
        problems += list(_counted(counted[0], counted[1], _NAMES.get(kind, "tag")))
    if problems:
        yield from problems
        return
    if _parents(source) != _parents(target):
        moved = next(iter((_parents(source) - _parents(target)) or (_parents(target) - _parents(source))), ("", ""))
        yield Problem("tags", f"{short(moved[0])} no longer stands where it stood among the other tags.", moved[0])
    for order in sorted({tag.order for tag in before if tag.order and tag.order != "break"}):
        here, there = ([tag.key for tag in side if tag.order == order] for side in (before, after))
        if here != there:
            yield Problem("order", f"{short(', '.join(here))} have to keep their order.", here[0])
    matches: dict[str, list[Tag]] = {}
    for tag in reversed(after):
        matches.setdefault(tag.key, []).append(tag)
    for tag in before:
        yield from _inside(tag, matches[tag.key].pop())


def _parents(items: Sequence[Run]) -> Counter[tuple[str, str]]:
    """What stands in what: pairs of tags and the parts of Liquid's blocks; where one may move, only its pair is counted."""
    partners = partners_of(items)
    counted: Counter[tuple[str, str]] = Counter()
    open_now: list[str] = [""]
    for index, item in enumerate(items):
        if isinstance(item, Words):
            continue
        partner = partners.get(index)
        if partner is not None and partner < index:
            open_now.pop()
            continue
        if partner is not None or item.order in ("control", "paired") or (item.role != "single" and partner is None):
            counted[item.key, open_now[-1]] += 1
        if partner is not None:
            open_now.append(item.key)
    return counted


def _inside(source: Tag | Wall, target: Tag | Wall) -> Iterator[Problem]:
    """The translatable parts of two tags that are otherwise equal."""
    inner = [[piece for piece in tag.pieces if isinstance(piece, Inner)] for tag in (source, target)]
    for before, after in zip(*inner, strict=False):
        runs = [[item for item in side.items if not isinstance(item, Wall)] for side in (before, after)]
        yield from _block(*runs)
        if _lettered(runs[0]) and not _words(runs[1]).strip():
            yield Problem(
                "empty", f"The translation of {before.context} is empty: {short(_words(runs[0]))}", before.context
            )


def _counted(before: Counter[str], after: Counter[str], name: str) -> Iterator[Problem]:
    code = "placeholders" if name == "placeholder" else "addresses" if name == "address" else "tags"
    for raw in [*before, *(raw for raw in after if raw not in before)][:_MOST]:
        shown = short(raw.replace("\0", "…"))
        if before[raw] and not after[raw]:
            yield Problem(code, f"The {name} {shown} is missing in the translation.", raw)
        elif after[raw] and not before[raw]:
            yield Problem(code, f"The translation has the {name} {shown}, which the source does not have.", raw)
        elif after[raw] != before[raw]:
            yield Problem(code, f"The {name} {shown} stands {after[raw]} times, not {before[raw]}.", raw)


def _codes(pair: Pair) -> Iterator[Problem]:
    """Codes of the source that the translation does not have; hyphens and widths may differ."""
    folded = _folded(pair.target.words)
    for start, end in codes(pair.source.words):
        code = pair.source.words[start:end]
        if _folded(code) not in folded:
            yield Problem("codes", f"The code {short(code)} is missing in the translation.", code)
    known = _folded(pair.source.words)
    for start, end in codes(pair.target.words):
        code = pair.target.words[start:end]
        if re.fullmatch(r"[A-Z0-9]+(?:[-_/.]?[A-Z0-9]+)*", code) and not _stems_from(_folded(code), known):
            yield Problem("codes", f"The translation has the code {short(code)}, which the source does not have.", code)


def _stems_from(code: str, source: str) -> bool:
    """Whether a code stands in the source, or is made of parts that do, as in a compound word."""
    return code in source or all(part in source for part in re.split(r"[-_/.]", code))


def _folded(text: str) -> str:
    return text.replace("‑", "-").replace("‐", "-").replace("－", "-").replace("\u00ad", "").casefold()


def _message(source: Sequence[Item], target: Sequence[Item], language: str) -> Iterator[Problem]:
    """Whether a message's arguments, and the branches of each, are those of the source and what the language needs."""
    before, after = ([item for item in side if isinstance(item, Tag)] for side in (source, target))
    yield from _counted(
        Counter(tag.key for tag in before if tag.kind != "message"),
        Counter(tag.key for tag in after if tag.kind != "message"),
        "placeholder",
    )
    names = [Counter(tag.name for tag in side if tag.kind == "message") for side in (before, after)]
    yield from _counted(names[0], names[1], "argument")
    runs = [[item for item in side if not isinstance(item, Wall)] for side in (source, target)]
    if _lettered(runs[0]) and not _lettered(runs[1]):
        yield Problem("empty", f"A part of the message has no translation: {short(_words(runs[0]))}")
    left = [tag for tag in after if tag.kind == "message"]
    for tag in before:
        match = next((other for other in left if other.name == tag.name), None) if tag.kind == "message" else None
        if match is not None:
            left.remove(match)
            yield from _branches(tag, match, language)


def _branches(source: Tag, target: Tag, language: str) -> Iterator[Problem]:
    before, after = (
        {piece.selector: piece for piece in tag.pieces if isinstance(piece, Inner)} for tag in (source, target)
    )
    kind, _, name = source.name.partition(" ")
    needed = icu.categories(language, kind == "selectordinal") if kind != "select" else ()
    for selector in before:
        optional = kind != "select" and selector in icu.CATEGORIES and selector not in needed
        if selector not in after and not optional:
            yield Problem("icu", f"The argument {name} has lost its branch {selector}.", selector)
    for selector in after:
        if selector not in before and (kind == "select" or selector not in icu.CATEGORIES):
            yield Problem(
                "icu", f"The argument {name} has a branch {selector}, which the source does not have.", selector
            )
    missing = [category for category in needed if category not in after and category not in before]
    if missing and any(_lettered_inner(inner) for inner in before.values()):
        yield Problem(
            "plural", f"The argument {name} lacks the forms that this language has: {', '.join(missing)}.", name
        )
    for selector, inner in after.items():
        model = before.get(selector) or before["other"]
        loose = kind != "select" and selector != "other"
        yield from _message(_without_number(model.items, loose), _without_number(inner.items, loose), language)


def _lettered_inner(inner: Inner) -> bool:
    return _lettered([item for item in inner.items if not isinstance(item, Wall)])


def _without_number(items: Sequence[Item], loose: bool) -> Sequence[Item]:
    """A branch without its number: `one` may say `one item` as well as `# item`."""
    return [item for item in items if not (loose and isinstance(item, Tag) and item.key == "#")]
