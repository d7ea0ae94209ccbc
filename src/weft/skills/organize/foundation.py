"""What answers of `organize` rest on: the lessons' digests, and whether it is time to learn them again.

Answers rest on lessons, so a new lesson makes every answer stale. Lessons are therefore kept until a tenth of what they were
learned from has changed: a few edited products cost a few answers. To look whether they still hold loads no numeric library.
"""

import importlib
from collections.abc import Mapping
from typing import Any, Final

from weft.business import Business
from weft.skills.organize import Organize
from weft.skills.organize.names import ATTRIBUTE_LISTS, ATTRIBUTES, CATEGORIES, SHELF, TAXONOMY
from weft.store.changes import Selection

_NAMES: Final = (CATEGORIES, ATTRIBUTES, SHELF)
_FORM: Final = 4
_SHARE: Final = 0.1


def rests_on(_: Organize, business: Business) -> str:
    """The digests of what was learned, as a text."""
    return " ".join(f"{name}={digest.hex()}" for name, digest in sorted(digests(business).items()))


def digests(business: Business, *, anew: bool = False) -> dict[str, bytes]:
    """The digests of the lessons, by name, learned now if there are none, too much has changed since, or it is to be anew."""
    now = _outline(business)
    there = {name: business.learned.find(name) for name in _NAMES}
    if anew or any(lesson is None or _changed(lesson.about, now) for lesson in there.values()):
        # Who comes at the same moment waits, and then finds what the first has learned.
        with business.database.alone(f"organize {business.uid}"):
            there = {name: business.learned.find(name) for name in _NAMES}
            if anew or any(lesson is None or _changed(lesson.about, now) for lesson in there.values()):
                importlib.import_module("weft.skills.organize.learning").learn(business, now)
        there = {name: business.learned.find(name) for name in _NAMES}
    taxonomy = business.learned.find(TAXONOMY)
    found = {name: lesson.digest for name, lesson in there.items() if lesson is not None}
    return found | ({TAXONOMY: taxonomy.digest} if taxonomy else {})


def _outline(business: Business) -> dict[str, int]:
    states = business.changes.counted(Selection(where="skill = organize"))
    decided = sum(states[state] for state in ("approved", "applied", "rejected", "undone"))
    lists = business.learned.find(ATTRIBUTE_LISTS)
    loaded = int.from_bytes(lists.digest[:4], "big") if lists else 0
    return {"form": _FORM, **business.catalog.outline(), "decided": decided, "lists": loaded}


def _changed(about: Mapping[str, Any], now: Mapping[str, int]) -> bool:
    then = about.get("outline") or {}
    if then.get("form") != _FORM or then.get("lists") != now["lists"]:
        return True

    def moved(name: str, base: int, least: int = 0) -> bool:
        return bool(abs(now[name] - then.get(name, 0)) > max(_SHARE * base, least))

    return bool(
        moved("versions", then.get("products", 0))
        or moved("categorized", then.get("categorized", 0))
        or moved("facts", then.get("facts", 0), 20)
        or moved("decided", then.get("decided", 0), 20)
    )
