"""Snapshots in memory, a journal that is filled at once, and histories to fill it with."""

from collections.abc import AsyncIterator, Iterable, Sequence
from random import Random

from msgspec.structs import replace

from exchange.core.digest import digest
from exchange.core.state_machine import RULES_VERSION
from exchange.language.codec import encode_commands
from exchange.language.commands import Command
from exchange.language.journal import DigestMark, Journal
from exchange.language.snapshots import SnapshotBroken, SnapshotHead
from exchange.runtime.parts import LAYOUT, save
from exchange.runtime.recovery import recover
from exchange.runtime.replaying import Source


class KeptSnapshots:
    """Heads and parts in a dict; a part that is not as it was kept is found out."""

    def __init__(self) -> None:
        self.kept: dict[int, SnapshotHead] = {}
        self.pieces: dict[int, list[bytes]] = {}
        self._right: dict[int, tuple[bytes, ...]] = {}

    async def heads(self) -> list[SnapshotHead]:
        return [self.kept[seq] for seq in sorted(self.kept, reverse=True)]

    async def parts(self, seq: int) -> AsyncIterator[bytes]:
        for number, (part, right) in enumerate(zip(self.pieces[seq], self._right[seq], strict=True), start=1):
            if part != right:
                raise SnapshotBroken(f"part {number} of {seq} is damaged")
            yield part

    async def keep(self, head: SnapshotHead, parts: Iterable[bytes]) -> SnapshotHead:
        self.pieces[head.seq] = list(parts)
        self._right[head.seq] = tuple(self.pieces[head.seq])
        self.kept[head.seq] = replace(head, parts=len(self.pieces[head.seq]))
        return self.kept[head.seq]

    async def thin(self, kept: int, until_seq: int | None = None) -> int:
        gone = sorted(seq for seq in self.kept if until_seq is None or seq <= until_seq)[:-kept]
        for seq in gone:
            del self.kept[seq]
        return len(gone)


async def fill(journal: Journal, commands: Sequence[Command], chance: Random) -> list[int]:
    """Write commands in rows of any size; the seqs at which they end."""
    ends, before = [], await journal.last_seq()
    seq, last_seq = before, before + len(commands)
    while seq < last_seq:
        row = commands[seq - before : seq - before + chance.randint(1, 12)]
        await journal.append(seq + 1, len(row), encode_commands(row))
        seq += len(row)
        ends.append(seq)
    return ends


async def picture(source: Source, snapshots: KeptSnapshots, until_seq: int) -> DigestMark:
    """Keep a snapshot of the market as it was; its digest."""
    place = (await recover(source, until_seq=until_seq)).place
    head = SnapshotHead(place.seq, place.link, RULES_VERSION, LAYOUT, digest(place.machine.state))
    await snapshots.keep(head, save(place))
    return DigestMark(place.seq, head.digest)
