"""What a filter may say in a request."""

from pydantic import BaseModel, ConfigDict


class Bounds(BaseModel):
    """A number's least and most, both included."""

    model_config = ConfigDict(extra="forbid")

    min: float | None = None
    max: float | None = None


Wanted = str | float | bool | list[str | float] | Bounds
