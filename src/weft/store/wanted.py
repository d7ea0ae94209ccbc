"""What a filter may say in a request."""

from collections.abc import Mapping
from typing import Annotated, Any, Final

from pydantic import BaseModel, BeforeValidator, ConfigDict

_SAYS: Final = "say a value, a list of values, or {min, max}"


class Bounds(BaseModel):
    """A number's least and most, both included."""

    model_config = ConfigDict(extra="forbid")

    min: float | None = None
    max: float | None = None


def _plain(given: Any) -> Any:
    """What is given, if it is of one of the forms; one sentence for what is wrong with it, not one for each form."""
    if isinstance(given, Mapping):
        if strange := [name for name in given if name not in Bounds.model_fields]:
            raise ValueError(f"a range has min and max, not {str(strange[0])[:60]!r}")
        for name, bound in given.items():
            if bound is not None and not _number(bound):
                raise ValueError(f"{name} is a number, not {str(bound)[:60]!r}")
    elif isinstance(given, (list, tuple)):
        if strange := [one for one in given if not isinstance(one, (str, int, float))]:
            raise ValueError(f"a list has texts and numbers, not {str(strange[0])[:60]!r}")
    elif not isinstance(given, (str, int, float, Bounds)):
        raise ValueError(f"{_SAYS}, not {str(given)[:60]!r}")
    return given


def _number(bound: Any) -> bool:
    if isinstance(bound, bool) or not isinstance(bound, (str, int, float)):
        return False
    try:
        float(bound)
    except (ValueError, OverflowError):
        return False
    return True


Wanted = Annotated[str | float | bool | list[str | float] | Bounds, BeforeValidator(_plain)]
