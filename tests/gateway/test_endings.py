"""How things end: slow readers, a shutdown, a market that stops, a defect of ours."""

import asyncio
import socket as sockets
from typing import Any

import aiohttp
import msgspec
import pytest

from exchange.language.commands import Alternative, CancelAllBids, PlaceBid
from exchange.projections.views import Views
from exchange.runtime.exchange import Exchange
from gateway.answers import Push
from gateway.app import build_app, serving
from gateway.client.following import AccountFollower
from gateway.settings import Settings
from gateway.vault import Vault
from tests.gateway.house import BODY, HOUR_S, START_S, House, Socket, a_bid, an_ask

SHUTDOWN_S = 5


def narrow(info: Any) -> sockets.socket:
    """A client's socket that holds next to nothing."""
    made = sockets.socket(*info[:3])
    made.setsockopt(sockets.SOL_SOCKET, sockets.SO_RCVBUF, 4096)
    made.setblocking(False)
    return made


async def test_a_slow_reader_gets_a_whole_beginning_and_then_1013(house: House, market: Exchange) -> None:
    alice = await house.account("alice", deposit="100000000")
    connector = aiohttp.TCPConnector(socket_factory=narrow)
    async with aiohttp.ClientSession(connector=connector) as http:
        slow = Socket(await http.ws_connect(f"{house.url}/v1/stream", headers={"Authorization": f"Bearer {alice}"}))
        follower = AccountFollower((await slow.do("subscribe", channels=["account"]))["seq"])
        for start in range(0, 5000, 1000):  # with the cancels, more than all buffers and queues can take
            await asyncio.gather(*(market.submit(small_bid(start + number)) for number in range(1000)))
        await market.submit(CancelAllBids(account_id="alice"))
        assert (await house.call("GET", "/v1/account", alice)).status == 200, "nobody else waits"

        count = 0
        while (message := await slow.raw.receive(timeout=20)).type is aiohttp.WSMsgType.TEXT:
            count += len(follower.take(msgspec.json.decode(message.data, type=Push)))
        assert slow.raw.close_code == 1013
        assert 0 < count < 20_000


def small_bid(number: int) -> PlaceBid:
    wish = Alternative(
        region="shanghai",
        chip="h800-sxm",
        duration_s=HOUR_S,
        latest_start_s=START_S + HOUR_S,
        price_micros=1_000_000,
    )
    return PlaceBid(account_id="alice", client_order_id=f"b-{number}", quantity_milli=1, alternatives=(wish,))


async def test_a_shutdown_is_announced_and_loses_nothing(market: Exchange, settings: Settings) -> None:
    loop = asyncio.get_running_loop()
    async with aiohttp.ClientSession() as http:
        async with serving(build_app(market, settings, Vault.at(settings.data_dir)), settings) as url:
            house = House(url, market, http)
            await house.appoint_operator()
            key = await house.account("hz", ["provider"], deposit="10000000")
            socket, idle = await house.connect(key), await house.connect()
            reader, idler = asyncio.create_task(read_all(socket)), asyncio.create_task(read_all(idle))
            for number in range(300):
                await socket.send({"id": number, "op": "ask.place", "params": an_ask(f"a-{number}")})
            began = loop.time()
        assert loop.time() - began < SHUTDOWN_S
        frames = await reader
        assert socket.raw.close_code == 1001
        assert [frame["type"] for frame in await idler] == ["shutting_down"]
        assert idle.raw.close_code == 1001
        replies = {frame["id"]: frame for frame in frames if "id" in frame}
        placed = [number for number, reply in replies.items() if reply["ok"]]
        assert {reply["error"]["code"] for reply in replies.values() if not reply["ok"]} <= {"shutting_down"}
        assert [frame["type"] for frame in frames if "channel" in frame] == ["shutting_down"]
        known = {ask.client_order_id for ask in market.reads.asks("hz", None, None, 500)}
        assert known == {f"a-{number}" for number in placed}, "all that was carried out was answered, and no more"
        with pytest.raises(aiohttp.ClientConnectionError):
            await http.get(f"{url}/healthz")


async def test_a_shutdown_does_not_wait_for_a_peer_that_does_not_listen(market: Exchange, settings: Settings) -> None:
    loop = asyncio.get_running_loop()
    async with aiohttp.ClientSession() as http:
        async with serving(build_app(market, settings, Vault.at(settings.data_dir)), settings) as url:
            house = House(url, market, http)
            socket = await house.connect()
            await socket.do("ping")
            began = loop.time()
        assert loop.time() - began < SHUTDOWN_S
        assert [frame["type"] for frame in await read_all(socket)] == ["shutting_down"]


async def read_all(socket: Socket) -> list[BODY]:
    """Every frame until the close."""
    frames = []
    while (message := await socket.raw.receive(timeout=20)).type is aiohttp.WSMsgType.TEXT:
        frames.append(message.json())
    return frames


async def test_a_full_market_asks_to_come_again(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    alice = await house.account("alice")
    before = await house.everything(alice)
    monkeypatch.setattr("exchange.runtime.inbox.INBOX_MAX", 0)
    answer = await house.call("POST", "/v1/bids", alice, a_bid())
    assert answer.refused == (503, "busy", None)
    assert (answer.body["retryable"], answer.body["outcome"]) == (True, "rejected")
    assert answer.headers["Retry-After"] == "1"
    monkeypatch.undo()
    assert await house.everything(alice) == before


async def test_a_stopped_market_leaves_the_outcome_open(house: House, market: Exchange) -> None:
    alice = await house.account("alice")
    socket = await house.connect(alice)
    await socket.do("subscribe", channels=["account"])
    await market.close()
    answer = await house.call("POST", "/v1/bids", alice, a_bid())
    assert answer.refused == (503, "unavailable", None)
    assert (answer.body["retryable"], answer.body["outcome"]) == (True, "unknown")
    assert (await house.call("GET", "/readyz")).refused == (503, "not_ready", None)
    assert (await house.call("GET", "/healthz")).status == 200
    assert (await house.get("/v1/status"))["state"] == "stopped"
    assert (await house.call("GET", "/v1/bids", alice)).status == 200, "what is known can still be read"
    assert await socket.closed() == 1012


async def test_a_defect_is_logged_and_not_shown(
    house: House, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("the secret of our insides")

    alice = await house.account("alice")
    monkeypatch.setattr(Views, "bids", broken)
    answer = await house.call("GET", "/v1/bids", alice)
    assert answer.refused == (500, "internal", None)
    assert b"insides" not in answer.raw
    socket = await house.connect(alice)
    reply = await socket.ask("bid.list")
    assert reply["error"]["code"] == "internal"
    assert (await socket.do("ping"))["now"], "the socket lives on"
    logged = capsys.readouterr().out
    assert "the secret of our insides" in logged
    assert answer.body["request_id"] in logged
    assert reply["error"]["request_id"] in logged
    assert alice not in logged
