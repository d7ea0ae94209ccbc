"""What `organize` learns from a business's own catalog, and how a process comes by what was learned."""

import importlib
import logging
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID
from weakref import WeakValueDictionary

from weft.business import Business
from weft.errors import InputError, NotFound, WeftError
from weft.settings import Settings
from weft.skills.organize.attributes import Knowledge
from weft.skills.organize.categories import CategoryModel
from weft.skills.organize.foundation import digests
from weft.skills.organize.names import ATTRIBUTES, CATEGORIES, SHELF, TAXONOMY
from weft.skills.organize.quality import Shelf
from weft.skills.organize.start import Start
from weft.skills.organize.taxonomy import Taxonomy

_LOG: Final = logging.getLogger(__name__)


_MOST_HELD: Final = 64
_HELD: OrderedDict[tuple[str, bytes], Any] = OrderedDict()
_LOCK: Final = threading.Lock()
_TURNS: Final[WeakValueDictionary[tuple[str, bytes], threading.Lock]] = WeakValueDictionary()
_RECENT_SECONDS: Final = 5.0
_RECENT: Final[OrderedDict[UUID, tuple[float, "Lessons"]]] = OrderedDict()


@dataclass(frozen=True, slots=True)
class Lessons:
    """All that was learned, ready for use; `threshold` is the confidence from which placements are surely right.

    `start` places products of a business that has placed too few itself to learn from.
    """

    categories: CategoryModel
    threshold: float | None
    knowledge: Knowledge
    shelf: Shelf
    taxonomy: Taxonomy | None
    start: Start | None


def current(business: Business) -> Lessons:
    """The lessons as they are now, learned first if need be; those of an earlier form are learned anew."""
    try:
        return lessons(business, digests(business))
    except (InputError, NotFound):
        return lessons(business, digests(business, anew=True))


def recent(business: Business) -> Lessons:
    """The lessons as they were some seconds ago at most, for who asks product by product: to look whether they still hold means
    to count the whole catalog.
    """
    with _LOCK:
        held = _RECENT.get(business.uid)
    if held is not None and held[0] > time.monotonic():
        return held[1]
    found = current(business)
    with _LOCK:
        _RECENT[business.uid] = (time.monotonic() + _RECENT_SECONDS, found)
        _RECENT.move_to_end(business.uid)
        while len(_RECENT) > _MOST_HELD:
            _RECENT.popitem(last=False)
    return found


def lessons(business: Business, names: Mapping[str, bytes]) -> Lessons:
    """The lessons with these digests, read once a process.

    Raises NotFound where one was learned anew meanwhile, InputError where it is of another form.
    """
    taxonomy = names.get(TAXONOMY)
    tree = _kept(business, TAXONOMY, taxonomy, _taxonomy) if taxonomy else None
    categories, threshold = _kept(business, CATEGORIES, names[CATEGORIES], _placing)
    return Lessons(
        categories,
        threshold,
        _kept(business, ATTRIBUTES, names[ATTRIBUTES], Knowledge.loaded),
        _kept(business, SHELF, names[SHELF], Shelf.loaded),
        tree,
        None
        if categories.categories
        else _kept(business, "start", taxonomy or b"", lambda _: Start(tree or Taxonomy.basic(), _embedder())),
    )


def _embedder() -> Any:
    """What tells meanings apart, where it is installed; words alone do without."""
    try:
        meaning = importlib.import_module("weft.index.meaning")
        return meaning.MiniLM(Settings.from_environment().home / "models")
    except (ImportError, WeftError) as problem:
        _LOG.info("products are placed by words alone: %s", problem)
        return None


def _placing(body: bytes) -> tuple[CategoryModel, float | None]:
    model = CategoryModel.loaded(body)
    return model, model.threshold()


def _taxonomy(body: bytes) -> Taxonomy:
    return Taxonomy.read(body.decode())


def _kept(business: Business, name: str, digest: bytes, load: Callable[[bytes], Any]) -> Any:
    """A lesson by its digest: the last ones used stay in memory."""
    key = (name, digest)
    with _LOCK:
        turn = _TURNS.setdefault(key, threading.Lock())
    # Who comes at the same moment waits, and does not read the same a second time.
    with turn:
        with _LOCK:
            if key in _HELD:
                _HELD.move_to_end(key)
                return _HELD[key]
        body = b"" if name == "start" else business.learned.body(name, digest)
        if body is None:
            raise NotFound("What was learned has just been learned anew; ask again.")
        made = load(body)
        with _LOCK:
            _HELD[key] = made
            while len(_HELD) > _MOST_HELD:
                _HELD.popitem(last=False)
    return made
