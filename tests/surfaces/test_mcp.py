"""MCP with the SDK's own client, over streamable HTTP and standard input and output; and what must be refused."""

import json
import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import anyio
import httpx
import pytest
from mcp import Client, StdioServerParameters
from mcp.client.stdio import stdio_client
from mcp.client.streamable_http import streamable_http_client
from serving import serving

from weft.access import businesses, keys
from weft.business import Business
from weft.connectors.importing import import_file
from weft.ids import uuid7
from weft.postgres.database import Database
from weft.settings import Settings

SHOP = "Handle,Title,Body (HTML),Vendor,Variant SKU,Variant Price\nmug,GREEN TEA MUG,<p>A mug.</p>,Kiln,MUG-1,9.00\ncup,Cup,,Kiln,CUP-1,5.00\n"
INITIALIZE = {
    "jsonrpc": "2.0",
    "id": 1,
    "method": "initialize",
    "params": {"protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": {"name": "test", "version": "1"}},
}
ACCEPT = {"Accept": "application/json, text/event-stream"}


@pytest.fixture(scope="module")
def url(database: Database, settings: Settings) -> Iterator[str]:
    with serving(database, settings) as url:
        yield f"{url}/mcp"


@pytest.fixture
def shop(business: Business, tmp_path: Path) -> Business:
    path = tmp_path / "products.csv"
    path.write_text(SHOP)
    import_file(business, "products", path, who="test")
    return business


def key(shop: Business, scope: str) -> str:
    return keys.created(shop.database, shop.uid, scope)[1]


def told(url: str, secret: str, *calls: tuple[str, dict[str, Any]], mode: str = "auto") -> list[Any]:
    """The tools' names, and the results of calls, of one client over HTTP."""

    async def run() -> list[Any]:
        async with (
            httpx.AsyncClient(headers={"Authorization": f"Bearer {secret}"}) as http,
            Client(streamable_http_client(url, http_client=http), mode=mode) as client,
        ):
            listed = (await client.list_tools()).tools
            return [listed, *[await client.call_tool(name, given) for name, given in calls]]

    return anyio.run(run)


@pytest.mark.parametrize("mode", ["2026-07-28", "legacy"])
def test_skills_and_nouns_are_tools_with_schemas(url: str, shop: Business, mode: str) -> None:
    listed, answer = told(url, key(shop, "propose"), ("tidy", {"product": "mug"}), mode=mode)
    names = [tool.name for tool in listed]
    assert {"tidy", "organize", "list_products", "propose_changes"} <= set(names)
    assert "approve_changes" not in names
    tidy = next(tool for tool in listed if tool.name == "tidy")
    assert {"product", "engine", "propose"} <= set(tidy.input_schema["properties"])
    assert "changes" in tidy.output_schema["properties"]
    assert not answer.is_error
    assert answer.structured_content["changes"][0]["after"] == "Green Tea Mug"
    assert json.loads(answer.content[0].text) == answer.structured_content


def test_an_agent_reads_proposes_approves_applies_and_undoes(url: str, shop: Business) -> None:
    secret = key(shop, "approve")
    _, read, proposed, waiting, approved, applied, now, undone = told(
        url,
        secret,
        ("list_products", {"where": "vendor = Kiln", "limit": 1}),
        ("tidy", {"product": "mug", "propose": True}),
        ("list_changes", {"state": "proposed"}),
        ("approve_changes", {"all": True}),
        ("apply_changes", {"all": True}),
        ("get_product", {"id": "mug"}),
        ("undo_changes", {"where": "record = mug"}),
    )
    assert read.structured_content["items"][0]["id"] == "cup"
    assert read.structured_content["next"] == "cup"
    assert proposed.structured_content["proposed"]["done"] == 1
    assert waiting.structured_content["items"][0]["after"] == "Green Tea Mug"
    assert (approved.structured_content["done"], applied.structured_content["done"]) == (1, 1)
    assert now.structured_content["title"] == "Green Tea Mug"
    assert undone.structured_content["done"] == 1
    assert shop.catalog.get("mug")["title"] == "GREEN TEA MUG"
    assert any(entry["actor"].startswith("key ") for entry in shop.journal.listed(10))


def test_an_agent_makes_a_rule_and_takes_it_back(url: str, shop: Business) -> None:
    rule = {"kind": "synonyms", "typed": ["beaker"], "words": ["mug"]}
    _, made, listed = told(
        url, key(shop, "approve"), ("put_rules", {"rules": [rule]}), ("list_rules", {"text": "beaker"})
    )
    (held,) = made.structured_content["items"]
    assert listed.structured_content["items"] == [held]
    _, undone, after = told(url, key(shop, "approve"), ("undo_rule", {"id": held["id"]}), ("list_rules", {}))
    assert (undone.structured_content, after.structured_content) == ({"items": []}, {"items": []})
    names, refused = told(url, key(shop, "read"), ("put_rules", {"rules": [rule]}))
    assert "put_rules" not in [tool.name for tool in names]
    assert refused.is_error


@pytest.mark.parametrize(
    ("name", "given", "words"),
    [
        ("nothing", {}, "no tool 'nothing'"),
        ("tidy", {}, "product"),
        ("tidy", {"product": "nothing"}, "no product"),
        ("tidy", {"product": "mug", "engine": "warp"}, "not an engine"),
        ("tidy", {"product": "mug", "propose": "yes"}, "true or false"),
        ("tidy", {"product": "mug", "propose": True}, "scope propose"),
        ("approve_changes", {"all": True}, "scope approve"),
        ("list_products", {"where": "((("}, "filter"),
        ("list_products", {"limit": 0}, "limit"),
        ("list_products", {"nonsense": 1}, "nonsense"),
        ("get_order", {"id": "#1"}, "no order"),
        ("list_changes", {"state": "lost"}, "not a state"),
        ("preview_rules", {"rules": [{"kind": "hide"}]}, "needs products or filters"),
    ],
)
def test_what_goes_wrong_is_a_sentence(url: str, shop: Business, name: str, given: dict[str, Any], words: str) -> None:
    _, answer = told(url, key(shop, "read"), (name, given))
    assert answer.is_error
    assert words in answer.content[0].text
    assert "Traceback" not in answer.content[0].text


def test_the_tools_of_a_reader_write_nothing(url: str, shop: Business) -> None:
    (listed,) = told(url, key(shop, "read"))
    assert all(tool.annotations.read_only_hint for tool in listed)
    assert all("propose" not in tool.input_schema["properties"] for tool in listed)


def test_a_key_sees_its_own_business_alone(url: str, shop: Business, database: Database) -> None:
    other = Business(database, businesses.ensured(database, f"mcp-{uuid7().hex[:12]}"))
    _, listed, missing = told(url, key(other, "read"), ("list_products", {}), ("get_product", {"id": "mug"}))
    assert listed.structured_content["items"] == []
    assert missing.is_error


def test_no_key_a_wrong_one_and_a_revoked_one_are_refused(url: str, shop: Business) -> None:
    made, secret = keys.created(shop.database, shop.uid, "read")
    keys.revoked(shop.database, shop.uid, made.id)
    for headers in ({}, {"Authorization": "Bearer nonsense"}, {"Authorization": f"Bearer {secret}"}):
        answered = httpx.post(url, json=INITIALIZE, headers={**ACCEPT, **headers})
        assert answered.status_code == 401
        assert answered.headers["www-authenticate"] == "Bearer"
        assert answered.json()["detail"]


def test_a_host_that_it_does_not_know_is_refused(url: str, shop: Business) -> None:
    headers = {**ACCEPT, "Authorization": f"Bearer {key(shop, 'read')}"}
    for header, named, status in (("Host", "evil.example", 421), ("Origin", "https://evil.example", 403)):
        refused = httpx.post(url, json=INITIALIZE, headers={**headers, header: named})
        assert refused.status_code == status
        assert named in refused.json()["detail"]
        assert "WEFT_ALLOWED_HOSTS" in refused.json()["detail"]
    assert httpx.post(url, json=INITIALIZE, headers=headers).status_code == 200


def test_a_revision_of_nobody_is_refused_in_words(url: str, shop: Business) -> None:
    headers = {**ACCEPT, "Authorization": f"Bearer {key(shop, 'read')}", "MCP-Protocol-Version": "1999-01-01"}
    meta = {"io.modelcontextprotocol/protocolVersion": "1999-01-01", "io.modelcontextprotocol/clientCapabilities": {}}
    asked = {"jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": {"_meta": meta}}
    answered = httpx.post(url, json=asked, headers={**headers, "Mcp-Method": "tools/list"})
    assert 400 <= answered.status_code < 500
    assert "version" in answered.json()["error"]["message"].lower()
    answered = httpx.post(url, content=b"{", headers={**headers, "Content-Type": "application/json"})
    assert 400 <= answered.status_code < 500


def modern(revision: str) -> dict[str, Any]:
    """What a request says of itself at a revision, within its params; nothing before 2026-07-28."""
    meta = {"io.modelcontextprotocol/protocolVersion": revision, "io.modelcontextprotocol/clientCapabilities": {}}
    return {"_meta": meta} if revision >= "2026" else {}


@pytest.mark.parametrize("revision", ["2025-11-25", "2026-07-28"])
@pytest.mark.parametrize("tool", ["tidy", "quality", "nothing"])
@pytest.mark.parametrize("in_pieces", [False, True])
def test_an_answer_is_one_json_text_where_it_comes_soon(
    url: str, shop: Business, revision: str, tool: str, in_pieces: bool
) -> None:
    given = {"product": "mug"} if tool == "tidy" else {}
    params = {"name": tool, "arguments": given, **modern(revision)}
    body = json.dumps({"jsonrpc": "2.0", "id": 7, "method": "tools/call", "params": params}).encode()
    headers = {**ACCEPT, "Authorization": f"Bearer {key(shop, 'read')}", "Content-Type": "application/json"}
    headers |= {"MCP-Protocol-Version": revision, "Mcp-Method": "tools/call", "Mcp-Name": tool}
    content = pieces(body) if in_pieces else body
    answered = httpx.post(url, content=content, headers=headers, timeout=60)
    assert answered.status_code == 200, answered.text
    events = answered.headers["content-type"].startswith("text/event-stream")
    if not in_pieces:
        assert events is (tool == "quality" and revision < "2026")
    told = json.loads(answered.text.partition("data: ")[2] if events else answered.text)
    assert told["id"] == 7
    assert told["result"].get("isError", False) is (tool == "nothing")


def pieces(body: bytes) -> Iterator[bytes]:
    """A body that comes slowly."""
    yield body[:20]
    time.sleep(0.1)
    yield body[20:]


def test_over_standard_input_and_output(shop: Business, home: Path) -> None:
    environment = {**os.environ, "WEFT_HOME": str(home)}
    command = str(Path(sys.executable).with_name("weft"))
    given = StdioServerParameters(command=command, args=["mcp", "--business", shop.id], env=environment)

    async def run() -> list[Any]:
        async with Client(stdio_client(given)) as client:
            listed = (await client.list_tools()).tools
            return [listed, await client.call_tool("tidy", {"product": "mug", "propose": True})]

    listed, answer = anyio.run(run)
    assert "tidy" in {tool.name for tool in listed}
    assert "approve_changes" not in {tool.name for tool in listed}
    assert answer.structured_content["proposed"]["done"] == 1
