"""Where outgoing calls may go: addresses are checked as they were resolved, so that no name can stand for a private one."""

import asyncio
import ipaddress
import socket
from typing import Any, Final
from urllib.parse import urlsplit

from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.resolver import ThreadedResolver

from weft.errors import Forbidden
from weft.gateway.models import Reach

_CARRIER: Final = ipaddress.ip_network("100.64.0.0/10")
_TRANSLATED: Final = ipaddress.ip_network("64:ff9b::/96")


def allowed(address: str, reach: Reach) -> bool:
    """Tell whether an IP address may be called: public ones always, loopback and private ones as far as `reach` goes."""
    try:
        ip: ipaddress.IPv4Address | ipaddress.IPv6Address = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(ip, ipaddress.IPv6Address):
        # An IPv4 address in IPv6's clothes is judged as what it is.
        inner = ip.ipv4_mapped or ip.sixtofour or (ip.teredo[1] if ip.teredo else None)
        if inner is None and ip in _TRANSLATED:
            inner = ipaddress.IPv4Address(int(ip) & 0xFFFF_FFFF)
        ip = inner or ip
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
    """Tell whether a host is an IP address, which nobody resolves."""
    try:
        ipaddress.ip_address(host.strip("[]").partition("%")[0])
    except ValueError:
        return False
    return True


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


class PrivateAddress(OSError):
    """A host's addresses are all private."""

    def __init__(self, host: str, *_: Any) -> None:
        super().__init__(f"{host} resolves to a private address")
        self.host = host
