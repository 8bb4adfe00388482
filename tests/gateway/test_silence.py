"""Nobody is there: a socket that is armed ends, by whatever cause, or a dead man is not wound up; orders go with it."""

from collections.abc import AsyncIterator
from types import SimpleNamespace
from typing import Any

import aiohttp
import pytest
from msgspec.structs import replace

from exchange.language.commands_sessions import ArmSession, EndSession
from exchange.language.port import Busy, MarketStopped
from exchange.language.statements import Told
from exchange.language.views import AskView, BidView
from exchange.runtime.exchange import Exchange
from gateway.app import build_app, serving
from gateway.client.rest import Client
from gateway.settings import Settings
from gateway.vault import Vault
from gateway.ws import burying
from gateway.ws.burying import Undertaker
from tests.gateway.house import BODY, START_S, House, Socket, a_bid, an_ask, at
from tests.gateway.test_restart import opened

ORDERS = ("bid.canceled", "ask.canceled")


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """Keys are looked at as often as they really are."""
    return replace(settings, sweep_s=Settings().sweep_s)


async def trader(house: House, name: str = "alice") -> str:
    """An account with a bid and an ask that rest; its key."""
    key = await house.account(name, ["buyer", "provider"])
    await orders(house, key, name)
    return key


async def orders(house: House, key: str, name: str) -> None:
    await house.post("/v1/bids", key, a_bid(f"{name}-bid", price="10.00", latest_start=at(6)))
    await house.post("/v1/asks", key, an_ask(f"{name}-ask", price="20.00"))


async def standing(house: House, key: str) -> list[str]:
    """How an account's orders stand, newest first, and why."""
    found = [*(await house.get("/v1/bids", key))["items"], *(await house.get("/v1/asks", key))["items"]]
    return [f"{order['state']} {order['reason']}".rstrip() for order in found]


async def pushes(watcher: Socket, *kinds: str) -> list[BODY]:
    """The next pushes of these kinds, as many as they are."""
    found: list[BODY] = []
    while len(found) < len(kinds):
        push = await watcher.push()
        if push["type"] in kinds:
            found.append(push)
    return found


async def close(_: House, socket: Socket, key_id: str) -> None:
    await socket.raw.close()


async def reset(_: House, socket: Socket, key_id: str) -> None:
    assert socket.raw._conn is not None and socket.raw._conn.transport is not None
    socket.raw._conn.transport.abort()


async def revoke(house: House, socket: Socket, key_id: str) -> None:
    await house.call("DELETE", f"/v1/operator/keys/{key_id}", house.operator)
    assert await socket.closed() == 1008


async def taken_back(news: AsyncIterator[Told]) -> list[str]:
    """Why the next command that cancels orders of an account has done so, order by order."""
    async for told in news:
        found = [each.data for each in told.notices if each.type in ORDERS]
        if found:
            return [data.reason for data in found if isinstance(data, BidView | AskView)]
    raise AssertionError("the market has stopped")


async def test_an_armed_socket_takes_all_orders_of_its_account_with_it(house: House) -> None:
    alice, bob = await trader(house), await trader(house, "bob")
    watcher, plain = await house.connect(alice), await house.connect(bob)
    await watcher.do("subscribe", channels=["account"])
    await plain.raw.close()
    for again, end in enumerate((close, reset, revoke)):
        made = await house.post("/v1/operator/keys", house.operator, {"account_id": "alice", "scopes": ["provide"]})
        armed = await house.connect(made["key"])
        reply = await armed.ask("session.cancel_on_disconnect")
        assert (reply["result"], reply["seq"]) == ({"enabled": True}, house.market.reads.seq)
        await end(house, armed, made["key_id"])
        gone = await pushes(watcher, *ORDERS)
        assert [(push["type"], push["data"]["reason"]) for push in gone] == [(kind, "disconnect") for kind in ORDERS]
        assert len({push["seq"] for push in gone}) == 1
        assert await standing(house, alice) == ["canceled disconnect"] * (2 + 2 * again)
        assert await standing(house, bob) == ["resting"] * 2, "nobody armed it"
        await orders(house, alice, f"later-{again}")
    assert house.market.reads.armed() == {}, "what comes later stays"


class TestImpatient:
    """With a server that does not wait long for the answer to a ping."""

    @pytest.fixture
    def settings(self, settings: Settings) -> Settings:
        return replace(settings, heartbeat_s=0.2)

    async def test_a_peer_that_answers_no_pings_is_gone(self, house: House) -> None:
        news = aiter(house.market.subscribe("alice"))
        silent = await house.connect(await trader(house), autoping=False)
        await silent.do("session.cancel_on_disconnect", enabled=True)
        assert await taken_back(news) == ["disconnect"] * 2


async def test_whoever_logs_out_or_disarms_keeps_the_orders(house: House) -> None:
    alice = await trader(house)
    polite, hasty, wavering = [await house.connect(alice) for _ in range(3)]
    await polite.do("session.cancel_on_disconnect")
    await polite.do("logout")
    for number, op in enumerate(("session.cancel_on_disconnect", "logout")):
        await hasty.send({"id": number, "op": op})
    assert [(await hasty.reply())["ok"] for _ in range(2)] == [True, True]
    await wavering.do("session.cancel_on_disconnect")
    assert await wavering.do("session.cancel_on_disconnect", enabled=False) == {"enabled": False}
    assert house.market.reads.armed() == {}

    for socket in (hasty, wavering):
        await socket.raw.close()
    news = aiter(house.market.subscribe("bob"))
    assert (await polite.ask("session.cancel_on_disconnect"))["error"]["code"] == "unauthenticated"
    await polite.do("login", key=await trader(house, "bob"))
    await polite.do("session.cancel_on_disconnect")
    await polite.raw.close()
    assert await taken_back(news) == ["disconnect"] * 2
    assert await standing(house, alice) == ["resting"] * 2


async def test_a_dead_man_is_wound_up_until_he_is_not(house: House) -> None:
    alice = await trader(house)
    socket, other = await house.connect(alice), await house.connect(alice)
    await other.do("subscribe", channels=["account"])
    assert await socket.do("session.dead_man", seconds=3600) == {"seconds": 3600, "until": at(1)}
    await house.advance("PT30M")
    assert await other.do("session.dead_man", seconds=3600) == {"seconds": 3600, "until": at(1.5)}
    sessions = (await house.get("/v1/operator/sessions", house.operator))["items"]
    assert [session["dead_man_until"] for session in sessions] == [at(1.5)] * 2, "he is the account's"
    assert [session["cancel_on_disconnect"] for session in sessions] == [False] * 2
    await house.advance("PT59M59S")
    assert await standing(house, alice) == ["resting"] * 2

    await house.advance("PT10M")
    fired, *gone = await pushes(other, "dead_man.fired", *ORDERS)
    assert (fired["data"]["account_id"], fired["data"]["held"]) == ("alice", "0.00")
    assert [push["data"]["reason"] for push in gone] == ["dead_man"] * 2
    assert {push["at"] for push in (fired, *gone)} == {at(1.5)}
    assert await standing(house, alice) == ["canceled dead_man"] * 2

    await house.post("/v1/bids", alice, a_bid("later", price="10.00", earliest_start=at(6), latest_start=at(6)))
    assert (await socket.do("session.dead_man", seconds=60))["seconds"] == 60
    assert await socket.do("session.dead_man", seconds=0) == {"seconds": 0, "until": None}
    await house.advance("PT1H")
    assert (await standing(house, alice))[0] == "resting"

    reader, nobody = await house.connect(await house.key("alice", ["read"])), await house.connect()
    for seconds in (-1, 86_401, 2**70):
        error = (await socket.ask("session.dead_man", seconds=seconds))["error"]
        assert (error["code"], error["param"]) == ("duration_out_of_range", "seconds")
    assert (await socket.ask("session.dead_man", seconds="60"))["error"]["code"] == "wrong_type"
    assert (await socket.ask("session.dead_man"))["error"]["code"] == "missing_field"
    for op, params in (("session.dead_man", {"seconds": 60}), ("session.cancel_on_disconnect", {})):
        assert (await reader.ask(op, **params))["error"]["code"] == "scope_missing"
        assert (await nobody.ask(op, **params))["error"]["code"] == "unauthenticated"


async def test_a_client_that_follows_is_watched_until_it_leaves(house: House) -> None:
    alice = await trader(house)
    news = aiter(house.market.subscribe("alice"))
    async with (
        Client(house.url, alice) as client,
        client.follow("account", dead_man_s=60, cancel_on_disconnect=True) as live,
    ):
        assert live.connected
        assert list(house.market.reads.armed().values()) == ["alice"]
        assert house.market.reads.dead_man_until_s("alice") == START_S + 60
        assert await standing(house, alice) == ["resting"] * 2
    assert await taken_back(news) == ["disconnect"] * 2
    assert house.market.reads.armed() == {}


async def test_a_shutdown_ends_armed_sockets_too(market: Exchange, settings: Settings) -> None:
    async with aiohttp.ClientSession() as http:
        async with serving(build_app(market, settings, Vault.at(settings.data_dir)), settings) as url:
            house = House(url, market, http)
            await house.appoint_operator()
            await (await house.connect(await trader(house))).do("session.cancel_on_disconnect")
        assert market.reads.armed() == {}
        assert [bid.reason for bid in market.reads.bids("alice", None, None, 9)] == ["disconnect"]


async def test_what_a_killed_server_left_armed_ends_before_the_next_one_listens(
    database_url: str, settings: Settings
) -> None:
    async with opened(database_url, settings) as house:
        await house.appoint_operator()
        operator, alice = house.operator, await trader(house)
        bob = await trader(house, "bob")
        await (await house.connect(bob)).do("session.dead_man", seconds=3600)
        for session_id in ("s-1", "s-2"):
            await house.do(ArmSession(account_id="alice", session_id=session_id))
    async with opened(database_url, settings) as house:
        house.operator = operator
        assert await standing(house, alice) == ["canceled disconnect"] * 2
        assert house.market.reads.armed() == {}
        assert await standing(house, bob) == ["resting"] * 2, "his time has not come"
        await house.advance("PT1H")
        assert await standing(house, bob) == ["canceled dead_man"] * 2


async def test_a_busy_market_is_told_again_and_a_stopped_one_is_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(burying, "_PATIENCE_S", 0)
    heard: list[EndSession] = []
    answers = [Busy(), Busy(), None, MarketStopped()]

    async def submit(command: EndSession) -> None:
        heard.append(command)
        if (failure := answers[len(heard) - 1]) is not None:
            raise failure

    market: Any = SimpleNamespace(submit=submit)
    undertaker = Undertaker(market)
    for session_id in ("s-1", "s-2"):
        undertaker.bury(session_id)
        await undertaker.done()
    assert [command.session_id for command in heard] == ["s-1", "s-1", "s-1", "s-2"]


async def test_a_key_that_has_been_revoked_cannot_log_out_to_keep_its_orders(house: House) -> None:
    news, stolen = aiter(house.market.subscribe("alice")), await trader(house)
    socket = await house.connect(stolen)
    await socket.do("session.cancel_on_disconnect")
    (key,) = (await house.get("/v1/account/keys", stolen))["items"]
    assert (await house.call("DELETE", f"/v1/operator/keys/{key['key_id']}", house.operator)).status == 200
    assert (await socket.ask("logout"))["error"]["code"] == "key_revoked"
    await socket.raw.close()
    assert await taken_back(news) == ["disconnect"] * 2
