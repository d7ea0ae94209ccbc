"""Charts over HTTP: the data of one, drawn as a picture, as an option of ECharts, or in letters."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Response
from starlette.concurrency import run_in_threadpool

from weft.charts import Chart
from weft.charts.drawing import HEIGHT, MEDIA, WIDTH, Form, drawn
from weft.surfaces.rest.callers import Reader
from weft.surfaces.rest.problems import RESPONSES

router = APIRouter(prefix="/charts", responses=RESPONSES, tags=["charts"])
_FORMS: dict[int | str, dict[str, Any]] = {
    200: {"content": {media.partition(";")[0]: {} for media in MEDIA.values()}, "description": "The chart."}
}


@router.post("", response_class=Response, responses=_FORMS)
async def draw(
    chart: Chart,
    caller: Reader,
    form: Annotated[Form, Query(description="A picture, an option of ECharts, or letters.")] = "png",
    width: Annotated[int, Query(ge=120, le=4000, description="Of a picture, in dots.")] = WIDTH,
    height: Annotated[int, Query(ge=120, le=4000, description="Of a picture, in dots.")] = HEIGHT,
) -> Response:
    """Draw one of the charts of an answer."""
    del caller
    made = await run_in_threadpool(drawn, chart, form, width, height)
    return Response(made, media_type=MEDIA[form])
