"""One socket among many never reads: the others hear everything, it holds no more than it may, and nothing is lost."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from gateway.settings import Settings
from gateway.ws import channels, newsroom, session, stream
from gateway.ws.outbox import Outbox
from gateway.ws.socket import AiohttpSocket
from tests.gateway.house import BODY, PLENTY, House, Socket, a_wish, an_ask

BOOK = "book:shanghai/h800-sxm/P1D"
CHANNELS = ["account", BOOK]
HELD_MAX_BYTES = 32 * 1024
READERS = 8
ORDERS = 30  # of 5 KB each: more than an outbox holds
LISTINGS = 100  # fewer than may be in flight
STUCK = "X-Stuck"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(port=0, data_dir=tmp_path, sandbox=True, outbox_max_bytes=HELD_MAX_BYTES, **PLENTY)


class Gated(AiohttpSocket):
    """A socket of which one kind takes nothing until it is let."""

    lets: asyncio.Event

    def __init__(self, socket: web.WebSocketResponse, request: web.Request) -> None:
        super().__init__(socket, request)
        self._stuck = STUCK in request.headers

    async def send(self, frames: Sequence[bytes]) -> None:
        if self._stuck:
            await self.lets.wait()
        await super().send(frames)


async def heard(socket: Socket) -> list[BODY]:
    """What a socket is pushed until its account has been told of an ask, and its book has it."""
    found: list[BODY] = []
    last, book = 0, -1
    while not last or found[-1].get("more") or book < last:
        found.append(await socket.push())
        if found[-1]["type"] == "ask.placed":
            last = found[-1]["seq"]
        if found[-1]["channel"] == BOOK:
            book = found[-1]["seq"]
    return found


async def test_a_stuck_reader_among_many(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    outboxes: list[Outbox] = []
    encoded: Counter[int] = Counter()

    class Watched(Outbox):
        def __init__(self, *given: Any) -> None:
            super().__init__(*given)
            outboxes.append(self)

    encode = channels.book_frame

    def counted(name: str, news: Any) -> bytes:
        encoded[news.seq] += 1
        return encode(name, news)

    Gated.lets = asyncio.Event()
    monkeypatch.setattr(stream, "AiohttpSocket", Gated)
    monkeypatch.setattr(session, "Outbox", Watched)
    monkeypatch.setattr(newsroom, "book_frame", counted)
    key = await house.account("hz", ["provider", "buyer"], deposit="100000000")
    headers = {"Authorization": f"Bearer {key}", STUCK: "yes"}
    stuck = Socket(await house.http.ws_connect(f"{house.url}/v1/stream", headers=headers))
    house.sockets.append(stuck)
    await stuck.send({"id": 1, "op": "subscribe", "params": {"channels": CHANNELS}})
    readers = [await house.connect(key) for _ in range(READERS)]
    for reader in readers:
        await reader.do("subscribe", channels=CHANNELS)
    encoded.clear()  # those who came later got the book whole
    hearing = asyncio.gather(*map(heard, readers))
    wishes = [a_wish(price=f"{1 + number}.00") for number in range(32)]
    for number in range(ORDERS):
        bid = {"client_order_id": f"bid-{number}", "quantity": "1", "alternatives": wishes, "vouchers": []}
        await house.post("/v1/bids", key, bid)
        assert all(outbox.held_bytes < 2 * HELD_MAX_BYTES for outbox in outboxes)
    await house.post("/v1/asks", key, an_ask(price="99.00"))

    stories = await hearing
    pushes = {channel: [push for push in stories[0] if push["channel"] == channel] for channel in CHANNELS}
    for story in stories:
        for channel in CHANNELS:
            mine = [push for push in story if push["channel"] == channel]
            assert [push["seq"] for push in mine if push["type"] != "snapshot"] == [
                push["seq"] for push in pushes[channel] if push["type"] != "snapshot"
            ]
    assert len(pushes["account"]) > ORDERS
    assert max(encoded.values()) == 1, "a change of a book is written once, however many hear of it"
    assert max(outbox.held_bytes for outbox in outboxes) >= HELD_MAX_BYTES, "somebody does not read"

    Gated.lets.set()
    assert (await stuck.reply())["ok"]
    late = [push for push in await heard(stuck) if push["channel"] == "account"]
    assert late == pushes["account"], "it has missed nothing"


async def test_a_stuck_reader_s_listings_are_not_made_ahead(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """However many it asks for, few more are held than an outbox takes; what it orders is done, and nothing is lost."""
    made: list[int] = []
    encode = session._encode

    def counted(answer: Any) -> bytes:
        frame = encode(answer)
        made.append(len(frame))
        return frame

    Gated.lets = asyncio.Event()
    monkeypatch.setattr(stream, "AiohttpSocket", Gated)
    key = await house.account("acme", deposit="100000000")
    wishes = [a_wish(price=f"{1 + number}.00") for number in range(32)]
    for number in range(20):
        bid = {"client_order_id": f"bid-{number}", "quantity": "1", "alternatives": wishes, "vouchers": []}
        await house.post("/v1/bids", key, bid)
    headers = {"Authorization": f"Bearer {key}", STUCK: "yes"}
    stuck = Socket(await house.http.ws_connect(f"{house.url}/v1/stream", headers=headers))
    house.sockets.append(stuck)
    monkeypatch.setattr(session, "_encode", counted)
    for number in range(LISTINGS):
        await stuck.send({"id": number, "op": "bid.list", "params": {"limit": 20}})
    await stuck.send({"id": LISTINGS, "op": "bid.cancel", "params": {"bid_id": "bid-1"}})
    while (await house.get("/v1/bids/bid-1", key))["state"] == "resting":
        pass
    assert max(made) > HELD_MAX_BYTES, "one of them is enough for an outbox"
    assert sum(made) < 4 * max(made), "a reply is encoded by itself, and then with its head"

    Gated.lets.set()
    replies = [await stuck.reply() for _ in range(LISTINGS + 1)]
    assert all(reply["ok"] for reply in replies)
    assert [reply["id"] for reply in replies if reply["id"] != LISTINGS] == list(range(LISTINGS))
