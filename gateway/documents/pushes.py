"""What the stream tells without being asked: every channel, every type of news on it, and the data that come along.

Also what the ops answer with that a socket carries out by itself; all others name their answers' types.
"""

from typing import Final, NamedTuple

from msgspec import Struct

from gateway import answers, schema, schema_money

ORDER_NEWS: Final = ("placed", "amended", "resting", "filled", "canceled", "expired", "self_trade_prevented")
LEASE_NEWS: Final = (
    *("scheduled", "access_given", "running", "metered", "settled", "contested", "ruled", "changed"),
    *("part_resold", "part_returned", "cut", "part_cut", "ended", "defaulted", "released", "cancelled"),
)


class Channel(NamedTuple):
    """A channel's name, as a pattern and as an example, what it is for, and the data of each type of news."""

    pattern: str
    example: str
    about: str
    news: dict[str, type[Struct]]


OWN_ANSWERS: Final[dict[str, type[Struct]]] = {
    "login": answers.LoggedIn,
    "logout": answers.LoggedOut,
    "ping": answers.Pong,
    "subscribe": answers.Subscribed,
    "unsubscribe": answers.Subscribed,
}


class Nothing(Struct, frozen=True):
    """No data."""


_SLUG: Final = "[a-z0-9][a-z0-9-]*"
_LEVELS: Final[dict[str, type[Struct]]] = {"snapshot": answers.BookLevels, "update": answers.BookLevels}
_PACED: Final = "(/paced)?"
_BRAKES: Final[dict[str, type[Struct]]] = {"snapshot": answers.Brakes, "update": answers.Brakes}

PUSHES: Final[dict[str, Channel]] = {
    "account": Channel(
        "^account$",
        "account",
        "All that happens to your orders, leases and money, in order, nothing left out; resumable by `from_seq`.",
        {f"bid.{news}": schema.Bid for news in ORDER_NEWS}
        | {f"ask.{news}": schema.Ask for news in ORDER_NEWS}
        | {f"lease.{news}": schema_money.Lease for news in LEASE_NEWS}
        | {f"account.{news}": schema_money.Account for news in ("blocked", "unblocked")}
        | {"transfer": schema_money.Transfer, "dead_man.fired": schema_money.Account},
    ),
    "book": Channel(
        rf"^book:{_SLUG}/{_SLUG}/P[0-9A-Z]+{_PACED}$",
        "book:hangzhou/h800-sxm/P1D",
        "One tenor's depth: whole, then what changes; paced, at most five frames a second. "
        "A reader that falls behind gets it whole again.",
        _LEVELS,
    ),
    "trades": Channel(
        rf"^trades:{_SLUG}/{_SLUG}{_PACED}$",
        "trades:hangzhou/h800-sxm",
        "A market's trades as they are made; paced, at most five frames a second.",
        {"update": answers.NewTrades},
    ),
    "status": Channel(
        "^status$",
        "status",
        "The venue's state and what operators have braked; that the server is shutting down, to every socket.",
        _BRAKES | {"shutting_down": Nothing},
    ),
}
