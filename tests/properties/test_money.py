"""Every cent is where the naive books say, after every command of generated sequences that move money in all ways.

Three ledgers are compared: the books kept from events without transfers, the sum of the transfers that were told, and
the market's own. The suite's sequences are the same each time; the soak's are new ones. Both fail when a command, a
refusal or a turn of events was not met on the way.
"""

from collections import Counter
from collections.abc import Iterable
from hashlib import blake2b

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from exchange.core import payouts
from exchange.core.conservation import audit
from exchange.core.digest import digest
from exchange.core.leases import settlement
from exchange.core.leases.contract import Payment
from exchange.core.state_machine import StateMachine
from exchange.language import codec
from exchange.language.commands import AdvanceTime, Command, MeterLease
from exchange.language.events import AskChanged, Event, LeaseChanged, Transferred
from exchange.language.port import Outcome
from exchange.language.units import HOUR_S
from tests.properties.choices import BLOB_BYTES
from tests.properties.money_flavours import FLAVOURS, MET_IN_TIME, METERS, MUST_MEET, RESALES
from tests.properties.money_world import EVENING_S, QUARTER_S, Flavour, next_command, setting
from tests.reference.books import Books

COMMANDS = 80
SEQUENCES = {"meters": 75, "vouchers": 75, "endings": 75, "resales": 75}
SOAK_SEQUENCES, SOAK_COMMANDS = 500, 25_000  # of each of four flavours, at least

SCRIPTS = st.lists(st.binary(min_size=BLOB_BYTES, max_size=BLOB_BYTES), min_size=COMMANDS, max_size=COMMANDS)
COMMON = settings(
    deadline=None,
    phases=(Phase.reuse, Phase.generate, Phase.shrink),
    suppress_health_check=[HealthCheck.data_too_large, HealthCheck.too_slow],
    print_blob=True,
)


class Trial:
    """The market and the naive books, which follow what it tells."""

    def __init__(self, before: Iterable[Command]) -> None:
        self.machine = StateMachine()
        self.books = Books()
        self.transferred: Counter[str] = Counter()
        self.commands: list[Command] = []
        for command in before:
            self.commands.append(command)
            outcome, applied = self.machine.apply(len(self.commands), command)
            assert outcome.reject is None, outcome.reject
            self.books.take_all(applied.events)
            self.add_transfers(applied.events)
        self.begun = len(self.commands)

    def run(self, script: Iterable[bytes], flavour: Flavour) -> None:
        """Apply the commands that a script means."""
        for place, blob in enumerate(script):
            command = next_command(flavour, evenly(blob, place), self.books, self.commands)
            if command is not None:
                self.apply(command)

    def apply(self, command: Command) -> Outcome:
        """One command; AssertionError with all of them when a ledger does not agree."""
        self.commands.append(command)
        try:
            outcome, applied = self.machine.apply(len(self.commands), command)
            self.books.fold(applied.events)
            self.add_transfers(applied.events)
            self.compare()
        except AssertionError as error:
            raise AssertionError(f"{error}\nafter:\n{self.history()}") from error
        self.mark(command, outcome, applied.events)
        return outcome

    def add_transfers(self, events: tuple[Event, ...]) -> None:
        for event in events:
            if isinstance(event, Transferred):
                self.transferred[event.debit] -= event.amount_micros
                self.transferred[event.credit] += event.amount_micros

    def compare(self) -> None:
        """All three ledgers, account by account, and what the market says of itself."""
        told = {account: amount for account, amount in self.transferred.items() if amount}
        own = {account: amount for account, amount in self.machine.state.ledger.balances.items() if amount}
        reckoned = dict(self.books.standing)
        reckoned["external"] = -sum(reckoned.values())
        assert own == told, f"the ledger has {difference(own, told)} against its transfers"
        assert told == reckoned, f"transfers come to {difference(told, reckoned)} against the naive books"
        assert audit(self.machine.state) == []

    def mark(self, command: Command, outcome: Outcome, events: tuple[Event, ...]) -> None:
        """What has come about."""
        kind, marks = type(command).__name__, self.books.marks
        if outcome.reject is not None:
            marks[f"{kind}: {outcome.reject.code.wire}"] += 1
            return
        marks[f"{kind} repeated" if outcome.repeated else kind] += 1
        for event in events:
            if isinstance(event, LeaseChanged):
                marks[f"lease {event.state} {event.reason}".rstrip()] += 1
            elif isinstance(event, AskChanged):
                marks[f"ask {event.state} {event.reason}".rstrip()] += 1
            elif isinstance(event, Transferred):
                marks[f"transfer {event.reason}"] += 1

    def history(self) -> str:
        """The commands since the world was made."""
        return "\n".join(f"    {command!r}," for command in self.commands[self.begun :])


def evenly(blob: bytes, place: int) -> bytes:
    """Bytes as likely as any others, though hypothesis likes some, and repeats itself; zeros still mean no command."""
    return blake2b(blob, digest_size=BLOB_BYTES, salt=place.to_bytes(2)).digest() if any(blob) else blob


def difference(one: dict[str, int], other: dict[str, int]) -> str:
    """The accounts on which two ledgers differ."""
    keys = [key for key in {**one, **other} if one.get(key) != other.get(key)]
    return ", ".join(f"{key} {one.get(key, 0)}, not {other.get(key, 0)}" for key in keys)


def agree(flavour: Flavour, run_settings: settings) -> Counter[str]:
    """Run generated sequences; what was met on the way, and how often."""
    met: Counter[str] = Counter()

    @run_settings
    @given(SCRIPTS)
    def sequence(script: list[bytes]) -> None:
        trial = Trial(setting(flavour))
        trial.run(script, flavour)
        met.update(trial.books.marks)
        met["sequences"] += 1
        met["commands"] += len(trial.commands) - trial.begun

    sequence()
    return met


@pytest.mark.parametrize("flavour", FLAVOURS, ids=lambda flavour: flavour.name)
def test_all_ledgers_agree(flavour: Flavour) -> None:
    met = agree(flavour, settings(COMMON, max_examples=SEQUENCES[flavour.name], derandomize=True))
    assert met["sequences"] >= SEQUENCES[flavour.name]
    assert MUST_MEET[flavour.name] - met.keys() == set()


@settings(COMMON, max_examples=10, derandomize=True)
@given(SCRIPTS)
def test_a_journal_of_money_replays_to_the_same_state(script: list[bytes]) -> None:
    trial = Trial(setting(RESALES))
    trial.run(script, RESALES)
    again = StateMachine()
    for seq, command in enumerate(codec.decode_commands(codec.encode_commands(trial.commands)), start=1):
        again.apply(seq, command)
    assert digest(again.state) == digest(trial.machine.state)


def an_hour(trial: Trial) -> None:
    """Of the first lease, well used but for a tenth."""
    trial.apply(AdvanceTime(to_s=EVENING_S + HOUR_S))
    trial.apply(
        MeterLease(
            account_id="cem", lease_id=1, through_s=EVENING_S + HOUR_S, delivered_uch=7_200_001, used_uch=7_100_001
        )
    )
    trial.apply(AdvanceTime(to_s=EVENING_S + HOUR_S + QUARTER_S))


def test_an_hour_passes() -> None:
    trial = Trial(setting(METERS))
    an_hour(trial)
    assert trial.books.leases[1].earned == 7_100_001


@pytest.mark.parametrize(
    ("place", "name", "wrong"),
    [
        (settlement, "missing_penalty_micros", lambda *_: 1),
        (settlement, "div_half_even", int.__floordiv__),
        (payouts, "fees_after", lambda *_: settlement.Fees(0, 0, 0)),
        (settlement, "payment_of", lambda lease, cost, subsidy, paid: Payment(lease.lease_id, cost, paid, subsidy, 0)),
    ],
)
def test_a_wrong_sum_is_seen(place: object, name: str, wrong: object, monkeypatch: pytest.MonkeyPatch) -> None:
    trial = Trial(setting(METERS))
    monkeypatch.setattr(place, name, wrong)
    with pytest.raises(AssertionError, match=r"(?s)the market says.*after:.*MeterLease"):
        an_hour(trial)


def test_a_lost_micro_is_seen() -> None:
    trial = Trial(setting(METERS))
    trial.machine.state.ledger.balances["fees"] = -1
    with pytest.raises(AssertionError, match="the ledger has fees -1, not 0 against its transfers"):
        trial.apply(AdvanceTime(to_s=EVENING_S + 1))


@pytest.mark.soak
@pytest.mark.parametrize("flavour", FLAVOURS, ids=lambda flavour: flavour.name)
def test_all_ledgers_agree_for_long(flavour: Flavour) -> None:
    met = agree(flavour, settings(COMMON, max_examples=SOAK_SEQUENCES, derandomize=False))
    assert met["sequences"] >= SOAK_SEQUENCES
    assert met["commands"] >= SOAK_COMMANDS
    assert (MUST_MEET[flavour.name] | MET_IN_TIME[flavour.name]) - met.keys() == set()
