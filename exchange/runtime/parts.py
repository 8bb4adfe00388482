"""A market as parts of bytes and back: the state's, then the views', as a snapshot keeps them."""

from collections import deque
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import chain, islice
from typing import Final

from exchange.core import snapshot as of_state
from exchange.core.state_machine import StateMachine
from exchange.language.sections import Opened, open_part
from exchange.language.snapshots import SnapshotBroken
from exchange.projections import snapshot as of_views
from exchange.runtime.replaying import Place

# Another release with other types has another layout, and reads no snapshot of this one.
LAYOUT: Final = f"{of_state.LAYOUT}-{of_views.LAYOUT}"

# Each time that a thread has opened a part it waits for the interpreter, 5 ms or so: one alone would be waited for.
_OPENERS: Final = 2
_AHEAD: Final = 16  # parts that are opened before they are asked for


def save(place: Place) -> Iterator[bytes]:
    """The parts, a few MB each, made as they are asked for. Nothing may change meanwhile."""
    return chain(of_state.save(place.machine.state), of_views.save(place.views))


def load(parts: Iterator[bytes], link: bytes) -> Place:
    """What was saved, at the end of the row of this link. SnapshotBroken when a part is not as it was."""
    machine = StateMachine()
    with ThreadPoolExecutor(_OPENERS) as opener:
        opened = _opened(parts, opener)
        machine.state = of_state.load(opened)
        views = of_views.load(opened)
        if next(opened, None) is not None:
            raise SnapshotBroken("The snapshot has more parts than a market is made of.")
    return Place(machine=machine, views=views, link=link)


def _opened(parts: Iterator[bytes], opener: ThreadPoolExecutor) -> Iterator[Opened]:
    """The parts, some of them opened by other threads while those before are read."""
    ahead = deque(opener.submit(open_part, part) for part in islice(parts, _AHEAD))
    while ahead:
        opened = ahead.popleft().result()
        ahead.extend(opener.submit(open_part, part) for part in islice(parts, 1))
        yield opened
