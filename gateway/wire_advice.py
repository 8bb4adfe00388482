"""Views to the wire, continued: quotes and explanations."""

from collections.abc import Callable, Sequence
from typing import Final

from exchange.language.commands import Alternative
from exchange.language.instants import format_duration, format_instant
from exchange.language.units import MilliDu, format_chips, format_money
from exchange.language.views import CatalogView, Change, Explanation, Hurdles, Quote, QuotedLease
from gateway import advice
from gateway.wire import alternative, maybe_pue, per_du, share

# How the integer that a change puts into a field is written there, by the field's own name.
_WRITTEN: Final[dict[str, Callable[[int], str | None]]] = {
    "price": format_money,
    "earliest_start": format_instant,
    "latest_start": format_instant,
    "duration": format_duration,
    "quantity": format_chips,
    "min_quantity": format_chips,
    "max_take_or_pay": share,
    "pue_at_most": maybe_pue,
    "green_share_at_least": share,
}


def explanation(view: Explanation, alternatives: Sequence[Alternative]) -> advice.Explanation:
    return advice.Explanation(
        seq=view.seq,
        at=format_instant(view.at_s),
        bid_id=None if view.bid_id is None else f"bid-{view.bid_id}",
        leaves=format_chips(view.leaves_milli),
        alternatives=tuple(_hurdles(entry, alternatives[entry.alternative]) for entry in view.alternatives),
        changes=tuple(map(_change, view.changes)),
        searched=view.searched,
    )


def quote(view: Quote, alternatives: Sequence[Alternative], catalog: CatalogView) -> advice.Quote:
    rates_milli = {entry.chip: entry.du_milli for entry in catalog.chips}
    return advice.Quote(
        seq=view.seq,
        at=format_instant(view.at_s),
        state=view.state,
        reason=view.reason,
        alternatives=tuple(map(alternative, alternatives)),
        quantity=format_chips(view.quantity_milli),
        filled=format_chips(view.filled_milli),
        missing=format_chips(view.missing_milli),
        leases=tuple(_lease(lease, rates_milli[lease.chip]) for lease in view.leases),
        cost=format_money(view.cost_micros),
        buyer_fee=format_money(view.buyer_fee_micros),
        subsidies=tuple(
            advice.Subsidy(programme=programme, amount=format_money(amount)) for programme, amount in view.subsidies
        ),
        total=format_money(view.total_micros),
        held=format_money(view.held_micros),
        needed=format_money(view.needed_micros),
        available=format_money(view.available_micros),
        covered=view.covered,
        rest=None if view.rest is None else explanation(view.rest, alternatives),
    )


def _hurdles(view: Hurdles, wish: Alternative) -> advice.Hurdles:
    return advice.Hurdles(
        alternative=view.alternative,
        region=wish.region,
        chip=wish.chip,
        state=view.market_state,
        asks=view.asks,
        examined=view.examined,
        complete=view.complete,
        fails=advice.Fails(
            price=view.price,
            duration=view.duration,
            start=view.start,
            quantity=view.quantity,
            lot=view.lot,
            take_or_pay=view.take_or_pay,
            require=view.requirements,
            owner=view.owner,
            market=view.market,
        ),
        fits=view.fits,
    )


def _change(view: Change) -> advice.Change:
    value = view.value
    if isinstance(value, int) and not isinstance(value, bool):
        value = _WRITTEN[view.field.rpartition(".")[2]](value)
    return advice.Change(
        kind=view.kind,
        field=view.field,
        value=value,
        detail=view.detail,
        extra=format_money(view.extra_micros),
        total=format_money(view.total_micros),
        covered=view.covered,
    )


def _lease(view: QuotedLease, rate_milli: MilliDu | None) -> advice.QuotedLease:
    return advice.QuotedLease(
        alternative=view.alternative,
        region=view.region,
        chip=view.chip,
        site=view.site,
        quantity=format_chips(view.quantity_milli),
        start=format_instant(view.start_s),
        end=format_instant(view.end_s),
        price=format_money(view.price_micros),
        price_per_du=per_du(view.price_micros, rate_milli),
        cost=format_money(view.cost_micros),
        buyer_fee=format_money(view.buyer_fee_micros),
        programme=view.programme,
        subsidy=format_money(view.subsidy_micros),
        subsidy_bound=view.subsidy_bound,
        take_or_pay=share(view.take_or_pay_bp),
    )
