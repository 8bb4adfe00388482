"""Views to the wire: the market's integers become strings here, and nowhere else.

Pure functions of the view alone, so that a view kept from the past gives the same bytes as it gave then.
"""

from exchange.language.commands import AUTO_VOUCHERS, Alternative, Require
from exchange.language.instants import format_duration, format_instant
from exchange.language.limits import PERIODS_SHOWN
from exchange.language.units import (
    CHIP_HOUR_PLACES,
    DU_PLACES,
    PUE_PLACES,
    SHARE_PLACES,
    BasisPoints,
    MicroChipHours,
    Micros,
    MilliDu,
    Seconds,
    format_chips,
    format_decimal,
    format_money,
    price_per_du_micros,
)
from exchange.language.views import (
    AccountView,
    AskView,
    Audit,
    Balances,
    BidView,
    Detail,
    KeyView,
    LeaseView,
    PeriodView,
    TransferView,
)
from exchange.language.windows import Segment
from gateway import answers, answers_operator, schema, schema_money
from gateway.signing import text_of_bytes


def share(value_bp: BasisPoints) -> str:
    return format_decimal(value_bp, SHARE_PLACES)


def maybe_share(value_bp: BasisPoints | None) -> str | None:
    return None if value_bp is None else share(value_bp)


def maybe_pue(value_milli: int | None) -> str | None:
    return None if value_milli is None else format_decimal(value_milli, PUE_PLACES)


def chip_hours(value_uch: MicroChipHours) -> str:
    return format_decimal(value_uch, CHIP_HOUR_PLACES)


def du_rate(rate_milli: MilliDu | None) -> str | None:
    return None if rate_milli is None else format_decimal(rate_milli, DU_PLACES)


def per_du(price_micros: Micros, rate_milli: MilliDu | None) -> str | None:
    price = price_per_du_micros(price_micros, rate_milli)
    return None if price is None else format_money(price)


def maybe_instant(at_s: Seconds | None) -> str | None:
    return None if at_s is None else format_instant(at_s)


def maybe_lease(lease_id: int | None) -> str | None:
    return None if lease_id is None else f"lease-{lease_id}"


def bid(view: BidView) -> schema.Bid:
    return schema.Bid(
        bid_id=f"bid-{view.bid_id}",
        client_order_id=view.client_order_id,
        account_id=view.account_id,
        state=view.state,
        reason=view.reason,
        quantity=format_chips(view.quantity_milli),
        leaves=format_chips(view.leaves_milli),
        filled=format_chips(view.filled_milli),
        canceled=format_chips(view.canceled_milli),
        min_quantity=None if view.min_quantity_milli is None else format_chips(view.min_quantity_milli),
        time_in_force=view.time_in_force,
        expires_at=maybe_instant(view.expires_s),
        post_only=view.post_only,
        max_take_or_pay=share(view.max_take_or_pay_bp),
        vouchers="auto" if view.vouchers == AUTO_VOUCHERS else view.vouchers,
        use=view.use,
        self_trade=view.self_trade,
        require=None if view.require is None else _require(view.require),
        alternatives=tuple(map(alternative, view.alternatives)),
        open_alternatives=view.open_alternatives,
        held=format_money(view.held_micros),
        created_at=format_instant(view.created_s),
        seq=view.seq,
    )


def ask(view: AskView) -> schema.Ask:
    return schema.Ask(
        ask_id=f"ask-{view.ask_id}",
        lease_id=maybe_lease(view.lease_id),
        client_order_id=view.client_order_id,
        account_id=view.account_id,
        state=view.state,
        reason=view.reason,
        quantity=format_chips(view.quantity_milli),
        leaves=format_chips(view.leaves_milli),
        filled=format_chips(view.filled_milli),
        canceled=format_chips(view.canceled_milli),
        time_in_force=view.time_in_force,
        expires_at=maybe_instant(view.expires_s),
        post_only=view.post_only,
        self_trade=view.self_trade,
        region=view.region,
        chip=view.chip,
        site=view.site,
        tags=view.tags,
        pue=maybe_pue(view.pue_milli),
        green_share=maybe_share(view.green_bp),
        start=format_instant(view.start_s),
        end=format_instant(view.end_s),
        price=format_money(view.price_micros),
        lot=format_chips(view.lot_milli),
        min_duration=format_duration(view.min_duration_s),
        take_or_pay=share(view.take_or_pay_bp),
        bond=format_money(view.bond_micros),
        free=_free(view.free),
        created_at=format_instant(view.created_s),
        seq=view.seq,
    )


def lease_in_brief(view: LeaseView) -> schema_money.Lease:
    """A lease with its last periods, for what is sent often; all of a month are 160 KB and take 30 ms to write."""
    return lease(view.but(periods=view.periods[-PERIODS_SHOWN:]))


def lease(view: LeaseView) -> schema_money.Lease:
    return schema_money.Lease(
        lease_id=f"lease-{view.lease_id}",
        bid_id=f"bid-{view.bid_id}",
        ask_id=f"ask-{view.ask_id}",
        parent_id=maybe_lease(view.parent_id),
        parts=tuple(f"lease-{part_id}" for part_id in view.parts),
        provider=view.provider,
        buyer=view.buyer,
        deliverer=view.deliverer,
        region=view.region,
        chip=view.chip,
        site=view.site,
        quantity=format_chips(view.quantity_milli),
        start=format_instant(view.start_s),
        end=format_instant(view.end_s),
        until=format_instant(view.until_s),
        shape=_free(view.shape),
        price=format_money(view.price_micros),
        price_per_du=per_du(view.price_micros, view.du_milli),
        cost=format_money(view.cost_micros),
        buyer_fee=format_money(view.buyer_fee_micros),
        buyer_fee_taken=format_money(view.buyer_fee_taken_micros),
        provider_fee=format_money(view.provider_fee_micros),
        subsidy=format_money(view.subsidy_micros),
        redeemed=format_money(view.redeemed_micros),
        returned=format_money(view.returned_micros),
        programme=view.programme,
        subsidy_bound=view.subsidy_bound,
        use=view.use,
        take_or_pay=share(view.take_or_pay_bp),
        state=view.state,
        reason=view.reason,
        words=view.words,
        escrow=format_money(view.escrow_micros),
        frozen=format_money(view.frozen_micros),
        earned=format_money(view.earned_micros),
        refunded=format_money(view.refunded_micros),
        penalties=format_money(view.penalties_micros),
        delivered_until=maybe_instant(view.delivered_until_s),
        delivered=chip_hours(view.delivered_uch),
        used=chip_hours(view.used_uch),
        access_given_at=maybe_instant(view.access_given_s),
        periods=tuple(map(period, view.periods)),
        created_at=format_instant(view.created_s),
        seq=view.seq,
    )


def account(view: AccountView) -> schema_money.Account:
    return schema_money.Account(
        account_id=view.account_id,
        roles=view.roles,
        owner_group=view.owner_group,
        tags=view.tags,
        place=view.place,
        available=format_money(view.available_micros),
        held=format_money(view.held_micros),
        escrow=format_money(view.escrow_micros),
        bond=format_money(view.bond_micros),
        contestable=format_money(view.contestable_micros),
        blocked=view.blocked,
    )


def balances(view: Balances) -> schema_money.Balances:
    return schema_money.Balances(
        available=format_money(view.available_micros),
        held=format_money(view.held_micros),
        escrow=format_money(view.escrow_micros),
        bond=format_money(view.bond_micros),
    )


def transfer(view: TransferView) -> schema_money.Transfer:
    made = view.transfer
    order_id = f"bid-{made.bid_id}" if made.bid_id is not None else None
    if made.ask_id is not None:
        order_id = f"ask-{made.ask_id}"
    return schema_money.Transfer(
        transfer_id=f"transfer-{made.transfer_id}",
        seq=view.seq,
        at=format_instant(view.at_s),
        debit=made.debit,
        credit=made.credit,
        amount=format_money(made.amount_micros),
        reason=made.reason,
        reference=made.reference,
        lease_id=maybe_lease(made.lease_id),
        part_id=maybe_lease(made.part_id),
        order_id=order_id,
        programme=made.programme,
        after=None if view.after is None else balances(view.after),
    )


def detail(view: Detail) -> schema.Bid | schema.Ask | schema_money.Lease | schema_money.Account | schema_money.Transfer:
    """What a notice is about."""
    match view:
        case BidView():
            return bid(view)
        case AskView():
            return ask(view)
        case LeaseView():
            return lease_in_brief(view)
        case AccountView():
            return account(view)
        case TransferView():
            return transfer(view)


def key(view: KeyView) -> answers.Key:
    return answers.Key(
        key_id=view.key_id,
        account_id=view.account_id,
        scopes=view.scopes,
        expires_at=maybe_instant(view.expires_s),
        addresses=view.addresses,
        revoked=view.revoked,
        kind="signed" if view.public_key else "bearer",
        public_key=text_of_bytes(view.public_key) if view.public_key else None,
    )


def audit(view: Audit) -> answers_operator.AuditOut:
    return answers_operator.AuditOut(
        seq=view.seq,
        now=format_instant(view.now_s),
        digest=view.digest,
        accounts=view.accounts,
        open_bids=view.open_bids,
        open_asks=view.open_asks,
        open_leases=view.open_leases,
        violations=view.violations,
    )


def alternative(wish: Alternative) -> schema.AlternativeOut:
    return schema.AlternativeOut(
        region=wish.region,
        chip=wish.chip,
        duration=format_duration(wish.duration_s),
        earliest_start="now" if wish.earliest_start_s is None else format_instant(wish.earliest_start_s),
        latest_start=format_instant(wish.latest_start_s),
        price=format_money(wish.price_micros),
        quantity=None if wish.quantity_milli is None else format_chips(wish.quantity_milli),
    )


def _free(segments: tuple[Segment, ...]) -> tuple[schema.Free, ...]:
    return tuple(
        schema.Free(start=format_instant(start_s), end=format_instant(end_s), chips=format_chips(chips_milli))
        for start_s, end_s, chips_milli in segments
    )


def _require(need: Require) -> schema.Require:
    return schema.Require(
        tags=need.tags,
        pue_at_most=maybe_pue(need.pue_max_milli),
        green_share_at_least=maybe_share(need.green_min_bp),
        domestic=need.domestic,
    )


def period(view: PeriodView) -> schema_money.Period:
    return schema_money.Period(
        lease_id=f"lease-{view.part_id}",
        index=view.index,
        start=format_instant(view.start_s),
        end=format_instant(view.end_s),
        delivered=chip_hours(view.delivered_uch),
        used=chip_hours(view.used_uch),
        paid=format_money(view.paid_micros),
        refunded=format_money(view.refunded_micros),
        penalty=format_money(view.penalty_micros),
        redeemed=format_money(view.redeemed_micros),
        returned=format_money(view.returned_micros),
        state=view.state,
    )
