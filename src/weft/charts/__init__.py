"""What a chart shows, as plain data: whoever draws it decides how."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

Kind = Literal["line", "bar", "waterfall"]
Unit = Literal["money", "count", "share", "days"]

# What no shop's figure reaches, and every drawing has room for.
Value = Annotated[float, Field(ge=-1e18, le=1e18)]


class Line(BaseModel):
    """One row of values, one for each place on the chart's axis; null where nothing is known."""

    model_config = ConfigDict(extra="forbid")

    name: str
    values: list[Value | None] = Field(description="Money in minor units, shares from 0 to 1.")


class Chart(BaseModel):
    """A chart's data: in a waterfall the first and the last value are wholes, those between add up from one to the other."""

    model_config = ConfigDict(extra="forbid")

    kind: Kind
    title: str
    x: list[str] = Field(description="The places on the axis: days as ISO dates, or names.")
    series: list[Line]
    unit: Unit = "count"
    currency: str | None = Field(default=None, description="The currency of money.")
