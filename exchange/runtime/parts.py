"""A market as parts of bytes and back: the state's, then the views', as a snapshot keeps them."""

from collections.abc import Iterator
from itertools import chain
from typing import Final

from exchange.core import snapshot as of_state
from exchange.core.state_machine import StateMachine
from exchange.language.snapshots import SnapshotBroken
from exchange.projections import snapshot as of_views
from exchange.runtime.replaying import Place

# Another release with other types has another layout, and reads no snapshot of this one.
LAYOUT: Final = f"{of_state.LAYOUT}-{of_views.LAYOUT}"


def save(place: Place) -> Iterator[bytes]:
    """The parts, a few MB each, made as they are asked for. Nothing may change meanwhile."""
    return chain(of_state.save(place.machine.state), of_views.save(place.views))


def load(parts: Iterator[bytes], link: bytes) -> Place:
    """What was saved, at the end of the row of this link. SnapshotBroken when a part is not as it was."""
    machine = StateMachine()
    machine.state = of_state.load(parts)
    views = of_views.load(parts)
    if next(parts, None) is not None:
        raise SnapshotBroken("The snapshot has more parts than a market is made of.")
    return Place(machine=machine, views=views, link=link)
