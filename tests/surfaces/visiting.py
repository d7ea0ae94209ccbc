"""A person at the console: Debian's Chromium against a real server and a real database."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
import uvicorn
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect, sync_playwright

from weft.access import businesses, keys
from weft.business import Business
from weft.gateway.register import Register
from weft.gateway.seal import Seal
from weft.ids import uuid7
from weft.postgres.database import Database
from weft.settings import Settings
from weft.surfaces.console.session import sign_in_link
from weft.surfaces.web import application

HERE = {"sec-fetch-site": "same-origin"}
CHROMIUM = Path("/usr/bin/chromium")
PATIENCE = 15_000  # milliseconds
expect.set_options(timeout=PATIENCE)


@pytest.fixture(scope="module")
def port(database: Database, home: Path) -> Iterator[int]:
    """The port on which the console is served."""
    app = application(database, Settings(home=home))
    with socket.create_server(("127.0.0.1", 0)) as listening:
        server = uvicorn.Server(uvicorn.Config(app, log_level="warning", access_log=False, timeout_graceful_shutdown=2))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        until = time.monotonic() + 20
        while not server.started and time.monotonic() < until:
            time.sleep(0.02)
        assert server.started
        yield listening.getsockname()[1]
        server.should_exit = True
        thread.join()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Debian's Chromium."""
    if not CHROMIUM.exists():
        pytest.skip(f"there is no {CHROMIUM}: not tested in a browser: the page Changes (apt-get install chromium)")
    with sync_playwright() as playwright:
        arguments = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-dev-shm-usage"]
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=arguments)
        yield opened
        opened.close()


@dataclass
class Visit:
    """One person at the page."""

    page: Page
    business: Business
    port: int
    heard: list[str] = field(default_factory=list)

    def go(self, query: str = "") -> None:
        self.page.goto(f"http://127.0.0.1:{self.port}/console/changes{query}")

    def rows(self) -> Locator:
        return self.page.locator("li.change")

    def row(self, text: str) -> Locator:
        return self.page.locator("section.product", has_text=text).locator("li.change")

    def said(self) -> Locator:
        return self.page.locator("#said")

    def states(self) -> dict[str, int]:
        return {state: count for state, count in self.business.changes.counted().items() if count}


def filled(business: Business) -> None:
    """Products with flaws, and changes that mend them."""
    products: list[dict[str, Any]] = [
        {"id": "scarf", "title": "RED WOOL SCARF", "vendor": "Acme", "description": "<p>A <b>warm scarf</p>"},
        {"id": "mug", "title": "Blue Mug", "vendor": "Claywork", "tags": ["mug"]},
        {"id": "evil", "title": "<script>document.title='taken'</script> & <img src=x onerror=alert(1)>"},
    ]
    variants = [{"sku": "S-1", "barcode": "4006381333932", "currency": "EUR", "price": 1999, "options": {}}]
    with business.transaction() as connection:
        records: Any = [{"variants": variants if one["id"] == "scarf" else [], **one} for one in products]
        business.catalog.put(connection, records, "test")
    fact = {"field": "title", "value": "RED WOOL SCARF", "why": "capitals are hard to read"}
    edits: list[dict[str, Any]] = [
        {"record": "scarf", "field": "title", "after": "Red Wool Scarf", "confidence": 0.9, "facts": [fact]},
        {"record": "scarf", "field": "description", "after": "<p>A <b>warm scarf</b></p>", "confidence": 0.8},
        {"record": "scarf", "field": "variants.S-1.barcode", "after": "4006381333931"},
        {"record": "mug", "field": "title", "after": "Blue Mug, 300 ml", "confidence": 0.5},
        {"record": "evil", "field": "vendor", "after": "<script>document.title='taken'</script>"},
    ]
    edits[0]["checks"] = [{"name": "same words", "ok": True, "message": "no word was lost"}]
    business.changes.propose(edits, skill="tidy")
    business.changes.propose([{"record": "mug", "field": "tags", "after": ["mug", "blue"]}], skill="edit")


def opened(
    browser: Browser, database: Database, home: Path, business: Business, port: int, **how: Any
) -> Iterator[Visit]:
    """A page that is signed in by a link; its console must have stayed silent."""
    scope = how.pop("scope", "approve")
    context: BrowserContext = browser.new_context(**how)
    context.set_default_timeout(PATIENCE)
    visit = Visit(context.new_page(), business, port)
    # Hints of the browser, such as where it would have put the focus, are no complaints.
    visit.page.on("console", lambda said: said.type in ("warning", "error") and visit.heard.append(said.text))
    visit.page.on("pageerror", lambda error: visit.heard.append(str(error)))
    visit.page.goto(sign_in_link(home, database, business.uid, scope, port))
    visit.page.wait_for_url("**/console/changes")
    yield visit
    context.close()
    assert visit.heard == []


@pytest.fixture
def visit(browser: Browser, database: Database, home: Path, business: Business, port: int) -> Iterator[Visit]:
    """A person who may approve, at a page with six changes."""
    filled(business)
    yield from opened(browser, database, home, business, port)


@pytest.fixture
def plain_visit(browser: Browser, database: Database, home: Path, business: Business, port: int) -> Iterator[Visit]:
    """The same without JavaScript."""
    filled(business)
    yield from opened(browser, database, home, business, port, java_script_enabled=False)


@pytest.fixture
def reader_visit(browser: Browser, database: Database, home: Path, business: Business, port: int) -> Iterator[Visit]:
    """A person who may only look."""
    filled(business)
    yield from opened(browser, database, home, business, port, scope="read")


@pytest.fixture
def register(database: Database, home: Path) -> Register:
    return Register(database, home, Seal(home))


@pytest.fixture
def keeper(browser: Browser, database: Database, home: Path, business: Business, port: int) -> Iterator[Visit]:
    """A person who may decide on models."""
    yield from opened(browser, database, home, business, port, scope="admin")


@pytest.fixture
def plain_keeper(browser: Browser, database: Database, home: Path, business: Business, port: int) -> Iterator[Visit]:
    """The same without JavaScript."""
    yield from opened(browser, database, home, business, port, scope="admin", java_script_enabled=False)


@pytest.fixture
def other(database: Database) -> Business:
    """Another business beside the test's own."""
    return Business(database, businesses.ensured(database, f"other-{uuid7().hex[-12:]}"))


@contextmanager
def signed(
    port: int, database: Database, business: Business, scope: str = "admin", **limits: Any
) -> Iterator[httpx.Client]:
    """A client that is signed in to the console."""
    key, secret = keys.created(database, business.uid, scope)
    if limits:
        keys.limited(database, business.uid, key.id, limits)
    with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=30, headers=HERE) as client:
        assert client.post("/console/sign-in", data={"key": secret}).status_code == 303
        yield client
