"""What operators see of the whole venue: every account and lease, who holds which chips when, books as they were."""

from collections.abc import Sequence
from typing import TypeVar

from exchange.language.rejects import Code
from exchange.language.views import AccountView, LeaseView
from gateway import answers, answers_money, answers_overview, intake, schema, schema_money, wire, wire_money
from gateway import wire_overview as shown
from gateway.calls.accounts import transfers_of
from gateway.calls.markets import known_rate, tenor_of
from gateway.desk import Call, stretch
from gateway.errors import Refusal
from gateway.params import AccountRef, AccountTransfers, LeaseRef, MarketCapacity
from gateway.requests_overview import AllLeasesPage, CapacityPage, PastBookQuery

T = TypeVar("T")


async def accounts(call: Call[schema.Page]) -> answers_overview.Accounts:
    """Every account, newest first."""
    found, cursor = stretch(call.desk.market.reads.accounts_latest, lambda numbered: numbered[0], call.params)
    return answers_overview.Accounts(items=tuple(wire.account(view) for _, view in found), cursor=cursor)


async def account(call: Call[AccountRef]) -> answers_overview.AccountDetail:
    view = _account(call)
    keys = call.desk.market.reads.keys(view.account_id)
    return answers_overview.AccountDetail(account=wire.account(view), keys=tuple(map(wire.key, keys)))


async def transfers(call: Call[AccountTransfers]) -> answers_money.Transfers:
    """A stretch of an account's transfers, with the balances before and after it."""
    return transfers_of(call.desk, _account(call).account_id, call.params)


async def leases(call: Call[AllLeasesPage]) -> answers.Leases:
    """Leases of everybody, newest first."""
    asked, reads = call.params, call.desk.market.reads
    market: tuple[str, str] | None = None
    if asked.region is not None or asked.chip is not None:
        market = intake.given(asked.region, "region"), intake.given(asked.chip, "chip")
        known_rate(call.desk, *market)
    found, cursor = stretch(
        lambda before, limit: reads.all_leases(asked.state, market, asked.account_id, before, limit),
        lambda lease: lease.lease_id,
        asked,
    )
    return answers.Leases(items=tuple(map(wire.lease_in_brief, call.show(found))), cursor=cursor)


async def lease(call: Call[LeaseRef]) -> schema_money.Lease:
    return wire.lease(call.show(_lease(call)))


async def statement(call: Call[LeaseRef]) -> answers_money.Statement:
    made = call.desk.market.reads.statement(_lease(call).lease_id)
    assert made is not None, "a lease has a statement"
    return wire_money.statement(call.show(made))


async def capacity(call: Call[CapacityPage]) -> answers_overview.Capacities:
    """Every market in which somebody has chips."""
    found, cursor = _in_order(call.desk.market.reads.capacity(call.params.days), call.params)
    return answers_overview.Capacities(items=tuple(map(shown.capacity, found)), cursor=cursor)


async def market_capacity(call: Call[MarketCapacity]) -> answers_overview.Capacities:
    """The same of one market, site by site."""
    market = call.params.region, call.params.chip
    known_rate(call.desk, *market)
    found, cursor = _in_order(call.desk.market.reads.capacity(call.params.days, market), call.params)
    return answers_overview.Capacities(items=tuple(map(shown.capacity, found)), cursor=cursor)


async def programme_use(call: Call[schema.NoParams]) -> answers_overview.ProgrammeUses:
    reads = call.desk.market.reads
    known = {view.definition.programme: view for view in reads.programmes()}
    items = tuple(shown.use(view, known[view.programme], reads.now_s) for view in reads.programme_use())
    return answers_overview.ProgrammeUses(items=items, cursor=None)


async def past_book(call: Call[PastBookQuery]) -> answers_overview.PastBook:
    """A book as it was, worked out by another process from the journal; one at a time."""
    asked, market = call.params, call.desk.market
    rate_milli = known_rate(call.desk, asked.region, asked.chip)
    tenor_s = tenor_of(asked.tenor, market.reads)
    if asked.seq > market.reads.seq:
        raise Refusal(Code.BAD_VALUE.wire, "seq", f"The market stands at seq {market.reads.seq}.")
    found = await call.desk.replays.at(asked.seq)
    return found.book(asked.region, asked.chip, tenor_s, rate_milli)


def _account(call: Call[AccountRef] | Call[AccountTransfers]) -> AccountView:
    view = call.desk.market.reads.account(call.params.account_id)
    if view is None:
        raise Refusal(Code.UNKNOWN_ACCOUNT.wire, "account_id", f"There is no account {call.params.account_id}.")
    return view


def _lease(call: Call[LeaseRef]) -> LeaseView:
    number = intake.lease_number(call.params.lease_id)
    view = call.desk.market.reads.lease(number)
    if view is None:
        raise Refusal(Code.UNKNOWN_LEASE.wire, "lease_id", f"There is no lease-{number}.")
    return view


def _in_order(items: Sequence[T], page: schema.Page) -> tuple[list[T], str | None]:
    """A stretch of a list that has an order of its own; its numbers are places in it, from 1."""
    numbered = list(enumerate(items, 1))
    found, cursor = stretch(lambda after, limit: numbered[after or 0 : (after or 0) + limit], lambda one: one[0], page)
    return [item for _, item in found], cursor
