"""What answers of `write` rest on: the shop's standing sentences, its voice, languages, markets and claims.

The lessons are kept until a tenth of the catalog has changed, and a sentence that was a standing one stays one, so that neither a few
edited products nor the skill's own applied texts make other answers stale. To look whether they hold loads nothing heavy.
"""

import importlib
from collections.abc import Mapping
from typing import Any, Final

from weft.business import Business
from weft.skills.write import Write
from weft.skills.write.names import COMMON, NAMES

SECTIONS: Final = ("voice", "languages", "markets", "claims")
_FORM: Final = 1
_SHARE: Final = 0.1


def rests_on(_: Write, business: Business) -> str:
    """The digests of what was learned and of how the business speaks, as a text."""
    return f"common={digests(business)[COMMON].hex()} preferences={business.preferences.digest(*SECTIONS)}"


def digests(business: Business, *, anew: bool = False) -> dict[str, bytes]:
    """The digests of the lessons by name, learned now if there are none, too much has changed since, or it is to be anew."""
    now = {"form": _FORM, **business.catalog.outline()}
    there = {name: business.learned.find(name) for name in (COMMON, NAMES)}
    if anew or any(lesson is None or _changed(lesson.about, now) for lesson in there.values()):
        # Who comes at the same moment waits, and then finds what the first has learned.
        with business.database.alone(f"write {business.uid}"):
            there = {name: business.learned.find(name) for name in (COMMON, NAMES)}
            if anew or any(lesson is None or _changed(lesson.about, now) for lesson in there.values()):
                importlib.import_module("weft.skills.write.learning").learn(business, now)
        there = {name: business.learned.find(name) for name in (COMMON, NAMES)}
    return {name: lesson.digest for name, lesson in there.items() if lesson is not None}


def _changed(about: Mapping[str, Any], now: Mapping[str, int]) -> bool:
    then = about.get("outline") or {}
    if then.get("form") != _FORM:
        return True
    allowed = _SHARE * max(then.get("products", 0), 1)
    return bool(
        abs(now["products"] - then.get("products", 0)) > allowed
        or abs(now["versions"] - then.get("versions", 0)) > allowed
    )
