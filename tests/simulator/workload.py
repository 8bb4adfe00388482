"""What clients ask for: orders that often meet, leases that are delivered or not, money that comes and goes.

Whatever exists is looked up in the truth, so that most requests make sense; some are aimed at what is not there or not
theirs. Every order has a client_order_id and every request that may be repeated a key.
"""

from random import Random
from typing import Final

from exchange.language.commands import (
    GTC,
    GTD,
    IOC,
    Alternative,
    AmendAsk,
    AmendBid,
    CancelAllAsks,
    CancelAllBids,
    CancelAsk,
    CancelBid,
    CancelLease,
    Command,
    ContestPeriod,
    Deposit,
    MeterLease,
    PlaceAsk,
    PlaceBid,
    ReleaseLease,
    RuleContest,
    SetMarketState,
    StartLease,
    Withdraw,
)
from exchange.language.commands_operator import BlockAccount, CancelOrders, UnblockAccount
from exchange.language.commands_sessions import ArmSession, EndSession, SetDeadMan
from exchange.language.events import RESTING, RUNNING, SCHEDULED
from exchange.language.units import HOUR_S, MICROS_PER_CNY
from exchange.language.views import LeaseView
from exchange.language.windows import ceil_to_step
from tests.simulator.cast import PLACES, TRADERS, VENUE, VOUCHERS
from tests.simulator.truth import Truth

QUARTER_S: Final = 900
PRICES: Final = (1_000_000, 1_010_000, 990_000, 1_020_000)
LOTS: Final = (1000, 500, 4000)
KINDS: Final = ("bid", "ask", "change", "start", "meter", "release", "contest", "resell", "sweep", "purse", "watch")
OPERATOR_KINDS: Final = ("money", "money", "rule", "brake", "stop")


class Workload:
    """What one client asks next. Its kinds are weighted by chance, once, so that clients have characters."""

    def __init__(self, truth: Truth, account_id: str, chance: Random) -> None:
        self._truth = truth
        self._account_id = account_id
        self._chance = chance
        self._made = 0
        kinds = OPERATOR_KINDS if account_id == VENUE else KINDS
        weights = {"bid": 8.0, "ask": 7.0, "change": 4.0, "start": 6.0, "meter": 5.0}
        self._kinds = kinds
        self._weights = [weights.get(kind, 1.5) * chance.choice((0.3, 1.0, 2.0)) for kind in kinds]

    def next(self) -> Command | None:
        """A command, or none when there is nothing to do of the kind that chance picked."""
        kind = self._chance.choices(self._kinds, self._weights)[0]
        self._made += 1
        made: Command | None = getattr(self, f"_{kind}")()
        return made

    @property
    def _now_s(self) -> int:
        return self._truth.views.now_s

    def _name(self) -> str:
        """A name that nothing had before, or now and then one that something had."""
        number = self._made - 1 if self._made > 1 and self._chance.random() < 0.05 else self._made
        return f"{self._account_id}-{number}"

    def _ask(self) -> PlaceAsk:
        pick = self._chance.choice
        lot, force = pick(LOTS), pick((GTC, GTC, GTC, GTD))
        begins = ceil_to_step(self._now_s, HOUR_S) + pick((0, 0, HOUR_S))
        region, chip = pick(PLACES)
        return PlaceAsk(
            account_id=self._account_id,
            client_order_id=self._name(),
            region=region,
            chip=chip,
            quantity_milli=lot * pick((1, 2, 4, 8)),
            start_s=pick((begins, None)),
            end_s=begins + pick((3 * HOUR_S, 6 * HOUR_S, 30 * HOUR_S)),
            price_micros=pick(PRICES),
            lot_milli=lot,
            min_duration_s=pick((QUARTER_S, HOUR_S)),
            take_or_pay_bp=pick((10_000, 6000, 0)),
            time_in_force=force,
            expires_s=self._now_s + pick((60, HOUR_S)) if force == GTD else None,
        )

    def _bid(self) -> PlaceBid:
        pick = self._chance.choice
        lot, force = pick(LOTS), pick((GTC, GTC, GTC, IOC, GTD))
        wishes = tuple(self._wish() for _ in range(pick((1, 1, 2))))
        return PlaceBid(
            account_id=self._account_id,
            client_order_id=self._name(),
            quantity_milli=lot * pick((1, 2, 4, 90_000) if self._chance.random() < 0.05 else (1, 2, 4)),
            alternatives=wishes,
            time_in_force=force,
            expires_s=self._now_s + pick((60, HOUR_S)) if force == GTD else None,
            vouchers=pick(VOUCHERS),
        )

    def _wish(self) -> Alternative:
        pick = self._chance.choice
        earliest = ceil_to_step(self._now_s, HOUR_S) + pick((0, 0, HOUR_S))
        region, chip = pick(PLACES)
        return Alternative(
            region=region,
            chip=chip,
            duration_s=pick((HOUR_S, 3 * HOUR_S, QUARTER_S)),
            earliest_start_s=pick((earliest, None)),
            latest_start_s=earliest + pick((0, HOUR_S, 6 * HOUR_S)),
            price_micros=pick(PRICES) + pick((0, 20_000)),
        )

    def _change(self) -> Command | None:
        """An own order is amended or taken back; now and then one of somebody else's."""
        pick, views = self._chance.choice, self._truth.views
        owner = pick(TRADERS) if self._chance.random() < 0.05 else self._account_id
        if self._chance.random() < 0.5:
            asks = views.asks(owner, RESTING, None, 20)
            if not asks:
                return None
            ask = pick(asks)
            if self._chance.random() < 0.5:
                return CancelAsk(account_id=self._account_id, ask_id=ask.ask_id)
            more = ask.lot_milli * pick((-1, 1, 2))
            return AmendAsk(
                account_id=self._account_id,
                ask_id=ask.ask_id,
                quantity_milli=max(ask.quantity_milli + more, ask.lot_milli),
                price_micros=pick((None, pick(PRICES))),
            )
        bids = views.bids(owner, RESTING, None, 20)
        if not bids:
            return None
        bid = pick(bids)
        if self._chance.random() < 0.5:
            return CancelBid(account_id=self._account_id, bid_id=bid.bid_id)
        prices = tuple(wish.price_micros + pick((0, 10_000)) for wish in bid.alternatives)
        return AmendBid(
            account_id=self._account_id,
            bid_id=bid.bid_id,
            quantity_milli=pick((None, bid.quantity_milli + 1000, max(bid.quantity_milli - 500, 500))),
            prices_micros=pick((None, prices)),
        )

    def _sweep(self) -> Command:
        kind = self._chance.choice((CancelAllAsks, CancelAllBids))
        return kind(account_id=self._account_id, chip=self._chance.choice((None, PLACES[0][1])))

    def _watch(self) -> Command:
        """A dead man is wound up, mostly in time, or a session comes or goes."""
        pick = self._chance.choice
        if pick((True, False)):
            return SetDeadMan(account_id=self._account_id, seconds=pick((HOUR_S, QUARTER_S, 30, 0)))
        session_id = f"{self._account_id}-{pick((1, 2))}"
        if pick((True, False)):
            return ArmSession(account_id=self._account_id, session_id=session_id, armed=pick((True, True, False)))
        return EndSession(session_id=session_id)

    def _lease(self, state: str, side: str) -> LeaseView | None:
        found = self._truth.views.leases(self._account_id, state, None, 20)
        mine = [lease for lease in found if getattr(lease, side) == self._account_id]
        return self._chance.choice(mine) if mine else None

    def _start(self) -> Command | None:
        waiting = self._truth.views.leases(self._account_id, None, None, 20)
        for lease in waiting:
            open_ = lease.state in (SCHEDULED, RUNNING) and lease.access_given_s is None
            if open_ and lease.deliverer == self._account_id:
                return StartLease(account_id=self._account_id, lease_id=lease.lease_id, sealed_access=b"sealed")
        return None

    def _meter(self) -> Command | None:
        lease = self._lease(RUNNING, "deliverer")
        if lease is None:
            return None
        through = min(self._now_s, lease.until_s) - self._chance.choice((0, 0, QUARTER_S))
        since = lease.delivered_until_s or lease.start_s
        most = lease.quantity_milli * max(through - since, 0) * 1000 // 3600
        more = most * self._chance.choice((1000, 1000, 999, 500, 1001)) // 1000
        return MeterLease(
            account_id=self._account_id,
            lease_id=lease.lease_id,
            through_s=through,
            delivered_uch=lease.delivered_uch + more,
            used_uch=lease.used_uch + more * self._chance.choice((1000, 500, 0)) // 1000,
        )

    def _release(self) -> Command | None:
        lease = self._lease(self._chance.choice((RUNNING, SCHEDULED)), "buyer")
        if lease is None:
            return None
        return ReleaseLease(account_id=self._account_id, lease_id=lease.lease_id, idempotency_key=self._name())

    def _contest(self) -> Command | None:
        found = self._truth.views.leases(self._account_id, None, None, 20)
        settled = [lease for lease in found if lease.buyer == self._account_id and lease.periods]
        if not settled:
            return None
        lease = self._chance.choice(settled)
        return ContestPeriod(
            account_id=self._account_id,
            lease_id=lease.lease_id,
            index=self._chance.choice(lease.periods).index,
            reason="it was slow",
            idempotency_key=self._name(),
        )

    def _resell(self) -> Command | None:
        lease = self._lease(SCHEDULED, "buyer")
        if lease is None:
            return None
        return PlaceAsk(
            account_id=self._account_id,
            client_order_id=self._name(),
            region=lease.region,
            chip=lease.chip,
            quantity_milli=max(lease.quantity_milli // self._chance.choice((1, 2)), 500),
            lot_milli=500,
            end_s=lease.end_s,
            start_s=lease.start_s,
            price_micros=self._chance.choice(PRICES),
            min_duration_s=QUARTER_S,
            lease_id=lease.lease_id,
            take_or_pay_bp=lease.take_or_pay_bp,
        )

    def _purse(self) -> Command:
        return Deposit(account_id=self._account_id, amount_micros=20 * MICROS_PER_CNY, idempotency_key=self._name())

    # ------------------------------------------------------------------------------------------------- the operator

    def _money(self) -> Command:
        account, amount = self._chance.choice(TRADERS), self._chance.choice((30, 1, 5000)) * MICROS_PER_CNY
        kind = self._chance.choice((Deposit, Withdraw))
        return kind(account_id=account, amount_micros=amount, operator_id=VENUE, idempotency_key=self._name())

    def _rule(self) -> Command | None:
        contests = [each for each in self._truth.views.contests(None, 20) if each.ruled_s is None]
        if not contests:
            return None
        contest = self._chance.choice(contests)
        lease = self._truth.views.lease(contest.lease_id)
        assert lease is not None
        period = lease.periods[contest.index]
        share = self._chance.choice((0, 500, 1000))
        return RuleContest(
            operator_id=VENUE,
            lease_id=contest.lease_id,
            index=contest.index,
            delivered_uch=period.delivered_uch * share // 1000,
            used_uch=period.used_uch * share // 1000,
            reason="looked into",
            idempotency_key=self._name(),
        )

    def _brake(self) -> Command:
        """A market state, or a block that mostly has been lifted by the next one, or an account's orders."""
        region, chip = self._chance.choice(PLACES)
        trader, blocked = self._chance.choice(TRADERS), self._truth.views.curbs().accounts
        if blocked:
            return UnblockAccount(operator_id=VENUE, account_id=blocked[0].name, reason="over")
        kind = self._chance.choice((None, None, BlockAccount, CancelOrders))
        if kind is not None:
            return kind(operator_id=VENUE, account_id=trader, reason="drill")
        state = self._chance.choice(("post_only", "open", "open", "cancel_only", "halted"))
        return SetMarketState(operator_id=VENUE, state=state, reason="drill", region=region, chip=chip)

    def _stop(self) -> Command | None:
        open_ = [lease for name in TRADERS for lease in self._truth.views.leases(name, SCHEDULED, None, 5)]
        if not open_ or self._chance.random() < 0.5:
            return None
        lease = self._chance.choice(open_)
        return CancelLease(operator_id=VENUE, lease_id=lease.lease_id, reason="drill", idempotency_key=self._name())
