"""The naive market: `apply` a command, then look at what it holds. Slow, obvious, and no relation of the real one.

Money is kept where it lies: `cash` is what is available per account, each bid holds its `held`, each ask its `bond`,
each lease its `escrow`. After every command they must add up to what was ever paid in.
"""

from collections import Counter

from exchange.language import limits
from exchange.language.commands import (
    AdvanceTime,
    AmendAsk,
    AmendBid,
    CancelAllAsks,
    CancelAllBids,
    CancelAsk,
    CancelBid,
    Command,
    DefineChip,
    DefineRegion,
    Deposit,
    MeterLease,
    OpenAccount,
    PlaceAsk,
    PlaceBid,
    Rules,
    SetMarketState,
    SetRules,
    SetTenors,
    StartLease,
)
from exchange.language.commands_operator import BlockAccount, CancelOrders, EvictOrders, SetBand, UnblockAccount
from exchange.language.commands_sessions import ArmSession, EndSession, SetDeadMan
from exchange.language.rejects import Code
from tests.reference import amending, arithmetic, brakes, calendar, curbs, refusals, rehearsal, watches
from tests.reference.matcher import Place, match_ask, match_bid
from tests.reference.records import Ask, Bid, Lease, Verdict


class Market:
    """A whole market for the commands that can be compared. `marks` counts the rare things that came about."""

    def __init__(self) -> None:
        self.now = 0
        self.seq = 0
        self.rules: Rules
        self.regions: set[str] = set()
        self.chips: dict[str, DefineChip] = {}
        self.accounts: dict[str, OpenAccount] = {}
        self.receipts: dict[tuple[str, str], tuple[PlaceAsk | PlaceBid, int]] = {}
        self.cash: dict[str, int] = {}
        self.paid_in = 0
        self.fees = 0
        self.bids: dict[int, Bid] = {}
        self.asks: dict[int, Ask] = {}
        self.leases: dict[int, Lease] = {}
        self.brakes: dict[tuple[str | None, str | None], str] = {}  # by region and chip; None is every one
        self.curbs = curbs.Curbs()
        self.prices: dict[tuple[str, str], list[int]] = {}  # of all trades, by region and chip
        self.deadlines: dict[str, int] = {}  # by when accounts must have been heard of
        self.armed: dict[str, str] = {}  # session -> account
        self.prevented: list[tuple[int, int, str, str]] = []  # bid, ask, mode, taker
        self.marks: Counter[str] = Counter()

    def mark(self, what: str) -> None:
        self.marks[what] += 1

    def apply(self, command: Command) -> Verdict:
        """Carry out one command and check that no money came or went."""
        self.seq += 1
        verdict = self.carry_out(command)
        if verdict.code is not None:
            self.mark(f"refused {verdict.code.wire}")
        assert self.total() == self.paid_in
        return verdict

    def total(self) -> int:
        """All the money there is, wherever it lies."""
        assert all(amount >= 0 for amount in self.cash.values())
        return (
            sum(self.cash.values())
            + sum(bid.held for bid in self.bids.values())
            + sum(ask.bond for ask in self.asks.values())
            + sum(lease.escrow for lease in self.leases.values())
            + self.fees
        )

    def carry_out(self, command: Command) -> Verdict:  # noqa: C901, PLR0912 - the table of contents
        match command:
            case SetRules(rules=rules):
                self.rules = rules
            case SetTenors():
                pass  # where an order rests is nobody's business here: every choice looks at everything
            case DefineRegion(region=region):
                self.regions.add(region)
            case DefineChip(chip=chip):
                self.chips[chip] = command
            case OpenAccount():
                return self.open_account(command)
            case Deposit():
                return self.deposit(command)
            case PlaceAsk():
                return self.place_ask(command)
            case PlaceBid():
                return self.place_bid(command)
            case SetDeadMan():
                return watches.set_dead_man(self, command)
            case ArmSession():
                return watches.arm_session(self, command)
            case EndSession():
                return watches.end_session(self, command)
            case AmendBid():
                return amending.amend_bid(self, command)
            case AmendAsk():
                return amending.amend_ask(self, command)
            case CancelBid():
                return amending.cancel_bid(self, command)
            case CancelAsk():
                return amending.cancel_ask(self, command)
            case CancelAllBids():
                return amending.cancel_all_bids(self, command)
            case CancelAllAsks():
                return amending.cancel_all_asks(self, command)
            case SetMarketState():
                return brakes.set_state(self, command)
            case BlockAccount():
                return curbs.block(self, command)
            case UnblockAccount():
                return curbs.unblock(self, command)
            case CancelOrders():
                return curbs.cancel_orders(self, command)
            case EvictOrders():
                return curbs.evict(self, command)
            case SetBand():
                return curbs.set_band(self, command)
            case StartLease():
                return calendar.start_lease(self, command)
            case MeterLease():
                return calendar.meter_lease(self, command)
            case AdvanceTime(to_s=to_s):
                return calendar.advance(self, to_s)
            case _:
                raise NotImplementedError(command)  # money has a reference of its own: tests/reference/books.py
        return Verdict()

    def open_account(self, command: OpenAccount) -> Verdict:
        if self.accounts.get(command.account_id, command) != command:
            return Verdict(Code.ACCOUNT_EXISTS)
        self.accounts[command.account_id] = command
        self.cash.setdefault(command.account_id, 0)
        return Verdict()

    def deposit(self, command: Deposit) -> Verdict:
        if command.account_id not in self.accounts:
            return Verdict(Code.UNKNOWN_ACCOUNT)
        if not 0 < command.amount_micros <= limits.AMOUNT_MAX_MICROS:
            return Verdict(Code.AMOUNT_OUT_OF_RANGE)
        self.cash[command.account_id] += command.amount_micros
        self.paid_in += command.amount_micros
        return Verdict()

    def seen_before(self, order: PlaceAsk | PlaceBid) -> Verdict | None:
        """The first answer again, if this order has been accepted before; a refusal if it was another order."""
        before, number = self.receipts.get((order.account_id, order.client_order_id), (None, 0))
        if before is None:
            return None
        if before != order:
            return Verdict(Code.CLIENT_ORDER_ID_REUSED)
        self.mark("repeated order")
        return Verdict(subject=number, repeated=True)

    def place_ask(self, command: PlaceAsk) -> Verdict:
        faults = refusals.faults_of_ask(self, command)
        before = self.seen_before(command)
        if before is not None:
            return self.earlier(faults, before)
        if faults:
            return Verdict(refusals.first(faults))
        start = arithmetic.next_step(self.now, self.rules.step_s) if command.start_s is None else command.start_s
        bond = self.bond_of(command, start)
        if bond > self.cash[command.account_id]:
            return Verdict(Code.INSUFFICIENT_FUNDS)
        number = len(self.asks) + 1
        group = self.accounts[command.account_id].owner_group
        domestic = self.chips[command.chip].domestic
        leased = [0] * ((command.end_s - start) // self.rules.step_s)
        ask = Ask(number, self.seq, command, group, domestic, start, self.rules.step_s, bond, bond, leased)
        if brakes.unwelcome(self, ask):
            return Verdict(Code.WOULD_TRADE)
        self.cash[command.account_id] -= bond
        self.asks[number] = ask
        self.receipts[command.account_id, command.client_order_id] = (command, number)
        self.mark(f"{command.time_in_force} ask")
        match_ask(self, ask)
        if command.time_in_force in {"ioc", "fok"} and ask.state == "resting":
            self.close_ask(ask, "canceled", "time_in_force")
        return Verdict(subject=number)

    def bond_of(self, command: PlaceAsk, start: int) -> int:
        """What an ask of these numbers has to put up."""
        covered = min(command.end_s - start, self.rules.bond_window_s)
        return arithmetic.bond(command.price_micros, command.quantity_milli, covered, self.rules.bond_rate_bp)

    def place_bid(self, command: PlaceBid) -> Verdict:
        faults = refusals.faults_of_bid(self, command)
        before = self.seen_before(command)
        if before is not None:
            return self.earlier(faults, before)
        if faults:
            return Verdict(refusals.first(faults))
        number = len(self.bids) + 1
        group = self.accounts[command.account_id].owner_group
        bid = Bid(number, self.seq, command, group, command.quantity_milli, list(range(len(command.alternatives))))
        if self.worst_case(bid) > self.cash[command.account_id]:
            return Verdict(Code.INSUFFICIENT_FUNDS)
        if brakes.unwelcome(self, bid):
            return Verdict(Code.WOULD_TRADE)
        self.bids[number] = bid
        self.receipts[command.account_id, command.client_order_id] = (command, number)
        self.hold_anew(bid)
        self.mark(f"{command.time_in_force} bid")
        trades = len(self.leases)
        if command.time_in_force != "fok" or rehearsal.would_be_filled(self, bid):
            match_bid(self, bid)
        if command.time_in_force == "fok" and len(self.leases) > trades + 1:
            self.mark("fok through several leases")
        if command.time_in_force in {"ioc", "fok"} and bid.state == "resting":
            self.close_bid(bid, "canceled", "time_in_force")
        return Verdict(subject=number)

    def earlier(self, faults: list[Code], before: Verdict) -> Verdict:
        """A known id is answered before anything is looked at but who asks."""
        code = refusals.first(faults)
        return Verdict(code) if code in {Code.UNKNOWN_ACCOUNT, Code.ROLE_MISSING} else before

    def worst_case(self, bid: Bid) -> int:
        """The most that what is left of a bid can cost, by its most expensive open alternative."""
        if bid.state != "resting":
            return 0
        wishes = [(bid.command.alternatives[index], bid.wants(index)) for index in bid.open]
        fee_bp = self.rules.buyer_fee_bp
        return max(arithmetic.hold(wish.price_micros, chips, wish.duration_s, fee_bp) for wish, chips in wishes)

    def hold_anew(self, bid: Bid) -> None:
        """Hold what the bid can still cost, no more and no less."""
        worst = self.worst_case(bid)
        self.cash[bid.command.account_id] += bid.held - worst
        bid.held = worst

    def trade(self, bid: Bid, alternative: int, ask: Ask, place: Place, price: int, taker: str) -> None:
        """Clear a bid and an ask into a lease, its money in escrow."""
        start, chips = place
        duration = bid.command.alternatives[alternative].duration_s
        assert ask.group != bid.group
        cost = arithmetic.cost(price, chips, duration)
        fee = arithmetic.fee(cost, self.rules.buyer_fee_bp)
        number = len(self.leases) + 1
        self.leases[number] = Lease(
            number, bid, ask, alternative, taker, chips, start, start + duration, price, cost, fee, cost + fee
        )
        self.note_trade(bid, alternative, ask, place)
        self.prices.setdefault((ask.command.region, ask.command.chip), []).append(price)
        ask.lease(start, start + duration, chips)
        bid.fill(alternative, chips)
        self.cash[bid.command.account_id] -= cost + fee
        self.hold_anew(bid)
        assert self.cash[bid.command.account_id] >= 0
        if ask.last_start(self.now) is None:
            self.close_ask(ask, "filled", "fill")

    def note_trade(self, bid: Bid, alternative: int, ask: Ask, place: Place) -> None:
        """Remember the kind of trade this was."""
        wish = bid.command.alternatives[alternative]
        least = bid.command.min_quantity_milli
        self.mark(f"trade of lot {ask.command.lot_milli}")
        if least == bid.command.quantity_milli:
            self.mark("gang trade")
        elif least is not None:
            self.mark("trade under min_quantity")
        if wish.quantity_milli is not None:
            self.mark("own quantity filled")
        elif place[1] < bid.leaves:
            self.mark("partial fill")
        if len(bid.command.alternatives) > 1:
            self.mark("trade of a bid of several alternatives")
        if bid.command.require is not None:
            self.mark("trade that meets what is required")
        if len({(w.region, w.chip) for w in bid.command.alternatives}) > 1:
            self.mark("trade of a bid in several books")
        if alternative > 0:
            self.mark("trade by a later alternative")
        if place[0] > max(ask.start, self.now, wish.earliest_start_s or 0) + self.rules.step_s:
            self.mark("trade that starts later than it could")

    def state_of(self, region: str, chip: str) -> str:
        return brakes.state_of(self, region, chip)

    def is_blocked(self, account_id: str) -> bool:
        return account_id in self.curbs.blocked

    def outside_band(self, region: str, chip: str, price: int) -> bool:
        return brakes.outside_band(self, region, chip, price)

    def matches_in(self, region: str, chip: str) -> bool:
        """Orders meet only in markets that are open."""
        return not self.brakes or self.state_of(region, chip) == "open"

    def prevent(self, bid: Bid, ask: Ask, mode: str, taker: str) -> None:
        self.mark(f"self-trade {mode} by {taker}")
        self.prevented.append((bid.bid_id, ask.ask_id, mode, taker))

    def close_bid(self, bid: Bid, state: str, reason: str) -> None:
        """What is left of a bid is given up."""
        assert bid.state == "resting"
        self.mark(f"bid {state} {reason}")
        bid.state, bid.reason = state, reason
        bid.canceled, bid.leaves = bid.leaves, 0
        self.hold_anew(bid)

    def close_ask(self, ask: Ask, state: str, reason: str) -> None:
        """What is left of an ask is given up; its bond stays for as long as it has leases."""
        assert ask.state == "resting"
        self.mark(f"ask {state} {reason}")
        ask.state, ask.reason = state, reason
        self.return_bond(ask)

    def return_bond(self, ask: Ask) -> None:
        """Once an ask is done and its last lease is over, what is left of its bond goes back."""
        alive = [lease for lease in self.leases.values() if lease.ask is ask and not lease.over]
        if ask.state != "resting" and not alive:
            self.cash[ask.command.account_id] += ask.bond
            ask.bond = 0
