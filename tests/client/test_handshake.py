"""A handshake that is refused says why, as every other request does."""

from pathlib import Path
from typing import Any

import aiohttp
import pytest

from gateway.client.errors import Refused, Unreachable
from gateway.client.rest import Client
from gateway.settings import Settings
from tests.gateway.house import PLENTY, House


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(port=0, data_dir=tmp_path, sandbox=True, **{**PLENTY, "sockets_per_account_max": 1})


async def test_who_has_as_many_sockets_as_may_be_is_told_so_and_when_to_come_back(house: House) -> None:
    async with Client(house.url, await house.account("alice")) as client, await client.stream():
        with pytest.raises(Refused, match="too_many_sockets") as refused:
            await client.stream()
    assert refused.value.problem.retryable
    assert refused.value.retry_after_ms == 1000


async def test_what_has_passed_by_the_time_it_is_asked_about_leaves_nothing_open(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    alice, connecting = await house.account("alice"), aiohttp.ClientSession.ws_connect
    async with Client(house.url, alice) as client:
        stream = await client.stream()

        async def connect(session: aiohttp.ClientSession, *args: Any, **options: Any) -> Any:
            try:
                return await connecting(session, *args, **options)
            finally:
                await stream.close()

        monkeypatch.setattr(aiohttp.ClientSession, "ws_connect", connect)
        with pytest.raises(Unreachable, match=r"refused \(429\)"):
            await client.stream()
        while (await client.limits()).sockets:
            pass
