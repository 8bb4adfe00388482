"""What a client was told is there after a restart; and a live market has no sandbox."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp

from exchange.core.state_machine import RULES_VERSION
from exchange.runtime.clock import SandboxClock, SystemClock
from exchange.runtime.exchange import Exchange
from exchange.store.journal import PostgresJournal
from gateway.app import build_app, serving
from gateway.settings import Settings
from gateway.vault import Vault
from tests.gateway.house import SEEDS, START_S, House, a_bid, an_ask, at


@asynccontextmanager
async def opened(database_url: str, settings: Settings) -> AsyncIterator[House]:
    """An edge over the market of a database, as often as one likes."""
    journal = await PostgresJournal.open(database_url, sandbox=settings.sandbox, rules_version=RULES_VERSION)
    clock = SandboxClock(speed=0, start_s=START_S) if settings.sandbox else SystemClock()
    market = await Exchange.open(journal, clock, seeds=SEEDS)
    app = build_app(market, settings, Vault.at(settings.data_dir))
    try:
        async with serving(app, settings) as url, aiohttp.ClientSession() as http:
            yield House(url, market, http)
    finally:
        await market.close()


async def test_everything_a_client_was_told_outlives_the_server(database_url: str, settings: Settings) -> None:
    async with opened(database_url, settings) as house:
        await house.appoint_operator()
        hz, alice = await house.account("hz", ["provider"]), await house.account("alice")
        first_ask = await house.call("POST", "/v1/asks", hz, an_ask(tags=["green"], take_or_pay="0.5"))
        first_bid = await house.call("POST", "/v1/bids", alice, a_bid(vouchers=["auto"], time_in_force="gtc"))
        await house.post("/v1/leases/lease-1/start", hz, {"access": {"token": "s3cret"}})
        await house.advance("PT3H")
        await house.post(
            "/v1/leases/lease-1/meter", hz, {"through": "2026-12-01T03:00:00Z", "delivered": "8", "used": "4"}
        )
        await house.post("/v1/bids", alice, a_bid("given-back", quantity="2", duration="PT6H", latest_start=at(6)))
        money, once = {"account_id": "alice", "amount": "7"}, {"Idempotency-Key": "once"}
        paid = await house.call("POST", "/v1/operator/deposits", house.operator, money, headers=once)
        released = await house.call("POST", "/v1/leases/lease-2/release", alice, {}, headers=once)
        assert (paid.status, released.status) == (201, 200)
        before = await house.everything(hz, alice)
        operator = house.operator

    async with opened(database_url, settings) as house:
        house.operator = operator
        assert await house.everything(hz, alice) == before
        assert (await house.get("/v1/leases/lease-1/access", alice))["access"] == {"token": "s3cret"}
        again = await house.call("POST", "/v1/asks", hz, an_ask(tags=["green"], take_or_pay="0.5"))
        assert again.raw == first_ask.raw
        again = await house.call("POST", "/v1/bids", alice, a_bid(vouchers="auto"))
        assert again.raw == first_bid.raw
        again = await house.call("POST", "/v1/operator/deposits", operator, money, headers=once)
        assert again.raw == paid.raw
        again = await house.call("POST", "/v1/leases/lease-2/release", alice, {}, headers=once)
        assert again.raw == released.raw
        assert await house.everything(hz, alice) == before


async def test_a_live_market_is_no_sandbox(database_url: str, settings: Settings) -> None:
    live = Settings(port=0, data_dir=settings.data_dir)
    async with opened(database_url, live) as house:
        await house.appoint_operator()
        alice = await house.account("alice")
        assert (await house.get("/v1/status"))["sandbox"] is False
        for path, body in [("clock", {"advance": "PT1H"}), ("deposits", {"amount": "1"})]:
            answer = await house.call("POST", f"/v1/sandbox/{path}", alice, body)
            assert answer.refused == (404, "not_a_sandbox", None)
        assert (await house.get("/v1/account", alice))["available"] == "100000.00"
