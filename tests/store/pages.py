"""Pages of statements made by hand, as small as they can be."""

from typing import Any

from exchange.language.commands import Alternative, Require
from exchange.language.events import Transferred
from exchange.language.statements import Entry, Page, Told
from exchange.language.views import AskView, BidView, Detail, LeaseView, Notice, PeriodView, TradeView

NOON_S = 1_800_000_000  # 2027-01-15T08:00:00Z


def page(after_seq: int, last_seq: int, **parts: Any) -> Page:
    """A page that holds what is named, and nothing else."""
    empty: dict[str, Any] = {name: [] for name in ("bids", "asks", "trades", "leases", "entries", "balances", "told")}
    return Page(after_seq=after_seq, last_seq=last_seq, **{**empty, **parts})


def wish(**changes: Any) -> Alternative:
    fields = {
        "region": "hangzhou", "chip": "h800", "duration_s": 3600, "latest_start_s": NOON_S, "price_micros": 15_250_000,
    }  # fmt: skip
    return Alternative(**{**fields, **changes})


def bid(number: int = 1, **changes: Any) -> BidView:
    fields = {
        "bid_id": number, "client_order_id": f"b-{number}", "account_id": "alice", "state": "resting", "reason": "",
        "quantity_milli": 8000, "leaves_milli": 8000, "filled_milli": 0, "canceled_milli": 0,
        "min_quantity_milli": 125, "time_in_force": "gtd", "expires_s": NOON_S + 60, "post_only": False,
        "max_take_or_pay_bp": 10_000, "vouchers": ("auto",), "self_trade": "cancel_taker",
        "require": Require(tags=("ib",)), "use": "training", "alternatives": (wish(),), "open_alternatives": (0,),
        "held_micros": 122_610_000, "created_s": NOON_S, "seq": 5,
    }  # fmt: skip
    return BidView(**{**fields, **changes})


def ask(number: int = 1, **changes: Any) -> AskView:
    fields = {
        "ask_id": number, "client_order_id": f"a-{number}", "account_id": "hz", "state": "resting", "reason": "",
        "quantity_milli": 8000, "leaves_milli": 8000, "filled_milli": 0, "canceled_milli": 0, "time_in_force": "gtc",
        "expires_s": None, "post_only": True, "self_trade": "skip", "region": "hangzhou", "chip": "h800",
        "site": "hz-1", "tags": ("ib", "ecc"), "pue_milli": 1250, "green_bp": 5000, "start_s": NOON_S,
        "end_s": NOON_S + 86_400, "price_micros": 14_000_000, "lot_milli": 1000, "min_duration_s": 3600,
        "take_or_pay_bp": 10_000, "bond_micros": 134_400_000, "lease_id": None,
        "free": ((NOON_S, NOON_S + 86_400, 8000),), "created_s": NOON_S, "seq": 4,
    }  # fmt: skip
    return AskView(**{**fields, **changes})


def period(index: int) -> PeriodView:
    return PeriodView(
        index=index, start_s=NOON_S, end_s=NOON_S + 3600, delivered_uch=8, used_uch=7, paid_micros=6,
        refunded_micros=5, penalty_micros=4, redeemed_micros=3, returned_micros=2, part_id=1, state="settled",
    )  # fmt: skip


def lease(number: int = 1, **changes: Any) -> LeaseView:
    plain = dict.fromkeys(LeaseView.__struct_fields__, 0) | dict.fromkeys(
        ("site", "subsidy_bound", "use", "reason", "words"), ""
    )
    fields = {
        "lease_id": number, "bid_id": 1, "ask_id": 1, "parent_id": None, "provider": "hz", "buyer": "alice",
        "deliverer": "hz", "region": "hangzhou", "chip": "h800", "quantity_milli": 8000, "start_s": NOON_S,
        "end_s": NOON_S + 7200, "until_s": NOON_S + 7200, "price_micros": 14_000_000, "du_milli": 2560,
        "cost_micros": 224_000_000, "programme": None, "state": "scheduled", "delivered_until_s": None,
        "delivered_uch": 1_500_000, "access_given_s": None, "shape": ((NOON_S, NOON_S + 7200, 8000),),
        "parts": (3, 4), "periods": (period(0),), "created_s": NOON_S, "seq": 5, "domestic": True,
    }  # fmt: skip
    return LeaseView(**{**plain, **fields, **changes})


def trade(number: int = 1) -> TradeView:
    return TradeView(
        trade_id=number, seq=6, at_s=NOON_S, region="hangzhou", chip="h800", price_micros=14_000_000,
        quantity_milli=8000, start_s=NOON_S, end_s=NOON_S + 7200, taker="bid",
    )  # fmt: skip


def entry(number: int, debit: str, credit: str, amount_micros: int, **changes: Any) -> Entry:
    made = Transferred(transfer_id=number, debit=debit, credit=credit, amount_micros=amount_micros, reason="deposit")
    return Entry(number, NOON_S, Transferred(**{**_fields(made), **changes}))


def _fields(made: Transferred) -> dict[str, Any]:
    return {name: getattr(made, name) for name in made.__struct_fields__}


def told(account_id: str, seq: int, prev_seq: int, *about: Detail) -> Told:
    notices = [Notice(account_id=account_id, seq=seq, at_s=NOON_S, type="bid.placed", data=data) for data in about]
    return Told(account_id, seq, prev_seq, tuple(notices))
