"""What heads ask of the server beyond a method and a target, and what they get: an answer, always, and a whole one."""

import asyncio

import msgspec
import pytest

from gateway.settings import Settings
from tests.gateway.house import Answer, House, a_bid
from tests.gateway.logged import Logs


async def said(house: House, head: str, body: bytes = b"") -> list[Answer]:
    """All the answers on a connection of its own, to its end."""
    reader, writer = await asyncio.open_connection("127.0.0.1", int(house.url.rpartition(":")[2]))
    if head:
        writer.write(head.replace("\n", "\r\n").encode("utf-8", "surrogateescape") + b"\r\n" + body)
    found = []
    async with asyncio.timeout(20):
        while top := await reader.readline():
            fields = {}
            while (line := await reader.readline()) != b"\r\n":
                name, _, value = line.decode().strip().partition(": ")
                fields[name] = value
            payload = await reader.readexactly(int(fields.get("Content-Length", "0")))
            found.append(Answer(int(top.split()[1]), fields, payload))
    writer.close()
    return found


@pytest.mark.parametrize("target", ["POST /v1/bids", "GET /v1/time", "GET /v1/stream", "GET /nothing", "PUT /v1/bids"])
async def test_an_expectation_that_is_not_known_is_refused_and_no_defect(house: House, logs: Logs, target: str) -> None:
    stream = logs(every=False)
    [answer] = await said(house, f"{target} HTTP/1.1\nHost: x\nExpect: the-best\n")
    assert answer.refused == (400, "bad_request", "Expect")
    assert "the-best" not in answer.raw.decode()
    assert "error" not in stream.getvalue()


async def test_a_body_may_wait_for_the_word_to_go_on(house: House) -> None:
    alice, body = await house.account("alice"), msgspec.json.encode(a_bid())
    head = "POST /v1/bids HTTP/1.1\nHost: x\nExpect: 100-continue\nConnection: close\n"
    go_on, answer = await said(house, f"{head}Authorization: Bearer {alice}\nContent-Length: {len(body)}\n", body)
    assert (go_on.status, answer.status) == (100, 201)


class TestACrowd:
    @pytest.fixture
    def settings(self, settings: Settings) -> Settings:
        return msgspec.structs.replace(settings, connections_per_address_max=1)

    async def test_who_is_turned_away_at_the_door_is_told_as_much_as_anybody(self, house: House) -> None:
        await house.get("/v1/time")  # by a connection that is kept
        [answer] = await said(house, "")
        assert answer.refused == (429, "too_many_sockets", None)
        assert (answer.headers["Retry-After"], answer.headers["Cache-Control"]) == ("1", "no-store")


@pytest.mark.parametrize("target", ["GET /v1/account", "GET /v1/time", "GET /v1/stream", "POST /v1/bids"])
async def test_a_key_that_is_no_text_is_a_bad_key_and_costs_as_one(house: House, logs: Logs, target: str) -> None:
    stream = logs(every=False)
    [answer] = await said(house, f"{target} HTTP/1.1\nHost: x\nConnection: close\nAuthorization: Bearer lbk_\udcff\n")
    assert answer.status in ({200} if target == "GET /v1/time" else {401, 426})  # the time is for everybody
    assert "error" not in stream.getvalue()
