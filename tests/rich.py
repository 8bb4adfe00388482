"""A market in which there is something of everything: what a snapshot has to bring back.

Four hours before a new year: leases that run and one resold twice over, under vouchers; an hour is metered, settled,
contested and ruled on; then orders of every kind rest, some amended or partly filled, and some have come and gone.
"""

from collections.abc import Iterator

from exchange.core.state_machine import StateMachine
from exchange.language.commands import (
    AdvanceTime,
    Alternative,
    AmendAsk,
    AmendBid,
    CancelBid,
    Command,
    ContestPeriod,
    Deposit,
    MeterLease,
    OpenAccount,
    PlaceAsk,
    PlaceBid,
    Propose,
    RegisterKey,
    RelateGroups,
    ReleaseLease,
    Require,
    RevokeKey,
    RuleContest,
    SetMarketState,
    StartLease,
    Withdraw,
)
from exchange.language.commands_operator import (
    BlockAccount,
    CancelOrders,
    PauseProgramme,
    RejectProposal,
    SetBand,
    UnblockAccount,
)
from exchange.language.commands_sessions import ArmSession, SetDeadMan
from exchange.language.units import HOUR_S
from exchange.projections.views import Views
from tests.properties.money_flavours import RESALES
from tests.properties.money_world import CNY, EVENING_S, NEW_YEAR_S, PRICES, QUARTER_S, VENUE, setting
from tests.properties.world import CHIPS, REGIONS

LATER_S = EVENING_S + HOUR_S + QUARTER_S  # when the first periods have closed
KEPT, LOST, GONE = 14, 15, 16  # bids: amended with its place kept, with its place lost, canceled


class Rich:
    """The machine and its views, and the commands that made them."""

    def __init__(self) -> None:
        self.machine = StateMachine()
        self.views = Views()
        self.commands: list[Command] = []
        for command in (*setting(RESALES), *_hour(), *_orders(), *_others()):
            self.do(command)

    def do(self, command: Command) -> None:
        """Carry out a command, which must be taken."""
        self.commands.append(command)
        outcome, applied = self.machine.apply(len(self.commands), command)
        assert outcome.reject is None, (command, outcome.reject)
        self.views.fold(applied)


def _hour() -> Iterator[Command]:
    """Leases are handed over and metered for an hour; periods are contested, of which one is ruled on."""
    for lease_id in (5, 6, 7):
        yield StartLease(account_id="cem", lease_id=lease_id, sealed_access=b"sealed")
    yield AdvanceTime(to_s=EVENING_S + HOUR_S)
    for lease_id, provider, chips in (
        (1, "cem", 4),
        (2, "cem", 4),
        (3, "eve", 4),
        (4, "eve", 8),
        (5, "cem", 2),
        (7, "cem", 1),
    ):
        yield MeterLease(
            account_id=provider,
            lease_id=lease_id,
            through_s=EVENING_S + HOUR_S,
            delivered_uch=chips * 1_000_000 - 1,
            used_uch=chips * 700_000,
        )
    yield AdvanceTime(to_s=LATER_S)
    yield ContestPeriod(account_id="ann", lease_id=1, index=0, reason="slow", idempotency_key="k1")
    yield ContestPeriod(account_id="ben", lease_id=2, index=0, reason="slower", idempotency_key="k1")
    yield ContestPeriod(account_id="eve", lease_id=7, index=0, reason="slowest")
    yield RuleContest(
        operator_id=VENUE, lease_id=2, index=0, delivered_uch=2_000_000, used_uch=0, reason="so it was",
        idempotency_key="k2",
    )  # fmt: skip
    yield ReleaseLease(account_id="fay", lease_id=4, idempotency_key="k1")


def _orders() -> Iterator[Command]:
    """Orders of every kind, on a market of their own."""
    yield Deposit(account_id="dot", amount_micros=10_000 * CNY)
    yield _ask("gtc", tags=("roce",), pue_milli=1200, green_bp=5000)
    yield _ask("gtd", expires_s=LATER_S + 2 * HOUR_S, price_micros=PRICES[3])
    yield _ask("ioc")
    yield _ask("post_only", post_only=True)
    yield _bid("filled", chips=3000)  # of the first ask, which is then partly leased
    dear = _wish(price_micros=500_000)
    yield _bid("gtc", dear, _wish(price_micros=600_000, latest_start_s=LATER_S + QUARTER_S), min_quantity_milli=2000)
    yield _bid("gtd", dear, time_in_force="gtd", expires_s=LATER_S + 3 * HOUR_S)
    gang = _wish(price_micros=500_000, quantity_milli=20_000)
    yield _bid("gang", gang, dear, min_quantity_milli=8000, require=Require(tags=("slurm",), domestic=True))
    yield _bid("part", _wish(duration_s=11 * HOUR_S), chips=90_000, self_trade="skip")  # gets what there is
    yield _bid("passing", dear, time_in_force="fok")
    yield _bid("kept", dear)
    yield _bid("lost", dear)
    yield _bid("gone", dear)
    yield AmendBid(account_id="dot", bid_id=KEPT, quantity_milli=4000)
    yield AmendBid(account_id="dot", bid_id=LOST, prices_micros=(510_000,))
    yield CancelBid(account_id="dot", bid_id=GONE)
    yield AmendAsk(account_id="ben", ask_id=7, price_micros=PRICES[3] + 10_000)


def _others() -> Iterator[Command]:
    yield Deposit(account_id="ann", amount_micros=CNY, operator_id=VENUE, idempotency_key="k1", reference="r")
    yield Withdraw(account_id="ann", amount_micros=CNY, operator_id=VENUE, idempotency_key="k3")
    yield RelateGroups(operator_id=VENUE, group="acme", other_group="core", reason="one owner")
    yield RegisterKey(key_id="key-1", secret_hash="aa", account_id="ann", scopes=("read",), addresses=("127.0.0.1",))
    yield RegisterKey(
        key_id="key-2", secret_hash="bb", account_id="ben", scopes=("read", "trade"), expires_s=NEW_YEAR_S
    )
    yield RevokeKey(key_id="key-1")
    for account, seconds in (("ann", HOUR_S), ("dot", 6 * HOUR_S), ("ann", 1800), ("ann", 2 * HOUR_S)):
        yield SetDeadMan(account_id=account, seconds=seconds)
    yield SetDeadMan(account_id="dot", seconds=0)
    yield ArmSession(account_id="ann", session_id="s-1")
    yield SetMarketState(operator_id=VENUE, state="post_only", reason="care", region=REGIONS[1])
    yield SetMarketState(operator_id=VENUE, state="halted", reason="fire", region=REGIONS[0], chip=CHIPS[0])
    for name in ("ira", "jan"):
        yield OpenAccount(account_id=name, roles=("operator",), owner_group=name)
        yield RegisterKey(key_id=f"key-{name}", secret_hash=name, account_id=name, scopes=("operate",))
    yield SetBand(operator_id="ira", region=REGIONS[0], chip=CHIPS[0], band_bp=500, reason="prices run")
    yield PauseProgramme(operator_id="ira", programme="gz", reason="its sponsor asks")
    yield BlockAccount(operator_id="ira", account_id="fay", reason="a stolen key")
    yield CancelOrders(operator_id="ira", account_id="eve", reason="its owner asks")
    for reason in ("found", "sure"):
        yield Propose(action=UnblockAccount(operator_id="ira", account_id="fay", reason=reason))
    yield RejectProposal(operator_id="jan", proposal_id=1, reason="wait")


def _ask(name: str, **terms: object) -> PlaceAsk:
    order = {
        "account_id": "ben", "client_order_id": f"rich-{name}", "region": REGIONS[1], "chip": CHIPS[1],
        "quantity_milli": 8000, "end_s": EVENING_S + 16 * HOUR_S, "price_micros": PRICES[0],
        "time_in_force": name if name in ("gtd", "ioc") else "gtc",
    }  # fmt: skip
    return PlaceAsk(**{**order, **terms})  # type: ignore[arg-type]


def _wish(**terms: int) -> Alternative:
    wish = {"duration_s": 6 * HOUR_S, "latest_start_s": LATER_S + 3 * HOUR_S, "price_micros": PRICES[0]}
    return Alternative(region=REGIONS[1], chip=CHIPS[1], **{**wish, **terms})


def _bid(name: str, *wishes: Alternative, chips: int = 8000, **terms: object) -> PlaceBid:
    order = {"account_id": "dot", "client_order_id": f"rich-{name}", "quantity_milli": chips}
    return PlaceBid(alternatives=wishes or (_wish(),), **{**order, **terms})  # type: ignore[arg-type]
