"""When a process that answers collects garbage: a little at a time, because somebody waits meanwhile."""

import gc
from typing import Final

_PIECES: Final = (5_000, 20, 50)


def collected_in_passing() -> None:
    """Leave what is loaded by now to stay, and collect garbage from here on in pieces of some milliseconds.

    Each call of MCP leaves some 150 objects in cycles behind. In the pieces that suit a command, all who waited at that
    moment waited 150 ms.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(*_PIECES)
