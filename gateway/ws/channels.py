"""Channels of the stream: which there are, and how news get from the market to a socket."""

from typing import Final

import msgspec

from exchange.language.instants import format_instant
from exchange.language.port import FellBehind, Market, Subscription
from exchange.language.rejects import Code
from exchange.language.views import Notice
from gateway import wire
from gateway.answers import Push
from gateway.auth import Caller, identify
from gateway.errors import Refusal
from gateway.ws.outbox import Outbox

ACCOUNT: Final = "account"
LATER: Final = ("book:", "trades:", "status")

GONE_AWAY: Final = 1001
POLICY: Final = 1008
BROKEN: Final = 1011
RESTARTING: Final = 1012
TRY_AGAIN: Final = 1013

_encode: Final = msgspec.json.Encoder().encode


def check_channels(channels: tuple[str, ...]) -> None:
    """Refuse channels that are not there, by name."""
    for place, channel in enumerate(channels):
        param = f"channels[{place}]"
        if channel.startswith(LATER):
            raise Refusal(Code.NOT_SUPPORTED.wire, param, f"The channel {channel} is not offered yet.")
        if channel != ACCOUNT:
            raise Refusal(Code.BAD_VALUE.wire, param, f"There is no channel {channel}.")


async def follow_account(
    market: Market, caller: Caller, address: str | None, news: Subscription, since_seq: int, outbox: Outbox
) -> tuple[int, str]:
    """Push an account's notices, each naming its predecessor, until they end; the close code and reason for that.

    A slow socket fills its outbox, then the subscription, which then ends: nothing is ever left out in the middle.
    """
    prev_seq = since_seq
    try:
        async for notice in news:
            identify(market, caller.secret_hash, address)
            await outbox.put(push(notice, prev_seq))
            prev_seq = notice.seq
    except FellBehind:
        return TRY_AGAIN, "fell behind; connect and subscribe again"
    except Refusal as refusal:
        return POLICY, refusal.code
    return RESTARTING, "the market has stopped"


def push(notice: Notice, prev_seq: int) -> bytes:
    """A notice as a frame."""
    return _encode(
        Push(
            channel=ACCOUNT,
            seq=notice.seq,
            prev_seq=prev_seq,
            type=notice.type,
            at=format_instant(notice.at_s),
            data=msgspec.Raw(_encode(wire.detail(notice.data))),
        )
    )


def shutting_down(market: Market) -> bytes:
    """The frame that every socket gets before the server closes it."""
    seq = market.reads.seq
    return _encode(
        Push(
            channel="status",
            seq=seq,
            prev_seq=seq,
            type="shutting_down",
            at=format_instant(market.clock_s),
            data=msgspec.Raw(b"{}"),
        )
    )
