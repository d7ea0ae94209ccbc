"""A shop whose pages ask with a browser key: its products, its index of words, its server, and pages of it at several origins."""

import html
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx
import pytest
from serving import listening

from weft.access import businesses, keys
from weft.business import Business
from weft.ids import uuid7
from weft.index import keeping
from weft.postgres.database import Database
from weft.settings import Settings
from weft.surfaces.web import application

HOSTILE = "<img src=x onerror=\"document.title='taken'\"><script>document.title='taken'</script> Kettle & <b>Pot</b>"


def product(key: str, title: str, **more: Any) -> dict[str, Any]:
    price, stock = more.pop("price", 1000), more.pop("stock", 5)
    variant = {"sku": key.upper(), "currency": "EUR", "price": price, "stock": stock, "options": {}, "cost": 123}
    return {"id": key, "title": title, "status": "active", "variants": [variant], **more}


PRODUCTS: list[dict[str, Any]] = [
    product("headphones-black", "Wireless Headphones", vendor="Acme", price=4500, attributes={"color": "Black"}),
    product("headphones-red", "Wireless Headphones Sport", vendor="Acme", price=8900, attributes={"color": "Red"}),
    product("headphones-blue", "Wired Headphones", vendor="Boreal", price=2900, attributes={"color": "Blue"}),
    product("speaker", "Wireless Speaker", vendor="Boreal", price=5900, stock=0, attributes={"color": "Black"}),
    product("kettle", HOSTILE, vendor="<i>Evil</i>", price=3900, attributes={"color": "Red"}),
    product("secret", "Wireless Draft Headphones", status="draft", vendor="Acme", category="Launch > Zephyr"),
    product("secret-too", "Zephyr Draft Speaker", published=False, attributes={"codename": "Zephyr"}),
    *(
        product(f"mug-{n}", f"Stoneware Mug {n}", vendor="Kiln", price=1000 + n, category="Kitchen > Mugs")
        for n in range(30)
    ),
]


@dataclass(frozen=True)
class Shopfront:
    """A served business and a browser key of its."""

    port: int
    database: Database
    business: Business
    key: str
    origin: str

    @property
    def api(self) -> str:
        return f"http://127.0.0.1:{self.port}/api/v1"

    def ask(
        self, skill: str = "search", key: str | None = None, origin: str | None = None, **asked: Any
    ) -> httpx.Response:
        headers = {"authorization": f"Bearer {key or self.key}", "origin": self.origin if origin is None else origin}
        told = {name: value for name, value in headers.items() if value}
        return httpx.post(f"{self.api}/skills/{skill}", json=asked, headers=told, timeout=30)

    def made(self, scope: str = "browser", **how: Any) -> tuple[keys.Key, str]:
        origins = how.pop("origins", [self.origin] if scope == "browser" else [])
        return keys.created(self.database, self.business.uid, scope, origins=origins, **how)


def filled(database: Database, products: list[dict[str, Any]], name: str) -> Business:
    """A business with these products and an index of their words."""
    shop = Business(database, businesses.ensured(database, f"{name}-{uuid7().hex[-12:]}"))
    with shop.transaction() as connection:
        records: Any = products
        shop.catalog.put(connection, records, "test")
    keeping.built(database, shop.uid, shop.catalog, meaning=False, say=lambda *_: None)
    return shop


@contextmanager
def serving(database: Database, settings: Settings) -> Iterator[int]:
    """The port on which Weft is served."""
    with listening(application(database, Settings(home=settings.home))) as port:
        yield port


class _Pages(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        text = self.server.pages.get(self.path.partition("?")[0], "")  # type: ignore[attr-defined]
        body = f"<!doctype html><html lang=en><meta charset=utf-8><title>{html.escape('Shop')}</title>{text}".encode()
        self.send_response(200)
        self.send_header("content-type", "text/html; charset=utf-8")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@contextmanager
def pages_of_a_merchant(pages: dict[str, str]) -> Iterator[str]:
    """The origin of a server that is not Weft's, with these pages by path; more can be put into the mapping."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Pages)
    server.pages = pages  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture(scope="module")
def shopfront(database: Database, settings: Settings) -> Iterator[Shopfront]:
    """A shop that is open, whose key is for a page of its own origin."""
    shop = filled(database, PRODUCTS, "front")
    with serving(database, settings) as port:
        origin = "https://shop.example"
        _, key = keys.created(database, shop.uid, "browser", origins=[origin])
        yield Shopfront(port, database, shop, key, origin)
