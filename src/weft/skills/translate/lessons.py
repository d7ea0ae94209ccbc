"""What people took of translations feeds the memory, segment by segment, and what they undid leaves it.

Answers rest on the memory, and every text that is taken adds to it: answers would be stale as soon as they are used. They rest
therefore on a mark that is set anew where somebody else filled or emptied the memory, and where a tenth of it is new from here.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from weft.business import Business
from weft.errors import InputError
from weft.skills.translate.known import as_remembered
from weft.skills.translate.products import Item
from weft.skills.translate.structure import Segment as Taken
from weft.skills.translate.structure import parsed
from weft.store.changes import Selection
from weft.store.memory import LONGEST, Segment

ORIGIN: Final = "change"
_KEPT_AS: Final = "translate memory"
_BY: Final = "translate"
_BATCH: Final = 500
_SHARE: Final = 0.1
_LEAST_NEW: Final = 20
_LONGEST_ALONE: Final = 2_000


def learn(business: Business) -> str:
    """Bring the memory up to what people took and undid since the last time; answers the mark that answers rest on."""
    held = business.learned.find(_KEPT_AS)
    about: dict[str, Any] = {"mark": "", "digest": "", "own": 0, "until": "", "undone": 0}
    about |= held.about if held is not None else {}
    undone = business.changes.counted(Selection(where="skill = translate and state = undone"))["undone"]
    newest = business.changes.listed(_applied(about["until"]), limit=1)
    now = business.memory.digest()
    if held is not None and not newest and undone == about["undone"] and now == about["digest"]:
        return str(about["mark"])
    with business.database.alone(f"translate memory {business.uid}"):
        about["mark"] = about["mark"] if about["digest"] == now else now
        about["own"] = about["own"] if about["digest"] == now else 0
        if undone != about["undone"]:
            about["own"] += _forget_undone(business)
        for changes in _taken(business, str(about["until"])):
            segments = [one for change in changes for one in segments_of(change)]
            about["own"] += business.memory.put(segments, _BY).created if segments else 0
            about["until"] = max(change["applied_at"] for change in changes).isoformat()
        about["digest"], about["undone"] = business.memory.digest(), undone
        if about["own"] > max(_LEAST_NEW, _SHARE * _entries(business)):
            about["mark"], about["own"] = about["digest"], 0
        business.learned.keep(_KEPT_AS, str(about["mark"]).encode(), about)
    return str(about["mark"])


def _entries(business: Business) -> int:
    return sum(int(one["segments"]) for one in business.memory.counted())


def _applied(until: str) -> Selection:
    since = f" and applied > '{until}'" if until else ""
    return Selection(where=f"skill = translate and state = applied{since}")


def _taken(business: Business, until: str) -> Iterator[list[dict[str, Any]]]:
    """The applied changes since a moment, in batches."""
    after = None
    while batch := business.changes.listed(_applied(until), limit=_BATCH, after=after):
        yield batch
        after = batch[-1]["id"]


def _forget_undone(business: Business) -> int:
    """Forget the segments of texts that were undone, unless a later one stands there; answers how many."""
    count, after = 0, None
    standing = Selection(where="skill = translate and state = undone")
    while batch := business.changes.listed(standing, limit=_BATCH, after=after):
        for record, field in sorted({(one["record"], one["field"]) for one in batch}):
            count += business.memory.forget(_BY, origin=ORIGIN, product=record, field=field)
        after = batch[-1]["id"]
    return count


def segments_of(change: Mapping[str, Any]) -> Iterator[Segment]:
    """What a change that was taken adds to the memory: its segments where both texts have the same ones, else the text as a whole.

    A text that `write` made is no translation, and adds nothing.
    """
    fact = next((one for one in change["facts"] if isinstance(one, Mapping) and "language" in one), None)
    after, field = change["after"], str(change["field"])
    if fact is None or not isinstance(after, str) or not isinstance(fact.get("value"), str):
        return
    into = field.split(".")[1]
    source, value = str(fact["language"]), str(fact["value"])
    if source == into or value == after:
        return
    for text, said in _pairs(value, after, into):
        if text.strip() and said.strip() and len(text) <= LONGEST:
            yield Segment(source, into, text, said, ORIGIN, field, str(change["record"]), change["applied_at"])


def _pairs(source: str, translation: str, into: str) -> list[tuple[str, str]]:
    """Two texts taken apart into pairs of segments; as wholes where they have not the same ones, and are not long."""
    whole = [(source, translation)] if len(source) <= _LONGEST_ALONE else []
    try:
        first, second = parsed(source, into=into), parsed(translation)
    except InputError:
        return whole
    mine = [one for one in first.segments if not one.added]
    if first.format != second.format or len(mine) != len(second.segments):
        return whole
    both = list(zip(mine, second.segments, strict=True))
    if any(_raws(one) != _raws(other) for one, other in both):
        return whole
    return [as_remembered(one, other.text) for one, other in both]


def _raws(segment: Taken) -> set[str]:
    return {mark.raw for mark in segment.marks.values()}


def sources(business: Business, records: Sequence[str]) -> dict[tuple[str, str], tuple[str, str]]:
    """Of which text the translations of products were made, and what they said: by product and field."""
    found: dict[tuple[str, str], tuple[str, str]] = {}
    for change in business.changes.accepted("translate", records=list(records)):
        fact = next((one for one in change["facts"] if isinstance(one, Mapping) and "language" in one), None)
        if fact is not None and isinstance(fact.get("value"), str) and isinstance(change["after"], str):
            found[str(change["record"]), str(change["field"])] = fact["value"], change["after"]
    return found


def outdated(
    items: Sequence[Item], record: str, language: str, made_of: Mapping[tuple[str, str], tuple[str, str]]
) -> set[str]:
    """The fields whose translation was made of a text that has changed since."""
    return {
        item.place(language)
        for item in items
        if (made := made_of.get((record, item.place(language)))) is not None and made[0] != item.text
    }
