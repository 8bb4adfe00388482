"""The market as it was after some command: the newest snapshot before it, and the commands from there to it."""

from collections.abc import Callable

from msgspec import Struct

from exchange.core.digest import digest
from exchange.language.journal import JournalError
from exchange.projections.views import Views
from exchange.runtime.recovery import Recovery, recover
from exchange.store.reading import JournalReader
from exchange.store.snapshots import PostgresSnapshots


class PastMarket(Struct, frozen=True):
    """What could be read of it, what its state hashed to, and how it was come by."""

    reads: Views
    digest: str
    recovery: Recovery


async def market_at(dsn: str, seq: int, progress: Callable[[int], None] | None = None) -> PastMarket:
    """The market after one command. JournalError when the journal does not go so far."""
    reader = JournalReader(dsn)
    end_seq = await reader.last_seq()
    if seq > end_seq:
        raise JournalError(f"The journal ends at seq {end_seq:,}: name one up to there by --until.")
    found = await recover(reader, snapshots=PostgresSnapshots(dsn), until_seq=seq, within_rows=True, progress=progress)
    return PastMarket(found.place.views, digest(found.place.machine.state), found.recovery)
