"""What is checked while a history goes on, and when it is over."""

from exchange.core.digest import digest
from exchange.language.codec import fingerprint
from exchange.language.commands import Command, PlaceAsk, PlaceBid
from exchange.language.port import Outcome
from exchange.runtime.exchange import Exchange
from gateway import answers
from gateway.calls.orders import ask_answer, bid_answer
from tests.simulator.truth import Truth
from tests.simulator.world import World

LATE_S = 5  # that what is due may wait


class Checks:
    """The checks of one history against its truth."""

    def __init__(self, world: World, truth: Truth) -> None:
        self._world = world
        self._truth = truth

    def answered(self, command: Command, outcome: Outcome, clock_s: int) -> None:
        """An answer is a fact: its command is durable, at that place, and came to just that."""
        world, truth, seq = self._world, self._truth, outcome.seq
        if seq > truth.seq:
            world.fail(f"answered before it was durable: {command} at {seq}, the journal ends at {truth.seq}")
            return
        durable, real = truth.commands[seq - 1], truth.outcomes[seq - 1]
        same = fingerprint(durable) == fingerprint(command)
        world.expect(same, "answered with the place of another command", seq, command, durable)
        if outcome.repeated:
            real = Outcome(real.seq, subject=real.subject, repeated=True)
        else:
            world.expect(truth.at_s[seq - 1] >= clock_s, "carried out before its time", seq, clock_s)
        world.expect(outcome == real, "answered with what did not happen", seq, outcome, real)

    def told(self, command: Command, answer: answers.Answer) -> None:
        """A client was answered on the stream: for an order, with its receipt, word for word."""
        world, truth, seq = self._world, self._truth, answer.seq
        world.expect(0 < seq <= truth.seq, "told before it was durable", command, seq, truth.seq)
        if not isinstance(command, PlaceBid | PlaceAsk):
            same = seq > truth.seq or type(truth.commands[seq - 1]) is type(command)
            world.expect(same, "told the place of another command", command, seq)
            return
        receipt = truth.views.receipt(command.account_id, command.client_order_id)
        if receipt is None:
            world.fail(f"told of an order that is not there: {command}")
            return
        real = bid_answer(receipt) if isinstance(command, PlaceBid) else ask_answer(receipt)
        world.expect(answer == real, "told another receipt", answer, real)

    def recovered(self, exchange: Exchange, rotten: int) -> None:
        """A server has recovered: it stands where the journal ends, or at an end it had.

        It has passed over no snapshot but rotten ones: whatever a crash takes back, the statements reach the others.
        """
        warnings = exchange.recovery.warnings
        self._world.expect(len(warnings) <= rotten, "a good snapshot was passed over", *warnings)
        audited = exchange.audit()
        self._world.expect(not audited.violations, "recovered with books that do not add up", *audited.violations)

    def at_rest(self, exchange: Exchange) -> None:
        """Nothing is under way: the server is the truth."""
        world, truth = self._world, self._truth
        truth.check_books()
        audited = exchange.audit()
        world.expect(not audited.violations, "the books do not add up", *audited.violations)
        due_s = truth.machine.state.agenda.next_s()
        world.expect(due_s is None or due_s > exchange.clock_s - LATE_S, "overdue", due_s, exchange.clock_s)
        world.expect(exchange.reads.seq == truth.seq, "not at the journal's end", exchange.reads.seq, truth.seq)
        world.expect(audited.digest == digest(truth.machine.state), "another state than a replay comes to", truth.seq)
