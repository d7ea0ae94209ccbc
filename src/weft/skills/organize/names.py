"""The names under which `organize` keeps what it has learned and what was loaded."""

from typing import Final

CATEGORIES: Final = "organize.categories"
ATTRIBUTES: Final = "organize.attributes"
SHELF: Final = "organize.shelf"
TAXONOMY: Final = "taxonomy"
ATTRIBUTE_LISTS: Final = "attribute lists"
