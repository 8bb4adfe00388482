"""What the stages of a market count while they work: plain integers, added to where something happens.

Read together as a Pulse. Commands and rejects are counted by the kinds that there are, so that one which never came
shows as 0.
"""

from typing import Final, get_args

from exchange.language.commands import Command
from exchange.language.port import Outcome
from exchange.language.pulse import CommandPulse, SnapshotPulse, Spread
from exchange.language.rejects import Code

KINDS: Final[tuple[type, ...]] = get_args(Command)


class Meters:
    """One market's."""

    def __init__(self, snapshot_seq: int = 0) -> None:
        self.commits, self.pages = Spread(), Spread()
        self.committed = 0
        self.applied = {kind: [0, 0] for kind in KINDS}  # how many, and nanoseconds
        self.rejects = dict.fromkeys(Code, 0)
        self.fold_ns = 0
        self.overflows = {"book": 0, "trades": 0, "status": 0}
        self.checks = self.check_ns = self.violations = 0
        self.checks_skipped = self.marks_skipped = 0  # walks over everything for which the market was too large
        self.snapshot_seq = snapshot_seq
        self.snapshots = [0, 0]  # that failed, that were taken
        self.snapshot_ns = 0

    def note_applied(self, command: Command, outcome: Outcome, took_ns: int) -> None:
        """A command has been carried out, or refused."""
        counted = self.applied[type(command)]
        counted[0] += 1
        counted[1] += took_ns
        if outcome.reject is not None:
            self.rejects[outcome.reject.code] += 1

    def note_check(self, violations: int, took_ns: int) -> None:
        """All the books have been checked."""
        self.checks += 1
        self.check_ns += took_ns
        self.violations = violations

    def note_snapshot(self, well: bool, seq: int, took_ns: int) -> None:
        """A snapshot was to be taken; if that went well, the newest is of `seq`."""
        self.snapshots[well] += 1
        if well:
            self.snapshot_seq, self.snapshot_ns = seq, took_ns

    def by_kind(self) -> tuple[CommandPulse, ...]:
        """What was counted of each kind of command."""
        return tuple(CommandPulse(kind.__name__, *counted) for kind, counted in self.applied.items())

    def of_snapshots(self) -> SnapshotPulse:
        """What was counted of snapshots."""
        failed, taken = self.snapshots
        return SnapshotPulse(seq=self.snapshot_seq, taken=taken, failed=failed, last_ns=self.snapshot_ns)
