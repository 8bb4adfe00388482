"""A house for each test: an empty database, a market with the real seeds, an edge on a free port, a client."""

import io
import logging
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import aiohttp
import pytest
import structlog
from msgspec.structs import replace

from exchange.core.state_machine import RULES_VERSION
from exchange.runtime.clock import SandboxClock
from exchange.runtime.exchange import Exchange
from exchange.store.journal import PostgresJournal
from gateway.app import build_app, serving
from gateway.logs import log_to
from gateway.settings import Settings
from gateway.vault import Vault
from tests.gateway.house import PLENTY, SEEDS, START_S, House
from tests.gateway.logged import Logs


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """What a test may replace: a free port, as patient as the real one, and as much as any test asks for."""
    return Settings(port=0, data_dir=tmp_path, sandbox=True, **PLENTY)


@pytest.fixture
async def market(database_url: str) -> AsyncIterator[Exchange]:
    journal = await PostgresJournal.open(database_url, sandbox=True, rules_version=RULES_VERSION)
    clock = SandboxClock(speed=0, start_s=START_S)
    exchange = await Exchange.open(journal, clock, seeds=SEEDS)
    yield exchange
    await exchange.close()


@pytest.fixture
async def house(market: Exchange, settings: Settings, database_url: str) -> AsyncIterator[House]:
    settings = replace(settings, database_url=database_url)
    app = build_app(market, settings, Vault.at(settings.data_dir))
    async with serving(app, settings) as url, aiohttp.ClientSession() as http:
        opened = House(url, market, http)
        await opened.appoint_operator()
        yield opened
        await opened.hang_up()


@pytest.fixture
def logs() -> Iterator[Logs]:
    """Sends the logs to a new stream, and back where they were in the end."""
    root = logging.getLogger()
    before = list(root.handlers)

    def begin(*, every: bool, stream: io.StringIO | None = None) -> io.StringIO:
        stream = stream or io.StringIO()
        log_to(stream, every=every)
        structlog.configure(cache_logger_on_first_use=False)
        return stream

    yield begin
    log_to(io.StringIO())
    structlog.reset_defaults()
    root.handlers = before
