"""A generated day in which everything happens that money knows, and the statements of it in a database."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from random import Random
from typing import Any

import asyncpg
from msgspec.structs import replace

from exchange.core.state_machine import RULES_VERSION
from exchange.language.commands import Command, DefineChip, PlaceAsk
from exchange.language.units import HOUR_S
from exchange.projections.views import Views
from exchange.runtime.replaying import Place
from exchange.runtime.scribe import Scribe
from exchange.store.journal import PostgresJournal
from exchange.store.statements import PostgresStatements
from tests.properties.choices import BLOB_BYTES
from tests.properties.money_flavours import ENDINGS, RESALES
from tests.properties.money_world import EVENING_S, Flavour, next_command, setting
from tests.reference.books import Books

PUES = (1200, None, 1350)
FLAVOUR = Flavour(
    "day", RESALES.weights | {"ask": 4} | {"contest": 3, "rule": 3, "stop": 1}, ENDINGS.jumps_s, chain=True
)


@asynccontextmanager
async def written(database_url: str, seed: int, hours: int = 24) -> AsyncIterator[tuple[Views, asyncpg.Connection]]:
    """The views after a generated stretch of time, and the database that has its statements."""
    journal = await PostgresJournal.open(database_url, sandbox=True, rules_version=RULES_VERSION)
    statements = PostgresStatements(database_url, journal.epoch)
    scribe = await Scribe.begin(statements)
    for place, applied in generated(seed, hours):
        scribe.see(place, applied, place.views.fold(applied))
    await scribe.write()
    raw = await asyncpg.connect(database_url)
    try:
        yield place.views, raw
    finally:
        await raw.close()
        await statements.aclose()
        await journal.close()


def generated(seed: int, hours: int) -> Iterator[tuple[Place, Any]]:
    """What happens, told command by command."""
    random, books, place = Random(seed), Books(), Place()
    done: list[Command] = []

    def apply(command: Command) -> Any:
        done.append(command)
        return place.machine.apply(len(done), command)[1]

    for command in setting(FLAVOUR):
        applied = apply(_rated(_with_pue(command, len(done))))
        books.take_all(applied.events)
        yield place, applied
    while place.machine.state.now_s < EVENING_S + hours * HOUR_S:
        found = next_command(FLAVOUR, random.randbytes(BLOB_BYTES), books, done)
        if found is not None:
            applied = apply(_with_pue(found, len(done)))
            books.fold(applied.events)
            yield place, applied


def _rated(command: Command) -> Command:
    """Chips have a 度 rate."""
    return replace(command, du_milli=2560 if command.domestic else 1003) if isinstance(command, DefineChip) else command


def _with_pue(command: Command, number: int) -> Command:
    """Some sites state how much energy they take."""
    own = isinstance(command, PlaceAsk) and command.lease_id is None
    return replace(command, pue_milli=PUES[number % len(PUES)]) if own else command
