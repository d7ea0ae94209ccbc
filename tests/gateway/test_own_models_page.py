"""Models on one's own machines: the operator's file that the page shows is one that is understood."""

import re
from pathlib import Path

from weft.business import Business
from weft.gateway.models import Prices
from weft.gateway.register import FILE, Register
from weft.gateway.seal import Seal
from weft.postgres.database import Database

PAGE = Path(__file__).parents[2] / "docs" / "how-to" / "your-own-models.md"


def test_the_file_of_the_page_is_read(database: Database, business: Business, tmp_path: Path) -> None:
    found = re.search(r"^```toml\n(.*?)^```$", PAGE.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)
    assert found is not None
    (tmp_path / FILE).write_text(found[1], encoding="utf-8")
    known = Register(database, tmp_path, Seal(tmp_path)).known(business.uid)
    assert known.problems == ()
    assert {name: one.reach for name, one in known.providers.items()} == {
        "local": "loopback",
        "vectors": "loopback",
        "desk": "private",
    }
    assert known.providers["local"].base_url == "http://localhost:8080/v1"
    assert known.named == {"write"}
    assert [target.id for target in known.route("write").targets] == ["local/qwen3-4b.gguf", "desk/qwen3:8b"]
    assert known.route("desk/qwen3:8b").targets[0].model.prices == Prices()
    assert known.route("qwen3-embedding").targets[0].model.kind == "embeddings"
