"""Who follows an account or a book through broken links and dead servers, and holds all that it is told to the truth.

They are the real client: a stream, and what it makes of pushes. An account is resumed after the last command of which
everything has come, or from any command that there has been; a book begins again with the book.
"""

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any, Final

import msgspec

from exchange.language.instants import format_duration
from gateway.answers import Push, Rung
from gateway.client.errors import ClientError
from gateway.client.following import AccountFollower, BookBuilder, Gap
from gateway.client.stream import Stream
from gateway.wire_public import rung
from gateway.ws.channels import account_frames
from tests.simulator.edge import Connector
from tests.simulator.network import Network
from tests.simulator.truth import Book, Truth
from tests.simulator.world import World

AGAIN_S: Final = 0.3


class Watcher(ABC):
    """One channel, opened again whenever it ends."""

    def __init__(self, world: World, network: Network, truth: Truth, account_id: str, name: str) -> None:
        self.world = world
        self.truth = truth
        self.node = world.loop.node(name)
        self._connector = Connector(world, network, self.node, account_id)
        self._stream: Stream | None = None

    def start(self) -> None:
        self.node.start(self._watch(), "watcher")

    @abstractmethod
    async def open(self, stream: Stream) -> None:
        """Subscribe."""

    @abstractmethod
    def take(self, push: Push) -> None: ...

    @abstractmethod
    def caught_up(self) -> bool:
        """Whether it knows all that there is to know."""

    async def _watch(self) -> None:
        world, pause_s = self.world, AGAIN_S
        while True:
            try:
                async with await self._connector.stream() as stream:
                    self._stream = stream
                    await self.open(stream)
                    async for push in stream.pushes():
                        if push.type != "shutting_down":
                            self.take(push)
                            pause_s = AGAIN_S
                        if world.happens(world.plan.moods):
                            break
            except ClientError as error:
                world.note("watch.again", self.node.name, error)
            except Gap as gap:
                world.fail(f"{self.node.name} was not told everything: {gap}")
            await asyncio.sleep(pause_s * (0.5 + world.chance.random()))
            pause_s = min(pause_s * 2, 5.0)


class AccountWatcher(Watcher):
    """Follows an account from its beginning."""

    def __init__(self, world: World, network: Network, truth: Truth, account_id: str, name: str = "") -> None:
        super().__init__(world, network, truth, account_id, name or f"watch-{account_id}")
        self._account_id = account_id
        self._follower = AccountFollower()
        self._heard = 0  # commands

    async def open(self, stream: Stream) -> None:
        self._follower.restart()
        await stream.subscribe("account", from_seq=self._follower.seq)

    def take(self, push: Push) -> None:
        """The next command that it is told of must be the next that a replay tells of, word for word."""
        whole = self._follower.take(push)
        if not whole:
            return
        real = self.truth.told.get(self._account_id, [])
        if self._heard >= len(real):
            self.world.fail(f"{self._account_id} was told what is not durable: {whole}")
            return
        expected = [msgspec.json.decode(frame, type=Push) for frame in account_frames(real[self._heard])]
        same = list(whole) == expected
        self.world.expect(same, "an account was told otherwise than a replay tells it", whole, expected)
        self._heard += 1

    def caught_up(self) -> bool:
        return self._heard == len(self.truth.told.get(self._account_id, []))


class PastWatcher(AccountWatcher):
    """Follows an account, and now and then begins again from any command: it hears all that came after, and no more."""

    def __init__(self, world: World, network: Network, truth: Truth, account_id: str) -> None:
        super().__init__(world, network, truth, account_id, f"past-{account_id}")
        self._from_seq = 0
        self._restless = False

    def rewind(self) -> None:
        """Begin again, soon."""
        self._restless = True
        if self._stream is not None:
            self.node.start(self._stream.close(), "rewinding")

    async def open(self, stream: Stream) -> None:
        if self._restless:
            self._restless = False
            from_seq = self.world.chance.randint(0, self.truth.seq)
            self.world.note("watch.from", self.node.name, from_seq, self.truth.seq)
            self._follower = AccountFollower(from_seq)
            self._heard = sum(told.seq <= from_seq for told in self.truth.told.get(self._account_id, []))
        self._from_seq = self._follower.seq
        await super().open(stream)

    def take(self, push: Push) -> None:
        self.world.expect(push.seq > self._from_seq, "told again what was not asked for", push.seq, self._from_seq)
        super().take(push)


class BookWatcher(Watcher):
    """Follows a book, and keeps a copy of it."""

    def __init__(self, world: World, network: Network, truth: Truth, account_id: str, book: Book) -> None:
        name = "{}/{}/{}".format(*book[:2], format_duration(book[2]))
        super().__init__(world, network, truth, account_id, f"watch-{name}")
        self._book = book
        self._channel = f"book:{name}"
        self._builder = BookBuilder()

    async def open(self, stream: Stream) -> None:
        self._builder.restart()
        await stream.subscribe(self._channel)

    def take(self, push: Push) -> None:
        """With what it is told, its copy must be the book as it then was."""
        self._builder.take(push)
        known = push.seq <= self.truth.seq
        self.world.expect(known, "a book shows what is not durable", self._channel, push.seq)
        real = self._real(push.seq)
        self.world.expect(self._mine() == real, "a book built from its news is another", push.seq, self._mine(), real)

    def caught_up(self) -> bool:
        return self._builder.seq > 0 and self._mine() == self._real(self.truth.seq)

    def _mine(self) -> Sequence[Any]:
        return self._builder.asks, self._builder.bids

    def _real(self, seq: int) -> Sequence[Any]:
        view = self.truth.book_at(self._book, seq)
        sides: tuple[tuple[Rung, ...], ...] = ((), ())
        return sides if view is None else (tuple(map(rung, view.asks)), tuple(map(rung, view.bids)))
