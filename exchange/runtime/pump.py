"""take -> stamp -> journal (durable) -> apply -> tell, a batch at a time.

While one batch is on its way to the journal the next gathers in the inbox: the commit of one is the gathering time of
the next, so a batch never waits for company. A lone command goes at once, and under load batches grow by themselves to
whatever one commit takes. No batch is taken while too much waits for the scribe.

Between the journal's answer and the last event there is no `await`, so nobody sees a half-applied batch. Time enters as
a command: before a batch, by itself when something has fallen due, and with each step that passes while asks rest: time
alone makes what they can host shorter, and books are to show no more than can be had. So do the cancels that follow a
block. Any failure ends the pump for good: stop, never skip.

Between batches a digest is kept now and then, while a walk over the whole state is short (runtime/walks.py). A market
too large for that has the digests of its snapshots, which are taken in a process of their own, and that of a clean
stop, unless even that would keep the stop waiting.
"""

import asyncio
import time

from exchange.core.digest import digest
from exchange.language.codec import encode_commands
from exchange.language.commands import AdvanceTime, Command
from exchange.language.commands_operator import EvictOrders
from exchange.language.journal import DigestMark, Journal
from exchange.language.limits import CLOCK_STEP_MAX_S, EVICTED_MAX
from exchange.language.port import MarketStopped, Outcome
from exchange.language.units import Seconds
from exchange.runtime.clock import Clock
from exchange.runtime.feed import Feed
from exchange.runtime.inbox import Inbox, Waiting
from exchange.runtime.meters import Meters
from exchange.runtime.replaying import Place
from exchange.runtime.scribe import Scribe
from exchange.runtime.walks import DIGEST, LAST_WALK_MAX_S, WALK_MAX_S, Walk

BATCH_MAX = 1_024
_UNKEPT = (OverflowError, ValueError)  # of the encoder: a number beyond 64 bits, a text with half of a surrogate pair
AGED_EVERY_S = 1.0  # in a sandbox that races, steps are shorter than anybody looks
MARK_EVERY_S = 10.0
MARK_SHARE = 200  # a digest walks the whole state while commands wait: it is given one part in so many of the time


class Pump:
    """The one writer of the machine."""

    def __init__(
        self, place: Place, journal: Journal, clock: Clock, inbox: Inbox, scribe: Scribe, feed: Feed, meters: Meters
    ) -> None:
        self._place = place
        self._machine = place.machine
        self._views = place.views
        self._journal = journal
        self._clock = clock
        self._inbox = inbox
        self._scribe = scribe
        self._feed = feed
        self._meters = meters
        self._stopping = False
        self._failure: BaseException | None = None
        self._marked_seq = place.seq
        self._time = asyncio.get_running_loop().time
        self._mark_at = self._time() + MARK_EVERY_S
        self._walk = Walk(self._machine.state, DIGEST)

    def stop(self) -> None:
        """Finish what is waiting, then end."""
        self._stopping = True
        self._inbox.wake()

    def fail(self, failure: BaseException) -> None:
        """End for this reason, once what is under way has come to its own end."""
        self._failure = failure
        self._scribe.abandon()  # a page may hang as long as the database does, and nobody is to wait for room meanwhile
        self._inbox.wake()

    async def run(self) -> None:
        """Work until stopped. Whoever still waits when this fails is told that the outcome is unknown."""
        batch: list[Waiting] = []
        try:
            while True:
                await self._inbox.wait(0.0 if self._stopping else self._rest_s())
                self._go_on()
                await self._scribe.room()
                self._go_on()
                batch = self._inbox.take(BATCH_MAX)
                if not batch and self._stopping:
                    break
                await self._carry_out(batch)
                await self._mark(final=False)
            await self._mark(final=True)
        except BaseException:
            self._scribe.abandon()
            raise
        finally:
            for waiting in [*batch, *self._inbox.take(1 << 30)]:
                if not waiting.outcome.done():
                    waiting.outcome.set_exception(MarketStopped("the market has stopped"))
            self._feed.close()

    def _go_on(self) -> None:
        """Raise what this is to end for, if anything."""
        if self._failure is not None:
            raise self._failure

    def _rest_s(self) -> float | None:
        """How long to wait for commands, in real seconds: until something happens by itself, or books have aged."""
        idle_s, aged_s = self._idle_s(), self._aged_s()
        ages_in_s = None if aged_s is None else self._clock.wait_s(aged_s)
        if ages_in_s is None:
            return idle_s
        ages_in_s = max(ages_in_s, AGED_EVERY_S)
        return ages_in_s if idle_s is None else min(idle_s, ages_in_s)

    def _idle_s(self) -> float | None:
        """How long nothing can happen if nobody comes, in real seconds."""
        if self._machine.state.curbs.evictions:
            return 0.0
        due_s = self._machine.state.agenda.next_s()
        return None if due_s is None else self._clock.wait_s(due_s)

    def _aged_s(self) -> Seconds | None:
        """When asks that rest can host less than at the last command, though nothing is due; None while none rests."""
        state = self._machine.state
        if not state.catalog.open or not any(len(market.asks) for market in state.markets.values()):
            return None
        return state.catalog.next_step_s(state.now_s) + 1

    async def _carry_out(self, batch: list[Waiting]) -> None:
        commands = self._stamp([waiting.command for waiting in batch])
        if not commands:
            return
        try:
            payload = encode_commands(commands)
        except _UNKEPT:
            await self._carry_out([waiting for waiting in batch if _can_be_kept(waiting)])
            return
        first_seq = self._machine.state.seq + 1
        began_ns = time.perf_counter_ns()
        link = await self._journal.append(first_seq, len(commands), payload)
        # ---- from here to the last event nothing waits ----
        ahead, meters, now_ns = len(commands) - len(batch), self._meters, time.perf_counter_ns()
        meters.commits.note(now_ns - began_ns)
        meters.committed += len(commands)
        for index, command in enumerate(commands):
            outcome, applied = self._machine.apply(first_seq + index, command)
            applied_ns = time.perf_counter_ns()
            meters.note_applied(command, outcome, applied_ns - now_ns)
            self._feed.tell(self._scribe.see(self._place, applied, self._views.fold(applied)))
            if index >= ahead:
                _answer(batch[index - ahead], outcome)
            now_ns = time.perf_counter_ns()
            meters.fold_ns += now_ns - applied_ns
        self._views.row_ended(first_seq, first_seq + len(commands) - 1, link)
        self._feed.look()
        self._scribe.poke()

    def _stamp(self, commands: list[Command]) -> list[Command]:
        """The batch with the time it comes at in front, if that is news: for a command, or for what is due.

        And with the next orders that are to be canceled, if some are.
        """
        state = self._machine.state
        now_s = self._clock.now_s()
        due_s = state.agenda.next_s()
        stamped: list[Command] = []
        # What falls due at the very instant that the clock shows is due, or the pump would look at it for ever.
        due = due_s is not None and due_s <= now_s and now_s >= state.now_s
        if not (commands or due):
            due = (aged_s := self._aged_s()) is not None and aged_s <= now_s
        if due or (commands and now_s > state.now_s):
            steps = _steps(state.now_s, now_s)
            # A command that itself takes the clock there makes the last step.
            stamped.extend(steps[:-1] if commands and isinstance(commands[0], AdvanceTime) else steps)
        if state.curbs.evictions:  # before others can trade with what is to go
            stamped.append(EvictOrders(most=EVICTED_MAX))
        for command in commands:
            if isinstance(command, AdvanceTime) and command.to_s < now_s:
                stamped.append(AdvanceTime(to_s=now_s))  # it has become later while this one waited
            else:
                stamped.append(command)
        return stamped

    async def _mark(self, *, final: bool) -> None:
        """Keep a digest now and then, so that the next start can prove that it came to the same."""
        state = self._machine.state
        if state.seq == self._marked_seq:
            return
        if not final and self._time() < self._mark_at:
            return
        if self._walk.expected_s() > (LAST_WALK_MAX_S if final else WALK_MAX_S):
            self._walk.skipped()
            self._meters.marks_skipped += 1
            self._mark_at = self._time() + MARK_EVERY_S
            return
        began = self._time()
        mark = DigestMark(seq=state.seq, digest=digest(state))
        took_s = self._time() - began
        self._walk.took(took_s)
        await self._journal.mark_digest(mark)
        self._marked_seq = mark.seq
        self._mark_at = self._time() + max(MARK_EVERY_S, took_s * MARK_SHARE)


def _steps(from_s: Seconds, to_s: Seconds) -> list[AdvanceTime]:
    """The commands that take the clock from one instant to another, none longer than a command may be."""
    if not from_s:
        return [AdvanceTime(to_s=to_s)]
    stops = range(from_s + CLOCK_STEP_MAX_S, to_s, CLOCK_STEP_MAX_S)
    return [AdvanceTime(to_s=stop_s) for stop_s in (*stops, to_s)]


def _can_be_kept(waiting: Waiting) -> bool:
    """Whether bytes can say it, which is its sender's affair alone: a number may be too long, or a text half a sign."""
    try:
        encode_commands([waiting.command])
    except _UNKEPT as failure:
        if not waiting.outcome.done():  # whoever asked may have left
            waiting.outcome.set_exception(failure)
        return False
    return True


def _answer(waiting: Waiting, outcome: Outcome) -> None:
    if not waiting.outcome.done():  # whoever asked may have left
        waiting.outcome.set_result(outcome)
