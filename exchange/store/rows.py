"""Views as rows of the statement tables: the columns of each table, and the values of each view in their order.

Units stay as they are inside the market; the schema `report` turns them into those of people. A text that holds U+0000,
which a journal may have and PostgreSQL cannot, has U+FFFD in its place.
"""

import re
from collections.abc import Iterator
from operator import attrgetter
from typing import Any, Final

import msgspec

from exchange.language.codec import encode_notices
from exchange.language.statements import Page
from exchange.language.texts import INSTEAD, kept, kept_text
from exchange.language.units import Micros
from exchange.language.views import AskView, BidView, LeaseView

Row = tuple[Any, ...]

_BOTH_SIDES: Final = (
    "account_id", "client_order_id", "state", "reason", "quantity_milli", "leaves_milli", "filled_milli",
    "canceled_milli", "time_in_force", "expires_s", "post_only", "self_trade", "created_s", "seq",
)  # fmt: skip
_ASKS_ALONE: Final = (
    "site", "tags", "pue_milli", "green_bp", "start_s", "end_s", "lot_milli", "min_duration_s", "bond_micros",
    "lease_id", "idle_milli_s",
)  # fmt: skip
_BIDS_ALONE: Final = ("min_quantity_milli", "vouchers", "use", "held_micros")
_AS_JSON: Final = ("alternatives", "require")
_WHERE: Final = ("region", "chip", "price_micros")
_LEASES_PLAIN: Final = tuple(name for name in LeaseView.__struct_fields__ if name not in {"shape", "parts", "periods"})

ORDERS: Final = (
    "side", "order_id", *_BOTH_SIDES, "take_or_pay_bp", *_WHERE, *_BIDS_ALONE, *_AS_JSON, *_ASKS_ALONE, "free",
)  # fmt: skip
LEASES: Final = (*_LEASES_PLAIN, "parts", "shape", "periods")
TRADES: Final = (
    "trade_id", "seq", "at_s", "region", "chip", "price_micros", "quantity_milli", "start_s", "end_s", "taker",
)  # fmt: skip
_TRANSFERRED: Final = (
    "transfer_id", "debit", "credit", "amount_micros", "reason", "reference", "lease_id", "bid_id", "ask_id", "part_id",
    "programme",
)  # fmt: skip
TRANSFERS: Final = ("seq", "at_s", *_TRANSFERRED)
BALANCES: Final = ("account", "balance_micros")
TOLD: Final = ("account_id", "seq", "prev_seq", "payload")

_both_sides = attrgetter(*_BOTH_SIDES)
_asks_alone = attrgetter(*_ASKS_ALONE)
_bids_alone = attrgetter(*_BIDS_ALONE)
_where = attrgetter(*_WHERE)
_lease = attrgetter(*_LEASES_PLAIN)
_trade = attrgetter(*TRADES)
_transferred = attrgetter(*_TRANSFERRED)

_NUL_IN_JSON: Final = re.compile(r"(?<!\\)((?:\\\\)*)\\u0000")  # not a backslash that precedes "u0000"

_NO_ASK: Final = (None,) * (len(_ASKS_ALONE) + 1)
_NO_BID: Final = (None,) * (len(_BIDS_ALONE) + len(_AS_JSON))


def orders(page: Page) -> Iterator[Row]:
    """Both sides, as ORDERS has them."""
    yield from map(_bid_row, page.bids)
    yield from map(_ask_row, page.asks)


def _bid_row(bid: BidView) -> Row:
    where = (_agreed({getattr(wish, name) for wish in bid.alternatives}) for name in _WHERE)
    require = None if bid.require is None else _json(bid.require)
    head = kept(("bid", bid.bid_id, *_both_sides(bid), bid.max_take_or_pay_bp, *where, *_bids_alone(bid)))
    return (*head, _json(bid.alternatives), require, *_NO_ASK)


def _agreed(values: set[Any]) -> Any:
    return values.pop() if len(values) == 1 else None


def _ask_row(ask: AskView) -> Row:
    head = ("ask", ask.ask_id, *_both_sides(ask), ask.take_or_pay_bp, *_where(ask))
    return (*kept((*head, *_NO_BID, *_asks_alone(ask))), _json(ask.free))


def _json(value: object) -> str:
    text = msgspec.json.encode(value).decode()
    return _NUL_IN_JSON.sub(rf"\1{INSTEAD}", text) if "\\u0000" in text else text


def leases(page: Page) -> Iterator[Row]:
    """As LEASES has them."""
    return ((*kept((*_lease(lease), lease.parts)), _json(lease.shape), len(lease.periods)) for lease in page.leases)


def trades(page: Page) -> Iterator[Row]:
    """As TRADES has them."""
    return (kept(_trade(trade)) for trade in page.trades)


def transfers(page: Page) -> Iterator[Row]:
    """As TRANSFERS has them."""
    return (kept((entry.seq, entry.at_s, *_transferred(entry.transfer))) for entry in page.entries)


def balances(page: Page) -> Iterator[tuple[str, Micros]]:
    """As BALANCES has them."""
    return ((kept_text(account), micros) for account, micros in page.balances)


def told(page: Page) -> Iterator[Row]:
    """As TOLD has them."""
    return ((kept_text(told.account_id), told.seq, told.prev_seq, encode_notices(told.notices)) for told in page.told)
