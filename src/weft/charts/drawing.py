"""A chart drawn in one of several forms; what draws pictures is loaded when the first is asked for."""

import importlib
import json
from typing import Any, Final, Literal

from weft.charts import Chart
from weft.charts.echarts import option
from weft.charts.terminal import text

Form = Literal["png", "echarts", "text"]
WIDTH, HEIGHT, LETTERS = 900, 420, 80
MEDIA: Final[dict[Form, str]] = {
    "png": "image/png", "echarts": "application/vnd.apache.echarts+json", "text": "text/plain; charset=utf-8",
}  # fmt: skip


def drawn(chart: Chart, form: Form, width: int = WIDTH, height: int = HEIGHT) -> bytes:
    """The chart in a form; width and height are a picture's, in dots; raises InputError."""
    if form == "png":
        picture: Any = importlib.import_module("weft.charts.picture")
        made: bytes = picture.png(chart, width, height)
        return made
    if form == "echarts":
        return json.dumps(option(chart), ensure_ascii=False).encode()
    return f"{text(chart, LETTERS)}\n".encode()
