"""Who really asks, where proxies stand before the server and each says in X-Forwarded-For from whom it has a request.

Only proxies that the server was told of are believed, and only what they themselves have added: the list is read from
its end, past all of them, to the first address that is none of them. What an address is good for (keys that are bound
to some, limits, logs) then holds for that one.
"""

from collections.abc import Iterable, Sequence
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Final

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

FORWARDED_FOR: Final = "X-Forwarded-For"
_ASKER: Final = web.RequestKey("asker", object)


class Proxies:
    """The proxies that are trusted, by address or network; ValueError for what is neither."""

    def __init__(self, networks: Iterable[str] = ()) -> None:
        self._networks: tuple[IPv4Network | IPv6Network, ...] = tuple(
            ip_network(network, strict=False) for network in networks
        )

    def __bool__(self) -> bool:
        return bool(self._networks)

    def __contains__(self, address: str | None) -> bool:
        if not self._networks or address is None:
            return False
        try:
            peer = ip_address(address)
        except ValueError:
            return False
        return any(peer in network for network in self._networks)

    def asker(self, peer: str | None, forwarded: Sequence[str]) -> str | None:
        """The address of whoever asked `peer`, by the header's lines; `peer` itself unless that is a proxy of ours.

        What stands before something that is no address cannot be believed: then it is the last that can.
        """
        asker = peer
        for hop in reversed([hop.strip() for line in forwarded for hop in line.split(",")]):
            if asker not in self:
                break
            try:
                asker = _written(hop)
            except ValueError:
                break
        return asker


def _written(hop: str) -> str:
    """An address as keys, limits and logs know it; ValueError for none.

    One of IPv4 within IPv6 is IPv4's: a proxy whose socket takes both tells all of IPv4 so, and within one /64.
    """
    address = ip_address(hop)
    return str((address.ipv4_mapped if isinstance(address, IPv6Address) else None) or address)


def believing(proxies: Proxies) -> Middleware:
    """A middleware, to stand before all others: from there on `asker_of` tells who really asks."""

    @web.middleware
    async def believe(request: web.Request, handler: Handler) -> web.StreamResponse:
        request[_ASKER] = proxies.asker(request.remote, request.headers.getall(FORWARDED_FOR, ()))
        return await handler(request)

    return believe


def asker_of(request: web.Request) -> str | None:
    """The address of whoever asks: the peer's, unless that is a proxy which is believed."""
    asker = request.get(_ASKER, request.remote)
    assert asker is None or isinstance(asker, str)
    return asker
