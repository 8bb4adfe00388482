"""An event loop without a clock or a socket: time passes only when nothing is ready, and a seed decides who goes first.

Everything that runs belongs to a node (a server, a client, the database), which its context names and which tasks and
callbacks inherit. Within a node callbacks run in the order in which they became ready, as asyncio promises; whose turn
it is among the nodes is chance. A node can be killed between any two steps: nothing of it ever runs again, not even a
`finally`. A frozen node keeps what becomes ready until it is thawed.
"""

import asyncio
from asyncio import AbstractEventLoop, Handle, TimerHandle, events
from collections import deque
from collections.abc import Callable, Coroutine
from contextvars import Context, ContextVar, copy_context
from heapq import heappop, heappush
from random import Random
from traceback import format_exception
from typing import Any, Final

STEPS_MAX = 3_000_000  # of one history; more is a loop that never ends


class Violation(Exception):
    """The history has shown a defect."""


class Node:
    """One machine. `steps` counts what it has run; at step `dies_at` it is killed."""

    def __init__(self, loop: "VirtualLoop", name: str) -> None:
        self.loop = loop
        self.name = name
        self.alive = True
        self.frozen = False
        self.steps = 0
        self.dies_at = -1
        self.skew_s = 0.0  # of its wall clock
        self.on_death: list[Callable[[], None]] = []
        self.queue: deque[Handle] = deque()
        self.tasks: list[asyncio.Task[Any]] = []  # kept, so that none is ended by being forgotten
        self.context = copy_context()
        self.context.run(NODE.set, self)

    def start(self, work: Coroutine[Any, Any, None], name: str) -> asyncio.Task[None]:
        """Run a task on this node; it may not fail."""
        task = self.loop.create_task(work, name=name, context=self.context.copy())
        task.add_done_callback(self._ended, context=self.context)
        return task

    def call(self, callback: Callable[..., object], *args: Any) -> None:
        """Run something on this node, soon."""
        self.loop.call_soon(callback, *args, context=self.context)

    def call_later(self, delay_s: float, callback: Callable[..., object], *args: Any) -> None:
        self.loop.call_later(delay_s, callback, *args, context=self.context)

    def kill(self) -> None:
        """Stop for ever, with all that is under way."""
        if self.alive:
            self.alive = False
            self.queue.clear()
            self.loop.forget(self)
            for told in self.on_death:
                told()

    def freeze(self) -> None:
        self.frozen = True
        self.loop.forget(self)

    def thaw(self) -> None:
        self.frozen = False
        if self.alive and self.queue:
            self.loop.wake(self)

    def _ended(self, task: asyncio.Task[None]) -> None:
        if not task.cancelled() and (error := task.exception()) is not None:
            self.loop.fail("".join(format_exception(error)))


NODE: Final[ContextVar[Node]] = ContextVar("node")


_Loop: Any = AbstractEventLoop  # to mypy all of its methods are abstract; asyncio asks for few of them


class VirtualLoop(_Loop):  # type: ignore[misc]
    """Run a history with `run`. Any step that fails, and any call of `fail`, ends it with a Violation."""

    def __init__(self, chance: Random) -> None:
        self._chance = chance.random
        self._now_s = 0.0
        self._ready: list[Node] = []
        self._timers: list[tuple[float, int, TimerHandle, Node]] = []
        self._made = 0
        self._steps = 0
        self._failure: str | None = None
        self.over = False
        self.nodes: list[Node] = []

    def node(self, name: str) -> Node:
        made = Node(self, name)
        self.nodes.append(made)
        return made

    def fail(self, why: str) -> None:
        """This history has shown a defect; of several the first counts."""
        if self._failure is None:
            self._failure = why

    def run(self, root: Node, work: Coroutine[Any, Any, None]) -> None:
        """Until the work is done."""
        events._set_running_loop(self)
        try:
            task = root.start(work, "history")
            while not task.done() and self._failure is None:
                self._step()
        finally:
            events._set_running_loop(None)
        if self._failure is not None:
            raise Violation(self._failure)

    def end(self) -> None:
        """Let go of every task, without running any of them on."""
        self.over = True
        for node in self.nodes:
            node.alive = False
            node.queue.clear()
        self._timers.clear()
        for node in self.nodes:
            for task in node.tasks:
                task._log_destroy_pending = False  # type: ignore[attr-defined]
                if task.done():
                    task.cancelled() or task.exception()
                    continue
                work = task.get_coro()
                try:
                    if work is not None:
                        work.close()
                except (RuntimeError, asyncio.CancelledError, AssertionError):
                    pass  # it would go on waiting, or ask for what is gone
            node.tasks.clear()

    def _step(self) -> None:
        """Run one callback, or let time pass until there is one."""
        ready = self._ready
        if not ready:
            self._pass_time()
            return
        place = int(self._chance() * len(ready)) if len(ready) > 1 else 0
        node = ready[place]
        handle = node.queue.popleft()
        if not node.queue:
            del ready[place]
        if handle._cancelled:
            return
        self._steps += 1
        if self._steps > STEPS_MAX:
            self.fail(f"still busy after {STEPS_MAX} steps, at {self._now_s:.1f} s: {handle!r}")
        node.steps += 1
        handle._run()
        if node.steps == node.dies_at:
            node.kill()

    def _pass_time(self) -> None:
        if not self._timers:
            self.fail("nothing will ever happen again")
            return
        while self._timers:
            when_s, _, handle, node = self._timers[0]
            if when_s > self._now_s and self._ready:
                return
            heappop(self._timers)
            if handle._cancelled or not node.alive:
                continue
            self._now_s = max(self._now_s, when_s)
            self._queue(node, handle)

    def _queue(self, node: Node, handle: Handle) -> None:
        if not node.queue and not node.frozen:
            self._ready.append(node)
        node.queue.append(handle)

    def wake(self, node: Node) -> None:
        if node not in self._ready:
            self._ready.append(node)

    def forget(self, node: Node) -> None:
        if node in self._ready:
            self._ready.remove(node)

    # ------------------------------------------------------------------------------------ what asyncio asks of a loop

    def time(self) -> float:
        return self._now_s

    def call_soon(self, callback: Callable[..., object], *args: Any, context: Context | None = None) -> Handle:
        context = copy_context() if context is None else context
        handle = Handle(callback, args, self, context)
        node = context.get(NODE)
        if node is not None and node.alive:
            self._queue(node, handle)
        return handle

    def call_later(
        self, delay: float, callback: Callable[..., object], *args: Any, context: Context | None = None
    ) -> TimerHandle:
        return self.call_at(self._now_s + delay, callback, *args, context=context)

    def call_at(
        self, when: float, callback: Callable[..., object], *args: Any, context: Context | None = None
    ) -> TimerHandle:
        context = copy_context() if context is None else context
        handle = TimerHandle(when, callback, args, self, context)
        node = context.get(NODE)
        if node is not None and node.alive:
            self._made += 1
            heappush(self._timers, (when, self._made, handle, node))
        return handle

    def _timer_handle_cancelled(self, handle: TimerHandle) -> None:
        """It is passed over when its time comes."""

    def create_future(self) -> asyncio.Future[Any]:
        return asyncio.Future(loop=self)

    def create_task(
        self, coro: Any, *, name: str | None = None, context: Context | None = None, **_: Any
    ) -> asyncio.Task[Any]:
        node = NODE.get(None) if context is None else context.get(NODE)
        task = asyncio.Task(coro, loop=self, name=name, context=context)
        if node is not None:
            node.tasks.append(task)
        return task

    def get_debug(self) -> bool:
        return False

    def is_running(self) -> bool:
        return True

    def is_closed(self) -> bool:
        return False

    def call_exception_handler(self, context: dict[str, Any]) -> None:
        """A callback has failed, or a task that nobody asked."""
        if self.over:
            return
        error = context.get("exception")
        trace = "" if error is None else "".join(format_exception(error))
        self.fail(f"{context.get('message')}\n{trace}")
