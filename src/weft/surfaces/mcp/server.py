"""The tools served: over streamable HTTP with a key, and over standard input and output for the local administrator.

Revisions 2026-07-28 and those with `initialize` before it are both spoken by the SDK. Nothing is remembered between two
requests, so any process may answer the next one.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Mapping, Sequence
from http import HTTPStatus
from typing import Any, Final

import anyio
import mcp_types as types
import orjson
from mcp.server.context import ServerRequestContext
from mcp.server.lowlevel import Server
from mcp.server.stdio import stdio_server
from mcp.server.streamable_http_manager import StreamableHTTPASGIApp, StreamableHTTPSessionManager
from mcp.server.transport_security import TransportSecurityMiddleware, TransportSecuritySettings
from starlette.requests import Request
from starlette.types import Message, Receive, Scope, Send

from weft import __version__
from weft import skill as skills
from weft.access.keys import SCOPES
from weft.business import Business
from weft.errors import Forbidden, NotFound, Unauthorized, WeftError
from weft.postgres.database import Database
from weft.store.changes import Who
from weft.surfaces import asking, garbage
from weft.surfaces.keyring import Keyring
from weft.surfaces.mcp.tools import Tool, parted, tools
from weft.surfaces.rest.problems import problem

_LOCAL: Final = ("127.0.0.1", "localhost", "[::1]")
_ABOUT: Final = (
    "Weft works on one business's catalog, orders and customers. Skills answer with edits; nothing is written to a product "
    "until changes are proposed, approved and applied, and every applied change can be undone."
)
_CALLER: Final = "weft.caller"


class Caller:
    """A business, who acts for it, and as far as which scope."""

    def __init__(self, business: Business, who: Who, scope: str) -> None:
        self.business, self.who, self.scope = business, who, scope

    def may(self, scope: str) -> bool:
        """Tell whether the caller's scope includes `scope`."""
        return SCOPES[self.scope] >= SCOPES[scope]


def _described(tool: Tool, caller: Caller) -> types.Tool:
    request = dict(tool.request)
    writes = tool.writes
    if tool.skill is not None and tool.skill.writes:
        writes = caller.may("propose")
        if not writes:
            request["properties"] = {name: one for name, one in request["properties"].items() if name != "propose"}
    hints = types.ToolAnnotations(read_only_hint=not writes, destructive_hint=False, open_world_hint=False)
    return types.Tool(
        name=tool.name, description=tool.does, input_schema=request, output_schema=dict(tool.answer), annotations=hints
    )


def _refused(error: WeftError) -> types.CallToolResult:
    return types.CallToolResult(content=[types.TextContent(type="text", text=error.message)], is_error=True)


def _answered(answer: Mapping[str, Any]) -> types.CallToolResult:
    text = orjson.dumps(answer, default=str)
    return types.CallToolResult(
        content=[types.TextContent(type="text", text=text.decode())], structured_content=orjson.loads(text)
    )


def server(local: Caller | None = None) -> Server[Any]:
    """The protocol's server; `local` is who calls where there are no requests with keys."""

    def caller_of(context: ServerRequestContext[Any, Any]) -> Caller:
        if local is not None:
            return local
        found = context.request.scope.get(_CALLER) if context.request is not None else None
        if not isinstance(found, Caller):
            raise Unauthorized("Send a key: `Authorization: Bearer KEY`.")
        return found

    async def list_tools(
        context: ServerRequestContext[Any, Any], _: types.PaginatedRequestParams | None
    ) -> types.ListToolsResult:
        caller = caller_of(context)
        return types.ListToolsResult(
            tools=[_described(tool, caller) for tool in tools().values() if caller.may(tool.scope)]
        )

    async def call_tool(
        context: ServerRequestContext[Any, Any], params: types.CallToolRequestParams
    ) -> types.CallToolResult:
        try:
            caller = caller_of(context)
            tool = _found(params.name, params.arguments or {}, caller)
            if tool.skill is not None and tool.skill.streams:
                return _answered(await _streamed(tool, params, caller, context))
            call = tool.call
            return _answered(await asyncio.to_thread(call, params.arguments or {}, caller.business, caller.who))
        except WeftError as error:
            return _refused(error)

    return Server(
        "weft",
        version=__version__,
        title="Weft",
        instructions=_ABOUT,
        get_tool_input_schema=_request_schema,
        on_list_tools=list_tools,
        on_call_tool=call_tool,
    )


def _request_schema(name: str) -> Mapping[str, Any] | None:
    """What a tool asks for, without which the SDK would list all tools at every call."""
    tool = tools().get(name)
    return tool.request if tool is not None else None


def _found(name: str, given: Mapping[str, Any], caller: Caller) -> Tool:
    tool = tools().get(name)
    if tool is None:
        raise NotFound(f"There is no tool {name!r}; there are {', '.join(tools())}.")
    wanted = "propose" if tool.skill is not None and given.get("propose") is True else tool.scope
    if not caller.may(wanted):
        raise Forbidden(f"This needs the scope {wanted}; the key has {caller.scope}.")
    return tool


async def _streamed(
    tool: Tool, params: types.CallToolRequestParams, caller: Caller, context: ServerRequestContext[Any, Any]
) -> dict[str, Any]:
    """The answer of a skill that streams; its pieces go out as progress where the client asked for that."""
    assert tool.skill is not None
    values, options = parted(tool.skill, params.arguments or {})
    asked = skills.requested(tool.skill, values)
    pieces = asking.pieces(tool.skill, asked, caller.business, who=caller.who, **options)
    count = 0
    while True:
        piece = await asyncio.to_thread(next, pieces)
        if not isinstance(piece, str):
            return piece
        count += 1
        await context.session.report_progress(count, message=piece)


def _unknown(request: Request, status: int) -> str:
    """Why a request is refused for where it says that it goes to or comes from."""
    header = "Host" if status == HTTPStatus.MISDIRECTED_REQUEST else "Origin"
    said = request.headers.get(header, "")[:200]
    return (
        f"This server does not answer to the {header} {said!r}, because a page in somebody's browser may have sent the "
        "request. If it is your server's name, tell it: start it with WEFT_ALLOWED_HOSTS=NAME."
    )


class Endpoint:
    """`/mcp`: streamable HTTP for keys of any business."""

    def __init__(self, database: Database, keyring: Keyring, hosts: Sequence[str] = ()) -> None:
        self._database, self._keyring = database, keyring
        known = [*_LOCAL, *hosts]
        security = TransportSecuritySettings(
            enable_dns_rebinding_protection="*" not in hosts,
            allowed_hosts=[one for host in known for one in (host, f"{host}:*")],
            allowed_origins=[
                f"{scheme}://{host}{port}" for host in known for scheme in ("http", "https") for port in ("", ":*")
            ],
        )
        self._guard = TransportSecurityMiddleware(security)
        made = server()
        self._events, self._json = (
            StreamableHTTPSessionManager(made, json_response=whole, stateless=True, security_settings=security)
            for whole in (False, True)
        )

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """What must run while requests are answered."""
        async with self._events.run(), self._json.run():
            yield

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request whose key is valid, 401 else; 421 and 403 where it comes under a name that is not known."""
        refused = await self._guard.validate_request(Request(scope))
        if refused is not None:
            await problem(refused.status_code, Forbidden.code, _unknown(Request(scope), refused.status_code))(
                scope, receive, send
            )
            return
        headers = dict(scope["headers"])
        kind, _, secret = headers.get(b"authorization", b"").decode("latin-1").partition(" ")
        try:
            if kind.lower() != "bearer" or not secret.strip():
                raise Unauthorized("Send a key: `Authorization: Bearer KEY`. `weft keys create` makes one.")
            bearer = await self._keyring.found(secret.strip())
        except WeftError as error:
            await problem(error.status, error.code, error.message)(scope, receive, send)
            return
        who = Who(f"key {bearer.key_id}")
        business = Business(self._database, bearer.tenant)
        business.models.of_key(bearer.key_id, bearer.limits)
        first = await receive() if scope["method"] == "POST" else None
        manager = self._json if first is not None and _told_at_once(first) else self._events
        await StreamableHTTPASGIApp(manager)(
            {**scope, _CALLER: Caller(business, who, bearer.scope)},
            _again(first, receive) if first is not None else receive,
            send,
        )


def _told_at_once(first: Message) -> bool:
    """Whether a request, of which this came first, is answered in JSON, which is 1.6 times as quick as a stream of events.

    Events are for what a skill tells before its answer, and for one that takes so long that something between would close a
    connection on which nothing is said. A body that comes in pieces may ask for such a one.
    """
    if first["type"] != "http.request" or first.get("more_body"):
        return False
    try:
        asked = orjson.loads(first.get("body", b""))
        tool = tools().get(asked["params"]["name"]) if asked["method"] == "tools/call" else None
    except (ValueError, TypeError, KeyError):
        return True
    return tool is None or tool.skill is None or not (tool.skill.long or tool.skill.streams)


def _again(first: Message, receive: Receive) -> Receive:
    """Receive what was received already, and then the rest."""
    waiting = [first]

    async def received() -> Message:
        return waiting.pop() if waiting else await receive()

    return received


def serve_stdio(business: Business, who: Who, scope: str) -> None:
    """Serve on standard input and output until the input ends; nothing else is written there."""

    async def run() -> None:
        made = server(Caller(business, who, scope))
        async with stdio_server() as (read, write):
            await made.run(read, write, made.create_initialization_options())

    garbage.collected_in_passing()
    anyio.run(run)
