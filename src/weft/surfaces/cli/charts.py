"""`weft chart`: the charts of an answer, in the terminal or as files."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from weft.errors import InputError
from weft.surfaces.cli import output

if TYPE_CHECKING:
    from weft.charts import Chart

app = typer.Typer()
FileArgument = Annotated[str, typer.Argument(help="An answer as JSON, or one chart of it; - for standard input.")]
FormOption = Annotated[str, typer.Option("--form", help="text, png or echarts (an option of Apache ECharts as JSON).")]
ToOption = Annotated[
    Path | None, typer.Option("--to", help="Where to write it; of several charts the second is NAME-2 and so on.")
]


@app.command()
def chart(file: FileArgument = "-", form: FormOption = "text", to: ToOption = None) -> None:
    """Draw the charts of an answer, such as `weft analyze --report week --json` gives."""
    from weft.charts.drawing import drawn

    if form not in ("text", "png", "echarts"):
        raise InputError(f"A chart is drawn as text, png or echarts, not as {form!r}.")
    if form == "png" and to is None:
        raise InputError("A picture needs a file to go to: --to FILE.png.")
    found = _charts(file)
    for place, one in enumerate(found, 1):
        made = drawn(one, form)  # type: ignore[arg-type]
        if to is None:
            output.out.print(made.decode().rstrip("\n"), markup=False, highlight=False, soft_wrap=True)
            continue
        path = to if place == 1 else to.with_name(f"{to.stem}-{place}{to.suffix}")
        try:
            path.write_bytes(made)
        except OSError as problem:
            raise InputError(f"{path} cannot be written: {problem.strerror or problem}.") from None
        output.out.print(f"{path}: {one.title}", markup=False, highlight=False)


def _charts(file: str) -> "list[Chart]":
    """The charts that a file holds; raises InputError."""
    import orjson
    from pydantic import ValidationError

    from weft.charts import Chart

    try:
        text = sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()
    except OSError as problem:
        raise InputError(f"{file} cannot be read: {problem.strerror or problem}.") from None
    try:
        held: Any = orjson.loads(text)
    except orjson.JSONDecodeError as problem:
        raise InputError(f"{file}: it is no JSON: {problem}.") from None
    wanted = held.get("charts", held) if isinstance(held, dict) else held
    wanted = wanted if isinstance(wanted, list) else [wanted]
    if not wanted:
        raise InputError(f"{file}: the answer has no charts.")
    try:
        return [Chart.model_validate(one) for one in wanted]
    except ValidationError as problem:
        first = problem.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise InputError(f"{file}: that is no chart: {place or 'it'}: {first['msg']}.") from None
