"""The operator's file as the page on models has it: it is read whole, and told where it is wrong."""

import re
from pathlib import Path

import pytest

from weft.gateway.register import FILE, Register
from weft.gateway.seal import Seal
from weft.postgres.database import Database

PAGE = Path(__file__).parents[2] / "docs" / "how-to" / "models.md"


def example() -> str:
    """The file that the page shows."""
    (text,) = re.findall(r"^```toml\n(.*?)^```$", PAGE.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)
    return str(text)


@pytest.fixture
def register(database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Register:
    monkeypatch.setenv("DASHSCOPE_API_KEY", "sk-env")
    (tmp_path / FILE).write_text(example(), encoding="utf-8")
    return Register(database, tmp_path, Seal(tmp_path))


def test_the_file_of_the_page_is_read_whole(register: Register) -> None:
    known = register.known(None)
    assert known.problems == ()
    assert {"write", "quick"} <= known.named
    assert [target.id for target in known.routes["write"].targets] == ["box/Qwen/Qwen3-8B", "qwen/qwen-plus"]
    qwen, box = known.providers["qwen"], known.providers["box"]
    assert (qwen.key, qwen.base_url) == ("sk-env", "https://dashscope-intl.aliyuncs.com/compatible-mode/v1")
    assert qwen.models["qwen-flash"].prices is not None
    assert qwen.models["qwen-plus"].prices is not None
    assert qwen.models["qwen-plus"].prices.output == 4_000_000_000
    assert (box.reach, box.concurrency) == ("private", 16)
    assert box.models["Qwen/Qwen3-8B"].prices is not None
    assert box.models["Qwen/Qwen3-8B"].prices.input == 0


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('preset = "dashscope-intl"', 'preset = "acme"', "no preset 'acme'"),
        ('reach = "private"', 'reach = "far"', "public, loopback or private"),
        ('{ provider = "box" }', '{ provider = "bax" }', "the provider 'bax'"),
        ("[routes.quick]", "[rutes.quick]", "has a table 'rutes'"),
        ("retries = 1", "retries = many", "is not TOML"),
        ('"DASHSCOPE_API_KEY"', '"NOT_SET_AT_ALL"', "NOT_SET_AT_ALL, which is not set"),
    ],
)
def test_what_is_wrong_in_it_is_told_and_the_rest_holds(register: Register, old: str, new: str, said: str) -> None:
    text = example()
    assert old in text
    register.file.write_text(text.replace(old, new), encoding="utf-8")
    known = register.known(None)
    assert said in " ".join(known.problems)
    if "TOML" not in said:
        assert known.providers.keys() & {"qwen", "box"}
