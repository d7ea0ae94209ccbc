"""What a filter may say in a request, as the store keeps it in rules too."""

from weft.store.wanted import Bounds, Wanted

__all__ = ["Bounds", "Wanted"]
