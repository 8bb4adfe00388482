"""Snapshots and statements of a history: the ports over the simulated database, as one node reaches them."""

from collections.abc import AsyncIterator, Iterable
from hashlib import blake2b

from msgspec.structs import replace

from exchange.language.snapshots import SnapshotBroken, SnapshotHead
from exchange.language.statements import Page, Told
from exchange.runtime.checkpoints import KEPT
from tests.simulator.database import Database, Session
from tests.simulator.loop import Node


class SimStatements:
    """The statements, as one node reaches them."""

    def __init__(self, database: Database, node: Node, epoch: int | None = None) -> None:
        self._database = database
        self._node = node
        self._epoch = epoch  # of the journal that its pages are written behind
        self._session: Session | None = None

    def _connected(self) -> Session:
        if self._session is None or self._session.ended:
            self._session = self._database.connect(self._node)
        return self._session

    async def position(self) -> int:
        return await self._connected().request("position", lambda: self._database.tables.now.position)

    async def write(self, page: Page) -> None:
        database = self._database
        if database.world.happens(database.world.plan.lost_pages):
            self._connected().end()
        await self._connected().request("page", lambda: database.write_page(self._epoch, page))
        database.world.note("db.page", self._node.name, page.after_seq, page.last_seq)

    async def told(self, account_id: str, after_seq: int, until_seq: int) -> AsyncIterator[Told]:
        tables = self._database.tables
        found = await self._connected().request(
            "told",
            lambda: [told for told in tables.now.told.get(account_id, ()) if after_seq < told.seq <= until_seq],
        )
        for told in found:
            yield told

    async def told_seq(self) -> dict[str, int]:
        tables = self._database.tables
        return await self._connected().request(
            "told_seq", lambda: {account_id: told[-1].seq for account_id, told in sorted(tables.now.told.items())}
        )

    async def clear(self) -> None:
        await self._connected().request("clear", self._database.clear_tables)

    async def close(self) -> None:
        if self._session is not None:
            self._session.end()

    aclose = close


class SimSnapshots:
    """The snapshots, as one node reaches them."""

    def __init__(self, database: Database, node: Node) -> None:
        self._database = database
        self._session = database.connect(node)

    async def heads(self) -> list[SnapshotHead]:
        kept = self._database.tables.snapshots
        return await self._session.request("heads", lambda: [kept[seq][0] for seq in sorted(kept, reverse=True)])

    async def parts(self, seq: int) -> AsyncIterator[bytes]:
        world, tables = self._database.world, self._database.tables
        kept = tables.snapshots
        if seq not in kept:
            # It was among the heads: the snapshot of a server that has ended has dropped it since, for newer ones.
            newer = sum(other > seq for other in kept)
            world.expect(newer >= KEPT, "a snapshot was dropped for too few newer ones", seq, newer)
            tables.rotten[seq] = None
            raise SnapshotBroken(f"snapshot {seq} is gone")
        for number, (part, seal) in enumerate(list(kept[seq][1])):
            await self._session.request("part", lambda: None)
            if blake2b(part).digest() != seal:
                raise SnapshotBroken(f"part {number} of snapshot {seq} is not as it was written")
            yield part

    async def keep(self, head: SnapshotHead, parts: Iterable[bytes]) -> SnapshotHead:
        world, whole = self._database.world, list(parts)
        head = replace(head, parts=len(whole), size_bytes=sum(map(len, whole)))
        sealed = [(part, blake2b(part).digest()) for part in whole]
        for place, (part, seal) in enumerate(sealed):
            if world.happens(world.plan.damaged_parts / len(sealed)):
                world.note("db.rot", head.seq, place)
                self._database.tables.rotten[head.seq] = None
                sealed[place] = (part[:-1] + bytes([part[-1] ^ 1]), seal)
        await self._session.request("keep", lambda: self._database.keep_snapshot(head, sealed))
        world.note("db.snapshot", head.seq, head.parts, head.digest[:12])
        return head

    async def thin(self, kept: int, until_seq: int | None = None) -> int:
        return await self._session.request("thin", lambda: self._database.thin_snapshots(kept, until_seq))

    async def close(self) -> None:
        self._session.end()

    aclose = close
