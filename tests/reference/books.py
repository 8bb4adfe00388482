"""The books kept a second time: every balance of every account, worked out from what happened and from no transfer.

`fold` takes what one command made happen. Money is kept where it lies: `cash` is what is available by account, a bid
has its hold, an ask its bond, a lease its escrow, a programme its pool. What an event says of an amount is compared
with what the rulebook makes of the facts, and then the amount reckoned here is moved. AssertionError at the first
difference.
"""

from collections import Counter
from collections.abc import Iterable

from exchange.language.commands import Rules
from exchange.language.events import (
    AccessGiven,
    AccountOpened,
    AskAmended,
    AskChanged,
    AskPlaced,
    BidAmended,
    BidChanged,
    BidPlaced,
    ChipDefined,
    Event,
    LeaseChanged,
    LeaseMetered,
    PeriodSettled,
    RulesSet,
    TimeAdvanced,
    Traded,
)
from exchange.language.events_money import (
    ContestableChanged,
    ContestRuled,
    GroupsRelated,
    LeaseCut,
    MoneyMoved,
    PartResold,
    PartReturned,
    PeriodContested,
    ProgrammeChanged,
    ProgrammeDefined,
    SubsidyMoved,
)
from exchange.language.events_operator import AccountBlocked, ProgrammePaused
from exchange.language.windows import Segment
from tests.reference import endings, granting, resales, settling
from tests.reference.agreeing import same
from tests.reference.arithmetic import cost, fee
from tests.reference.holdings import Ask, Bid, Due, Lease
from tests.reference.parts import Part, Shape, rectangle, together
from tests.reference.vouchers import Programme


class Books:
    """All accounts of a market. `marks` counts what has come about."""

    def __init__(self) -> None:
        self.now = 0
        self.rules: Rules
        self.chips: dict[str, ChipDefined] = {}
        self.accounts: dict[str, AccountOpened] = {}
        self.related: set[frozenset[str]] = set()
        self.cash: dict[str, int] = {}
        self.paid_in = 0
        self.fees = 0
        self.bids: dict[int, Bid] = {}
        self.asks: dict[int, Ask] = {}
        self.leases: dict[int, Lease] = {}
        self.programmes: dict[str, Programme] = {}
        self.paused: set[str] = set()
        self.told_leases: dict[int, LeaseChanged] = {}  # in this command, the last word on each
        self.told_programmes: dict[str, ProgrammeChanged] = {}
        self.told_subsidies: Counter[int] = Counter()  # granted to leases, less what went back, of all time
        self.told_parts: dict[int, PartResold] = {}  # by the new user's lease
        self.told_contestable: Counter[str] = Counter()  # by account
        self.cuts: dict[int, dict[int, Due]] = {}  # in this command: leases that were cut, and what is still to be told
        self.returned: list[int] = []  # in this command: who has a part again
        self.given_back: list[tuple[int, Shape]] = []  # in this command, to a provider: of which ask, and what
        self.sold: set[int] = set()  # in this command: asks that leases were made of
        self.blocked: set[str] = set()
        self.standing: dict[str, int] = {}  # balances after the last command
        self.marks: Counter[str] = Counter()

    def fold(self, events: tuple[Event, ...]) -> None:
        """Take in what one command made happen, then see that all is as it must be."""
        self.take_all(events)
        self.check()
        if any(isinstance(event, AskChanged | LeaseCut | PartReturned | Traded) for event in events):
            resales.check_chips(self)
            resales.check_offered(self)

    def take_all(self, events: tuple[Event, ...]) -> None:
        """Take in what one command made happen, to the end."""
        for event in events:
            self.take_basics(event)
            self.take_orders(event)
            self.take_leases(event)
        settling.fail_the_late(self)
        self.return_bonds()

    def take_basics(self, event: Event) -> None:
        match event:
            case TimeAdvanced(now_s=now):
                settling.fail_the_late(self)
                year, self.now = granting.year_now(self), now
                granting.begin_year(self, year)
            case RulesSet(rules=rules):
                self.rules = rules
            case ChipDefined():
                self.chips[event.chip] = event
            case AccountOpened():
                self.accounts[event.account_id] = event
                self.cash[event.account_id] = 0
            case MoneyMoved():
                self.cash[event.account_id] += event.amount_micros
                self.paid_in += event.amount_micros
            case ContestableChanged():
                self.told_contestable[event.account_id] = event.contestable_micros
            case ProgrammeDefined():
                granting.define(self, event)
            case ProgrammePaused():
                pause = self.paused.add if event.paused else self.paused.discard
                pause(event.programme)
            case ProgrammeChanged():
                self.told_programmes[event.programme] = event
            case AccountBlocked():
                block = self.blocked.add if event.blocked else self.blocked.discard
                block(event.account_id)
            case GroupsRelated():
                change = self.related.add if event.related else self.related.discard
                change(frozenset({event.group, event.other_group}))

    def take_orders(self, event: Event) -> None:
        match event:
            case BidPlaced():
                self.place_bid(event)
            case BidAmended():
                self.bids[event.bid_id].wishes = event.alternatives
            case BidChanged():
                self.change_bid(event)
            case AskPlaced():
                self.place_ask(event)
            case AskAmended():
                ask = self.asks[event.ask_id]
                more, ask.price, ask.quantity = (
                    event.quantity_milli - ask.quantity,
                    event.price_micros,
                    event.quantity_milli,
                )
                self.post_bond(ask)
                resales.offer_more(self, ask, more)
            case AskChanged():
                ask = self.asks[event.ask_id]
                if ask.done and event.state == "resting":
                    self.marks["a done ask revived"] += 1
                    self.marks[f"an ask revived that was done by {ask.reason}"] += 1
                ask.done, ask.reason, ask.told = event.state != "resting", event.reason, event.bond_micros
                ask.free = self.steps(event.free)

    def take_leases(self, event: Event) -> None:
        match event:
            case Traded():
                self.trade(event)
            case AccessGiven():
                self.leases[event.lease_id].given = event.given_s
            case LeaseMetered():
                lease = self.leases[event.lease_id]
                if event.through_s <= lease.closed:
                    self.marks["a report for a period that was closed"] += 1
                lease.reports.append((event.through_s, event.delivered_uch, event.used_uch))
            case PeriodSettled():
                settling.settle(self, event)
            case SubsidyMoved():
                if settling.is_late(self, self.leases[event.lease_id]):
                    settling.fail_the_late(self, event.lease_id)  # by whom money came back just now
                self.told_subsidies[event.lease_id] += event.amount_micros
            case LeaseCut():
                endings.cut(self, event)
            case PartResold():
                self.told_parts[event.part_id] = event
            case PartReturned():
                endings.come_back(self, event)
            case PeriodContested():
                endings.contest(self, event)
            case ContestRuled():
                endings.rule(self, event)
            case LeaseChanged():
                lease = self.leases[event.lease_id]
                lease.state, lease.reason = event.state, event.reason
                self.told_leases[event.lease_id] = event

    def place_bid(self, e: BidPlaced) -> None:
        whole = tuple(range(len(e.alternatives)))
        bid = Bid(e.account_id, e.alternatives, whole, e.quantity_milli, e.vouchers, e.use)
        self.bids[e.bid_id] = bid
        self.hold(bid)
        same(f"hold of bid-{e.bid_id}", e.held_micros, bid.held)

    def change_bid(self, e: BidChanged) -> None:
        bid = self.bids[e.bid_id]
        bid.leaves, bid.open, bid.done = e.leaves_milli, e.open_alternatives, e.state != "resting"
        self.hold(bid)
        same(f"hold of bid-{e.bid_id}", e.held_micros, bid.held)
        if bid.done:
            same(f"hold of bid-{e.bid_id}, which is done", bid.held, 0)

    def hold(self, bid: Bid) -> None:
        """A bid holds its worst case, no more and no less."""
        worst = bid.worst_case(self.rules.buyer_fee_bp)
        self.cash[bid.account] -= worst - bid.held
        bid.held = worst

    def place_ask(self, e: AskPlaced) -> None:
        ask = Ask(e, e.price_micros, e.quantity_milli)
        self.asks[e.ask_id] = ask
        self.post_bond(ask)
        same(f"bond of ask-{e.ask_id}", e.bond_micros, ask.bond)
        resales.offer_more(self, ask, e.quantity_milli)

    def steps(self, segments: Iterable[Segment]) -> Shape:
        """Chips step by step."""
        return together(rectangle(*segment, self.rules.step_s) for segment in segments)

    def post_bond(self, ask: Ask) -> None:
        """A bond grows with what an ask's numbers ask for, and does not shrink with them."""
        more = max(0, ask.needed_bond(self.rules) - ask.posted)
        self.cash[ask.placed.account_id] -= more
        ask.bond += more
        ask.posted += more

    def return_bonds(self) -> None:
        """The bond of an ask that is done goes back with its last lease."""
        busy = {lease.root_ask for lease in self.leases.values() if not lease.over}
        for number, ask in self.asks.items():
            if ask.done and number not in busy:
                self.cash[ask.placed.account_id] += ask.bond
                ask.bond = 0

    def trade(self, e: Traded) -> None:
        """Out of the hold, which the bid's next word sets right, into escrow."""
        name = f"lease-{e.lease_id}"
        same(f"cost of {name}", e.cost_micros, cost(e.price_micros, e.quantity_milli, e.end_s - e.start_s))
        same(f"fee of {name}", e.buyer_fee_micros, fee(e.cost_micros, self.rules.buyer_fee_bp))
        escrow = e.cost_micros - e.subsidy_micros + e.buyer_fee_micros
        same(f"escrow of {name}", e.escrow_micros, escrow)
        granting.grant(self, e)
        self.cash[e.buyer] -= escrow
        ask = self.asks[e.ask_id]
        self.sold.add(e.ask_id)
        same(f"what {name} is out of", e.parent_id, ask.placed.lease_id)
        whole = rectangle(e.start_s, e.end_s, e.quantity_milli, self.rules.step_s)
        self.leases[e.lease_id] = Lease(
            terms=e,
            rules=self.rules,
            parts=[Part(whole, {e.lease_id: e.cost_micros}, e.subsidy_micros)],
            root_ask=e.ask_id,
            until=e.end_s,
            closed=e.start_s,
            escrow=escrow,
            committed=e.subsidy_micros,
            year=granting.year_now(self) or 0,
            group=self.accounts[e.buyer].owner_group,
        )
        if e.parent_id is not None:
            resales.novate(self, e.lease_id, e.parent_id, whole)
        same(f"who delivers {name}", e.deliverer, self.asks[self.leases[e.lease_id].root_ask].placed.account_id)

    def check(self) -> None:
        """Nobody is in debt, all that came in is somewhere, and every lease holds what it still has to pay."""
        self.standing = balances = self.balances()
        assert all(amount >= 0 for amount in balances.values()), balances
        assert sum(balances.values()) == self.paid_in + sum(p.funded - p.lapsed for p in self.programmes.values())
        for number, ask in self.asks.items():
            same(f"bond of ask-{number}", ask.told, ask.bond)
        for number, event in self.told_leases.items():
            settling.compare(self.leases[number], event)
        for told in self.told_programmes.values():
            granting.compare(self, told)
        for number, dues in self.cuts.items():
            assert not any(due.cost for due in dues.values()), f"nobody was told of all of the rest of lease-{number}"
        assert not self.returned
        self.told_leases.clear()
        self.told_programmes.clear()
        self.cuts.clear()
        contestable = endings.contestable(self)
        same("contestable", +self.told_contestable, +contestable)
        assert all(self.cash[account] >= amount for account, amount in contestable.items())
        due = settling.still_due(self)
        for number, lease in self.leases.items():
            same(f"money of lease-{number}", (lease.escrow, lease.committed), due[number])
            same(f"subsidy of lease-{number}", self.told_subsidies[number], lease.committed + lease.redeemed)
        for name, programme in self.programmes.items():
            mine = sum(lease.committed for lease in self.leases.values() if lease.terms.programme == name)
            same(f"committed of {name}", programme.committed, mine)
            assert programme.pool + programme.committed + programme.redeemed == programme.funded - programme.lapsed

    def balances(self) -> dict[str, int]:
        """What each account holds, but the world outside, as far as it holds anything."""
        found: Counter[str] = Counter({"fees": self.fees})
        for account, cash in self.cash.items():
            found[f"{account}/available"] = cash
        for bid in self.bids.values():
            found[f"{bid.account}/held"] += bid.held
        for ask in self.asks.values():
            found[f"{ask.placed.account_id}/bond"] += ask.bond
        for lease in self.leases.values():
            found[f"{lease.terms.buyer}/escrow"] += lease.escrow
            found[f"{lease.terms.provider}/escrow"] += lease.frozen
        for name, programme in self.programmes.items():
            found[f"programme:{name}/pool"] = programme.pool
            found[f"programme:{name}/committed"] = programme.committed
        return {account: amount for account, amount in found.items() if amount}
