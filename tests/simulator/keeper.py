"""Takes snapshots beside the server, as `leasebook snapshot` does: the real replica on the simulated database."""

from exchange.language.journal import JournalBroken, JournalError
from exchange.runtime import snapshotting
from tests.simulator.world import World


async def take(world: World) -> None:
    """One snapshot, on the node that calls; whatever it fails of hurts nobody."""
    try:
        taken = await snapshotting.take_snapshot("")
        world.note("snapshot", taken.seq, taken.new, len(taken.warnings))
    except JournalBroken as error:
        world.fail(f"the replica found the journal broken: {error}")
    except JournalError as error:
        world.note("snapshot.failed", type(error).__name__)
