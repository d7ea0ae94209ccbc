"""What the lessons of `write` are called."""

from typing import Final

COMMON: Final = "write.common"
NAMES: Final = "write.names"
