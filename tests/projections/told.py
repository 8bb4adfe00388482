"""Views that are told what a test makes up: events with plain defaults, and a command of them at a time.

Money is in CNY and may be a decimal string, times are hours from T0, chips are whole. Nobody checks what is told.
"""

from typing import Any

from exchange.language import events as e
from exchange.language import events_money as m
from exchange.language.commands import Cap, DefineProgramme, Rate, Rules
from exchange.language.instants import parse_instant, year_of
from exchange.language.units import HOUR_S, MONEY_PLACES, cost_micros, full_uch, parse_decimal
from exchange.language.views import LeaseView, Notice
from exchange.projections.views import Views

T0 = parse_instant("2025-06-02T00:00:00Z")
H800, ASCEND = "h800", "ascend"

RULES = Rules(
    step_s=900,
    tick_micros=10_000,
    buyer_fee_bp=0,
    provider_fee_bp=0,
    bond_rate_bp=500,
    bond_window_s=24 * HOUR_S,
    start_grace_s=900,
    period_s=HOUR_S,
    close_grace_s=900,
    allowance_bp=10,
    penalty_rate_bp=2500,
    silent_periods=2,
    contest_s=HOUR_S,
)


def cny(amount: str | int) -> int:
    """Micros; "-2.50" is negative."""
    digits = str(amount)
    micros = parse_decimal(digits.removeprefix("-"), MONEY_PLACES)
    return -micros if digits.startswith("-") else micros


def at(hours: int) -> int:
    return T0 + hours * HOUR_S


def chip(name: str, *, domestic: bool = False) -> e.ChipDefined:
    return e.ChipDefined(
        chip=name, vendor="", model=name, du_milli=None, memory_gb=None, per_node=None, domestic=domestic
    )


def programme(name: str, *, share: int = 2000, pool: int | None = None, **wording: Any) -> DefineProgramme:
    """20 % of everything, and no figure for a pool."""
    return DefineProgramme(
        programme=name,
        name_en=name,
        name_zh=name,
        rates=(Rate(share_bp=share),) if share else (),
        pool_micros=None if pool is None else cny(pool),
        pool_is=wording.pop("pool_is", "" if pool is None else "ceiling"),
        **wording,
    )


def cap(scope: str, amount: int, **tags: tuple[str, ...]) -> Cap:
    return Cap(scope=scope, amount_micros=cny(amount), **tags)


class Told:
    """Views, and the notices of the last command."""

    def __init__(self, *accounts: tuple[str, str]) -> None:
        self.views = Views()
        self.notices: list[Notice] = []
        self.transfers = 0
        self.leases = 0
        self.now_s = T0
        self.happen(
            e.TimeAdvanced(now_s=T0), e.RulesSet(rules=RULES), e.TenorsSet(tenors_s=(HOUR_S,)), chip(H800),
            chip(ASCEND, domestic=True),
        )  # fmt: skip
        for account_id, group in accounts:
            self.open(account_id, group)

    def happen(self, *happened: e.Event) -> None:
        """One command's events, at the present time."""
        self.notices = self.views.fold(e.Applied(self.views.seq + 1, self.now_s, happened))

    @property
    def told(self) -> list[tuple[str, str]]:
        """Whom the last command was told, and as what."""
        return [(notice.account_id, notice.type) for notice in self.notices]

    def clock(self, to_s: int) -> None:
        self.now_s = to_s
        self.happen(e.TimeAdvanced(now_s=to_s))

    def open(self, account_id: str, group: str, *tags: str, place: str = "") -> None:
        roles = ("buyer", "provider")
        self.happen(e.AccountOpened(account_id=account_id, roles=roles, owner_group=group, tags=tags, place=place))

    def define(self, *wordings: DefineProgramme) -> None:
        self.happen(*(m.ProgrammeDefined(definition=wording) for wording in wordings))

    def pay(self, debit: str, credit: str, amount: str | int, reason: str, **about: Any) -> e.Transferred:
        """A transfer with the next number."""
        self.transfers += 1
        return e.Transferred(
            transfer_id=self.transfers, debit=debit, credit=credit, amount_micros=cny(amount), reason=reason, **about
        )

    def deposit(self, account_id: str, amount: str | int) -> None:
        moved = m.MoneyMoved(account_id=account_id, amount_micros=cny(amount), reference="")
        self.happen(self.pay("external", f"{account_id}/available", amount, "deposit"), moved)

    def trade(self, buyer: str, provider: str, hours: tuple[int, int] = (0, 2), chips: int = 8, **terms: Any) -> int:
        """A lease, at 14.00 unless told otherwise, with its grant when a programme pays for it; its number."""
        self.leases += 1
        start_s, end_s = map(at, hours)
        price_micros, subsidy_micros = cny(terms.pop("price", 14)), cny(terms.pop("subsidy", 0))
        cost = cost_micros(price_micros, chips * 1000, end_s - start_s)
        event = e.Traded(
            lease_id=self.leases,
            bid_id=terms.pop("bid_id", self.leases),
            ask_id=self.leases,
            alternative=0,
            buyer=buyer,
            provider=provider,
            region=terms.pop("region", "hangzhou"),
            chip=terms.pop("chip", H800),
            site="",
            quantity_milli=chips * 1000,
            start_s=start_s,
            end_s=end_s,
            price_micros=price_micros,
            cost_micros=cost,
            buyer_fee_micros=0,
            subsidy_micros=subsidy_micros,
            escrow_micros=cost - subsidy_micros,
            take_or_pay_bp=10_000,
            taker="bid",
            deliverer=terms.pop("deliverer", provider),
            **terms,
        )
        granted = () if event.programme is None else (self.granted(buyer, event.programme, subsidy_micros),)
        self.happen(event, *granted)
        return event.lease_id

    def granted(self, buyer: str, name: str, amount_micros: int, year: int | None = None) -> m.SubsidyMoved:
        """A grant to the last lease, or what came back of one."""
        account = self.views.account(buyer)
        assert account is not None
        return m.SubsidyMoved(
            lease_id=self.leases,
            programme=name,
            group=account.owner_group,
            year=year_of(self.now_s) if year is None else year,
            amount_micros=amount_micros,
            bound="rate",
        )

    def settled(self, lease_id: int, index: int = 0, part_id: int | None = None, **result: Any) -> e.PeriodSettled:
        """A period of an hour; `paid` and the like in CNY, `delivered` and `used` in chips throughout."""
        money = {f"{key}_micros": cny(result.pop(key, 0)) for key in ("paid", "refunded", "redeemed", "returned")}
        chips = result.pop("delivered", 8)
        return e.PeriodSettled(
            lease_id=lease_id,
            index=index,
            start_s=at(index),
            end_s=at(index + 1),
            delivered_uch=full_uch(chips * 1000, HOUR_S),
            used_uch=full_uch(result.pop("used", chips) * 1000, HOUR_S),
            cost_micros=money["paid_micros"] + money["refunded_micros"],
            penalty_micros=0,
            part_id=lease_id if part_id is None else part_id,
            **money,
        )

    def changed(self, lease_id: int, **changes: Any) -> e.LeaseChanged:
        """Where a lease stands now, but for what has changed."""
        lease = self.lease(lease_id)
        now = {key: getattr(lease, key) for key in e.LeaseChanged.__struct_fields__}
        fees = {"buyer_fee_micros": lease.buyer_fee_taken_micros}
        return e.LeaseChanged(**{**now, **fees, **changes})

    def lease(self, lease_id: int) -> LeaseView:
        lease = self.views.lease(lease_id)
        assert lease is not None
        return lease
