"""The same commands make the same history: event for event, byte for byte, and the same digest of the state."""

from hypothesis import given, settings
from hypothesis import strategies as st

from exchange.core.digest import digest
from exchange.core.state_machine import StateMachine
from exchange.language import codec
from exchange.language.commands import Command, Deposit
from tests.properties.choices import BLOB_BYTES
from tests.properties.flavours import LEASES
from tests.properties.world import next_command, setup
from tests.reference.market import Market

SCRIPTS = st.lists(st.binary(min_size=BLOB_BYTES, max_size=BLOB_BYTES), min_size=30, max_size=60)


def commands_of(script: list[bytes]) -> list[Command]:
    """What a script means, told by the naive market alone."""
    naive = Market()
    commands: list[Command] = setup(LEASES)
    for command in commands:
        naive.apply(command)
    for blob in script:
        found = next_command(LEASES, blob, naive)
        if found is not None:
            commands.append(found)
            naive.apply(found)
    return commands


def history_of(commands: list[Command]) -> tuple[list[bytes], str]:
    machine = StateMachine()
    events = [codec.encode_events(machine.apply(seq, command)[1].events) for seq, command in enumerate(commands, 1)]
    return events, digest(machine.state)


@settings(max_examples=60, deadline=None)
@given(SCRIPTS)
def test_a_journal_replays_to_the_same_state(script: list[bytes]) -> None:
    commands = commands_of(script)
    again = codec.decode_commands(codec.encode_commands(commands))
    assert again == commands
    events, last = history_of(commands)
    assert history_of(again) == (events, last)
    assert [codec.encode_events(codec.decode_events(payload)) for payload in events] == events


@settings(max_examples=20, deadline=None)
@given(SCRIPTS)
def test_the_digest_sees_one_micro(script: list[bytes]) -> None:
    commands = commands_of(script)
    _, last = history_of([*commands, Deposit(account_id="ann", amount_micros=1)])
    _, other = history_of([*commands, Deposit(account_id="ann", amount_micros=2)])
    assert last != other
