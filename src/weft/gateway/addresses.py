"""Where outgoing calls may go: addresses are checked as they were resolved, so that no name can stand for a private one."""

import asyncio
import ipaddress
import re
import socket
from collections.abc import Callable
from typing import Any, Final
from urllib.parse import urlsplit

from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.resolver import ThreadedResolver

from weft.errors import Forbidden
from weft.gateway.models import Reach

_NUMERIC: Final = re.compile(r"(0[xX][0-9a-fA-F]*|\d+)(\.(0[xX][0-9a-fA-F]*|\d+))*\.?")
_CARRIER: Final = ipaddress.ip_network("100.64.0.0/10")
_TRANSLATED: Final = (ipaddress.ip_network("64:ff9b::/96"), ipaddress.ip_network("::/96"))
# Where clouds tell a machine its secrets: nobody's model is there, however far a provider may reach.
_METADATA: Final = (ipaddress.ip_network("169.254.0.0/16"), ipaddress.ip_network("fd00:ec2::254/128"))


def allowed(address: str, reach: Reach) -> bool:
    """Tell whether an IP address may be called: public ones always, loopback and private ones as far as `reach` goes."""
    try:
        ip: ipaddress.IPv4Address | ipaddress.IPv6Address = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(ip, ipaddress.IPv6Address):
        # An IPv4 address in IPv6's clothes is judged as what it is.
        inner = ip.ipv4_mapped or ip.sixtofour or (ip.teredo[1] if ip.teredo else None)
        if inner is None and any(ip in network for network in _TRANSLATED) and int(ip) > 1:
            inner = ipaddress.IPv4Address(int(ip) & 0xFFFF_FFFF)
        ip = inner or ip
    if any(ip.version == network.version and ip in network for network in _METADATA):
        return False
    if reach == "private":
        return not ip.is_multicast and not ip.is_unspecified
    if ip.is_loopback:
        return reach == "loopback"
    return ip.is_global and not ip.is_multicast and not (ip.version == 4 and ip in _CARRIER)


def refused(host: str, reach: Reach) -> Forbidden:
    """The error for a host that may not be called."""
    del reach
    return Forbidden(
        f"{host} is a private address, which a provider may not have unless the operator allows it: "
        "weft models add … --allow-private."
    )


def literal(host: str) -> bool:
    """Tell whether a host is an IP address, which nobody resolves, or looks like one: `127.1`, `0x7f.1` and `2130706433` do."""
    return ":" in host or _NUMERIC.fullmatch(host) is not None


def needed(base_url: str) -> Reach | None:
    """How far a provider has to reach for the host of its address as it is written; None for what nobody may call.

    A name says nothing before it is resolved, but for `localhost`, which is this machine.
    """
    host = (urlsplit(base_url).hostname or "").rstrip(".")
    if host == "localhost" or host.endswith(".localhost"):
        return "loopback"
    if not literal(host):
        return "public"
    reaches: tuple[Reach, ...] = ("public", "loopback", "private")
    return next((reach for reach in reaches if allowed(host, reach)), None)


class GuardedResolver(AbstractResolver):
    """A resolver that gives only addresses that may be called; raises OSError where there are none."""

    def __init__(self, reach: Reach) -> None:
        self._reach = reach
        self._inner: ThreadedResolver | None = None

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        """The addresses of a host, those alone that may be called."""
        if self._inner is None:
            self._inner = ThreadedResolver(loop=asyncio.get_running_loop())
        found = await self._inner.resolve(host, port, family)
        sound = [one for one in found if allowed(one["host"], self._reach)]
        if found and not sound:
            raise PrivateAddress(host)
        return sound

    async def close(self) -> None:
        """Let go of the resolver."""
        if self._inner is not None:
            await self._inner.close()


def guarded(reach: Reach) -> Callable[[tuple[Any, ...]], socket.socket]:
    """What opens sockets to addresses that may be called alone: the last word, whoever has resolved the name, and how."""

    def opened(info: tuple[Any, ...]) -> socket.socket:
        family, kind, protocol, _, address = info
        if not allowed(str(address[0]), reach):
            raise PrivateAddress(str(address[0]))
        return socket.socket(family, kind, protocol)

    return opened


class PrivateAddress(OSError):
    """A host's addresses are all private."""

    def __init__(self, host: str, *_: Any) -> None:
        super().__init__(f"{host} resolves to a private address")
        self.host = host
