"""What of many businesses lies in folders, opened where it is asked for: those used last stay open, the others are closed again."""

import threading
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path
from typing import Final, Generic, TypeVar
from uuid import UUID

from weft.index.folder import Generations

Where = TypeVar("Where", bound=Generations)
What = TypeVar("What")
_TRIES: Final = 5


class Opened(Generic[Where, What]):
    """What is open of each business, as it is in force; safe to share between threads.

    `read` opens what lies in a folder, given what was open of it before; None where nothing is in force, and OSError, ValueError,
    RuntimeError, KeyError or IndexError where it has been replaced meanwhile or a file is damaged. At least so many
    (`least`) stay open, and more as long as `size` of them comes to no more than `room` together and they are no more than `most`.
    """

    def __init__(
        self,
        place: Callable[[Path, UUID], Where],
        read: Callable[[Where, What | None], What | None],
        *,
        size: Callable[[What], int],
        room: int,
        least: int,
        most: int | None = None,
    ) -> None:
        self._place, self._read, self._size = place, read, size
        self._room, self._least, self._most = room, least, most
        self._held: OrderedDict[tuple[str, UUID], tuple[tuple[int, int], What, Where]] = OrderedDict()
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._held)

    def get(self, home: Path, business: UUID) -> What | None:
        """What is in force; None where there is nothing that can be read."""
        key = str(home), business
        known = self._held.get(key)
        place = known[2] if known is not None else self._place(home, business)
        for _ in range(_TRIES):
            mark = place.mark()
            with self._lock:
                held = self._held.get(key)
                if held is not None and held[0] == mark:
                    self._held.move_to_end(key)
                    return held[1]
            if mark is None:
                return None
            try:
                found = self._read(place, held[1] if held is not None else None)
            except (OSError, ValueError, RuntimeError, KeyError, IndexError):
                continue
            if found is not None:
                self._keep(key, mark, found, place)
            return found
        return None

    def last(self, home: Path, business: UUID) -> What | None:
        """What was open last, whatever has become of its files; None where nothing is open."""
        with self._lock:
            held = self._held.get((str(home), business))
        return held[1] if held is not None else None

    def _keep(self, key: tuple[str, UUID], mark: tuple[int, int], found: What, place: Where) -> None:
        with self._lock:
            self._held[key] = (mark, found, place)
            self._held.move_to_end(key)
            taken = sum(self._size(one) for _, one, _ in self._held.values())
            while len(self._held) > self._least and (
                taken > self._room or (self._most is not None and len(self._held) > self._most)
            ):
                taken -= self._size(self._held.popitem(last=False)[1][1])
