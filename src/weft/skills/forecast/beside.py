"""All forecasts built beside the process that answers, when they are first asked for and when there are sales that they do not know."""

import logging
import threading
import time
from typing import Final
from uuid import UUID

from weft.business import Business
from weft.errors import NotReady, WeftError
from weft.index import beside
from weft.skills.forecast.progress import Board
from weft.store.forecasts import Built

_LOG: Final = logging.getLogger(__name__)
_AT_ONCE: Final = 1
_LOOK_EVERY: Final = 60.0
_AGAIN_SECONDS: Final = 5
_BEGUN: Final[dict[tuple[str, UUID], float]] = {}
_LOCK: Final = threading.Lock()


def built(business: Business) -> Built:
    """How all forecasts were last built; where they never were, building is begun and NotReady raised."""
    found = business.forecasts.built()
    if found is None:
        begin(business)
        raise NotReady(
            f"The forecasts of {business.id} are being made for the first time; ask again in a little while, or make them by "
            "hand: weft forecasts build",
            retry_after=_AGAIN_SECONDS,
        )
    return found


def begin(business: Business) -> bool:
    """Begin to build, unless that was begun a minute ago, and tell whether; where it cannot be, the last forecasts answer."""
    home = business.database.folder
    if home is None:
        return False
    key = (str(home), business.uid)
    with _LOCK:
        if time.monotonic() - _BEGUN.get(key, -_LOOK_EVERY) < _LOOK_EVERY:
            return False
        _BEGUN[key] = time.monotonic()
    try:
        begun = beside.begun(
            business.database, home, "forecasts", ["forecasts", "build", "--business", business.id], most=_AT_ONCE
        )
        if begun is None:
            with _LOCK:
                _BEGUN.pop(key, None)
    except (OSError, WeftError) as problem:
        _LOG.warning("the forecasts of %s cannot be built anew, and the last ones answer: %s", business.id, problem)
        return False
    if begun is not None:
        Board(business).say("reading", 0, 1)
    return begun is not None
