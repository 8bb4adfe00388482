"""An open exchange: journal, machine, views, pump, scribe and feed, wired together on this page. Implements the port.

One process holds it, all in one event loop. Reads are plain calls on the views and see the last applied batch.
"""

import asyncio
import time
from collections.abc import Callable, Sequence
from typing import Self

from exchange.core.digest import digest
from exchange.core.explaining import explain
from exchange.core.previewing import preview, would_hit
from exchange.core.quoting import quote
from exchange.language.commands import AdvanceTime, Command, PlaceBid
from exchange.language.hits import Hits
from exchange.language.instants import format_duration, format_instant
from exchange.language.journal import Journal, JournalError
from exchange.language.limits import CLOCK_STEP_MAX_S, TIME_MAX_S
from exchange.language.news import BookNews, StatusNews, TradesNews
from exchange.language.port import Busy, MarketStopped, Outcome
from exchange.language.pulse import Pulse
from exchange.language.rejects import Code, Reject
from exchange.language.snapshots import Snapshots
from exchange.language.statements import Statements
from exchange.language.texts import unkept
from exchange.language.units import Seconds
from exchange.language.views import Audit, Explanation, Quote
from exchange.projections.views import Views
from exchange.runtime.checking import find_wrong, keep_checking
from exchange.runtime.checkpoints import Checkpoints
from exchange.runtime.clock import Clock, SandboxClock
from exchange.runtime.feed import AccountSubscription, Feed
from exchange.runtime.inbox import INBOX_MAX, Inbox
from exchange.runtime.meters import Meters
from exchange.runtime.pump import BATCH_MAX, Pump
from exchange.runtime.recovery import Recovered, recover
from exchange.runtime.scribe import Scribe
from exchange.runtime.sifting import sift_books
from exchange.runtime.topics import TopicSubscription


class SeedRefused(Exception):
    """The market would not take one of its own seeds."""


class Exchange:
    """The market, open for business. Made by `open`, ended by `close`."""

    def __init__(
        self, recovered: Recovered, journal: Journal, clock: Clock, scribe: Scribe, statements: Statements | None
    ) -> None:
        place = recovered.place
        self._machine = place.machine
        self._views = place.views
        self._journal = journal
        self._clock = clock
        self._inbox = Inbox()
        self.meters = Meters(max(recovered.recovery.snapshot_seq, recovered.recovery.kept_seq))
        self._scribe = scribe
        self._feed = Feed(place.views, scribe, statements, self.meters)
        self._pump = Pump(place, journal, clock, self._inbox, scribe, self._feed, self.meters)
        self._running: asyncio.Task[None] | None = None
        self._writing: asyncio.Task[None] | None = None
        self._checking: asyncio.Task[None] | None = None
        self._sifting: asyncio.Task[None] | None = None
        self._ready = False
        self.recovery = recovered.recovery

    @classmethod
    async def open(
        cls,
        journal: Journal,
        clock: Clock,
        *,
        seeds: Sequence[Command] = (),
        progress: Callable[[int], None] | None = None,
        snapshots: Snapshots | None = None,
        statements: Statements | None = None,
    ) -> Self:
        """Recover from the journal, or begin it with the seeds, and start trading. Closes the journal if it fails.

        Without statements no tables are kept, snapshots are of no use, and accounts resume only from what is in memory.
        """
        assert snapshots is None or statements is not None
        try:
            scribe = await Scribe.begin(statements)
            checkpoints = None if snapshots is None else Checkpoints(snapshots, scribe.write)
            recovered = await recover(
                journal, snapshots=snapshots, statements=statements, seen=scribe.look, rest=scribe.rest,
                progress=progress, checkpoints=checkpoints,
            )  # fmt: skip
            await scribe.write()
        except BaseException:
            await journal.close()
            raise
        if recovered.place.seq:
            clock.resume(recovered.place.machine.state.now_s)
        exchange = cls(recovered, journal, clock, scribe, statements)
        exchange._running = asyncio.create_task(exchange._pump.run(), name="pump")
        exchange._writing = asyncio.create_task(scribe.run(exchange._inbox), name="scribe")
        if not recovered.recovery.commands:
            try:
                await exchange._sow(seeds)
            except BaseException:
                await exchange.close()  # which says what the pump died of, if that is why
                raise
        exchange._checking = asyncio.create_task(
            keep_checking(exchange._machine.state, exchange.meters, exchange._wrong), name="checks"
        )
        exchange._sifting = asyncio.create_task(sift_books(exchange._machine.state), name="sifting")
        exchange._ready = True
        return exchange

    async def close(self) -> None:
        """Finish what was taken, keep a last digest, write the last page, and let go of the journal.

        Raises what the pump or the scribe died of.
        """
        self._ready = False
        assert self._running is not None and self._writing is not None
        aside = [task for task in (self._checking, self._sifting) if task is not None]
        for task in aside:
            task.cancel()
        await asyncio.gather(*aside, return_exceptions=True)
        self._pump.stop()
        try:
            await self._running
            self._scribe.stop()
            await self._writing
        finally:
            self._writing.cancel()
            await asyncio.gather(self._writing, return_exceptions=True)
            await self._journal.close()

    async def stopped(self) -> None:
        """Wait until the pump has ended; raises what it died of."""
        assert self._running is not None
        await asyncio.shield(self._running)

    def lost_journal(self, failure: JournalError) -> None:
        """The journal is not ours any more: stop, though nobody asks for anything."""
        self._pump.fail(failure)

    @property
    def reads(self) -> Views:
        return self._views

    @property
    def sandbox(self) -> bool:
        return isinstance(self._clock, SandboxClock)

    @property
    def ready(self) -> bool:
        return self._ready and self._running is not None and not self._running.done()

    @property
    def waiting(self) -> int:
        return len(self._inbox)

    @property
    def clock_s(self) -> Seconds:
        return max(self._clock.now_s(), self._machine.state.now_s)

    async def submit(self, command: Command) -> Outcome:
        """Carry out a command, durably. Raises Busy (not taken) or MarketStopped (outcome unknown).

        A text that the database cannot keep is refused here, before the journal, and not by the machine: a journal of
        before may hold one, and replay must come to what it came to then.
        """
        if self._running is None or self._running.done():
            raise MarketStopped("the market has stopped")
        if (place := unkept(command)) is not None:
            return self._refuse(Code.BAD_VALUE, place, "no text may hold U+0000, or half of a surrogate pair")
        return await self._inbox.put(command)

    async def advance_clock(self, by_s: Seconds) -> Outcome:
        """Move a sandbox's clock forward; refused by name outside a sandbox, beyond one step, or past the last instant.

        What is refused, or not taken, leaves the clock where it is.
        """
        if not isinstance(self._clock, SandboxClock):
            return self._refuse(Code.NOT_SUPPORTED, "advance", "only a sandbox's clock can be moved")
        if not 0 < by_s <= CLOCK_STEP_MAX_S:
            most = f"more than 0 and at most {format_duration(CLOCK_STEP_MAX_S)}"
            return self._refuse(Code.TIME_NOT_FORWARD, "advance", most)
        if self.clock_s + by_s > TIME_MAX_S:
            end = f"the market's clock goes no further than {format_instant(TIME_MAX_S)}"
            return self._refuse(Code.TIME_NOT_FORWARD, "advance", end)
        try:
            return await self.submit(AdvanceTime(to_s=self._clock.advance(by_s)))
        except Busy:
            self._clock.advance(-by_s)  # before anybody could look at it
            raise

    def subscribe(self, account_id: str, from_seq: int | None = None) -> AccountSubscription:
        """What an account is told from now on, or by the commands after `from_seq`. Raises CannotResume."""
        return self._feed.subscribe(account_id, from_seq)

    def subscribe_book(self, region: str, chip: str, tenor_s: Seconds) -> TopicSubscription[BookNews]:
        """A book whole, then what changes in it."""
        return self._feed.subscribe_book(region, chip, tenor_s)

    def subscribe_trades(self, region: str, chip: str) -> TopicSubscription[TradesNews]:
        """A market's trades from now on."""
        return self._feed.subscribe_trades(region, chip)

    def subscribe_status(self) -> TopicSubscription[StatusNews]:
        """What operators have set, at once and whenever that changes."""
        return self._feed.subscribe_status()

    def quote(self, order: PlaceBid) -> Quote | Reject:
        """What a bid would get if it came now. Changes nothing."""
        return quote(self._machine.state, order, self.clock_s)

    def explain(self, account_id: str, bid_id: int) -> Explanation | None:
        """Why an open bid of an account is not filled, and what would fill it; None for any other."""
        bid = self._machine.state.bids.get(bid_id)
        if bid is None or bid.account_id != account_id:
            return None
        return explain(self._machine.state, bid_id, self.clock_s)

    def preview(self, command: Command) -> Hits | Reject:
        """Whom an operator's brake would hit if it were pulled now, or why it could not be. Changes nothing."""
        return preview(self._machine.state, command)

    def would_hit(self, proposal_id: int) -> Hits | None:
        """Whom an open proposal would hit if it were confirmed now; None for one that is not open. Changes nothing."""
        return would_hit(self._machine.state, proposal_id)

    def audit(self) -> Audit:
        """Check all the books from scratch, the views against them, and hash the whole state."""
        state, began_ns = self._machine.state, time.perf_counter_ns()
        wrong = self._wrong()
        self.meters.note_check(len(wrong), time.perf_counter_ns() - began_ns)
        return Audit(
            seq=state.seq,
            now_s=state.now_s,
            digest=digest(state),
            accounts=len(state.participants),
            open_bids=len(state.bids),
            open_asks=len(state.asks),
            open_leases=sum(not lease.over for lease in state.leases.values()),
            violations=tuple(wrong),
        )

    def pulse(self) -> Pulse:
        """What every stage has done since the market was opened, and what waits."""
        state, meters = self._machine.state, self.meters
        return Pulse(
            seq=state.seq,
            waiting=len(self._inbox),
            waiting_max=INBOX_MAX,
            turned_away=self._inbox.turned_away,
            commits=meters.commits,
            committed=meters.committed,
            commands=meters.by_kind(),
            rejects={code.wire: count for code, count in meters.rejects.items()},
            open_bids=len(state.bids),
            open_asks=len(state.asks),
            fold_ns=meters.fold_ns,
            ring=self._feed.ring_size,
            subscriptions=self._feed.subscriptions(),
            overflows=dict(meters.overflows),
            written_seq=self._scribe.written_seq,
            rows_waiting=self._scribe.rows_waiting,
            pages=self._scribe.pages,
            snapshots=meters.of_snapshots(),
            checks=meters.checks,
            check_ns=meters.check_ns,
            violations=meters.violations,
            checks_skipped=meters.checks_skipped,
            marks_skipped=meters.marks_skipped,
            recovery_ns=int(self.recovery.seconds * 1e9),
            replayed=self.recovery.replayed,
        )

    def _wrong(self) -> list[str]:
        return find_wrong(self._machine.state, self._views)

    async def _sow(self, seeds: Sequence[Command]) -> None:
        assert len(seeds) < BATCH_MAX  # one batch with the clock's first step: half a catalogue would pass for a whole
        for outcome, command in zip(
            await asyncio.gather(*(self.submit(command) for command in seeds)), seeds, strict=True
        ):
            if outcome.reject is not None:
                raise SeedRefused(f"{command}: {outcome.reject.param}: {outcome.reject.detail}")

    def _refuse(self, code: Code, param: str, detail: str) -> Outcome:
        return Outcome(self._machine.state.seq, reject=Reject(code, param, detail))
