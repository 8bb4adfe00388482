"""One sandbox and one headless Chromium for the tests of the console, and a page for each that must say no error."""

import shutil
import uuid
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import urlsplit

import aiohttp
import asyncpg
import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, async_playwright

from exchange.core.state_machine import RULES_VERSION
from exchange.runtime.clock import SandboxClock
from exchange.runtime.exchange import Exchange
from exchange.store.journal import PostgresJournal
from exchange.store.snapshots import PostgresSnapshots
from exchange.store.statements import PostgresStatements
from gateway.app import build_app, serving
from gateway.settings import Settings
from gateway.vault import Vault
from tests.console.desk import ConsoleHouse, furnish
from tests.gateway.house import PLENTY, SEEDS, START_S

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
NEEDS = "no Chromium is installed: `apt-get install chromium` brings it"


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def house(postgres: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[ConsoleHouse]:
    """A market whose clock stands still, with a few participants, their orders and leases."""
    if CHROMIUM is None:
        pytest.skip(NEEDS)
    name = f"leasebook_console_{uuid.uuid4().hex}"
    admin = await asyncpg.connect(postgres)
    await admin.execute(f"CREATE DATABASE {name}")
    dsn = urlsplit(postgres)._replace(path=f"/{name}").geturl()
    settings = Settings(port=0, data_dir=tmp_path_factory.mktemp("console"), sandbox=True, database_url=dsn, **PLENTY)
    journal = await PostgresJournal.open(dsn, sandbox=True, rules_version=RULES_VERSION)
    statements = PostgresStatements(dsn, journal.epoch)
    clock = SandboxClock(speed=0, start_s=START_S)
    market = await Exchange.open(journal, clock, seeds=SEEDS, snapshots=PostgresSnapshots(dsn), statements=statements)
    app = build_app(market, settings, Vault.at(settings.data_dir))
    async with serving(app, settings) as url, aiohttp.ClientSession() as http:
        opened = ConsoleHouse(url, market, http)
        await opened.appoint_operator()
        await furnish(opened)
        yield opened
        await opened.hang_up()
    await market.close()
    await statements.aclose()
    await admin.execute(f"DROP DATABASE {name} WITH (FORCE)")
    await admin.close()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    if CHROMIUM is None:
        pytest.skip(NEEDS)
    async with async_playwright() as playwright:
        launched = await playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield launched
        await launched.close()


@pytest_asyncio.fixture(loop_scope="session")
async def page(browser: Browser, house: ConsoleHouse) -> AsyncIterator[Page]:
    """An empty page, English, 1280 wide. Whatever it reports as an error fails the test."""
    said: list[Any] = []
    context = await browser.new_context(
        base_url=house.url, locale="en-US", viewport={"width": 1280, "height": 900}, reduced_motion="reduce"
    )
    context.set_default_timeout(10_000)
    opened = await context.new_page()
    opened.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
    opened.on("pageerror", lambda error: said.append(error.message))
    yield opened
    await context.close()
    assert [str(one) for one in said if str(one) not in house.expected] == []
    house.expected.clear()
