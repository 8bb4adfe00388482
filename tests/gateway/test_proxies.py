"""Behind a proxy: whom a request is from, and what then holds for that address and not for the proxy's."""

from pathlib import Path

import pytest
from aiohttp import WSServerHandshakeError

from gateway.doorman import Doorman
from gateway.proxies import FORWARDED_FOR, Proxies
from gateway.settings import Limits, Settings
from tests.gateway.house import PLENTY, House
from tests.gateway.test_doorman import Handler, Server, Transport

OURS = Proxies(["10.0.0.0/8", "127.0.0.1", "::1"])


@pytest.mark.parametrize(
    ("peer", "forwarded", "asker"),
    [
        ("203.0.113.9", ["198.51.100.1"], "203.0.113.9"),  # whoever comes by itself is believed nothing
        ("127.0.0.1", [], "127.0.0.1"),
        ("127.0.0.1", ["198.51.100.1"], "198.51.100.1"),
        ("127.0.0.1", ["192.0.2.7, 198.51.100.1"], "198.51.100.1"),  # the first is what the asker made up
        ("127.0.0.1", ["192.0.2.7, 198.51.100.1 , 10.1.2.3"], "198.51.100.1"),
        ("127.0.0.1", ["198.51.100.1", "10.1.2.3"], "198.51.100.1"),  # lines are one list
        ("127.0.0.1", ["10.9.9.9, 10.1.2.3"], "10.9.9.9"),  # all of them ours: it began with the first
        ("127.0.0.1", ["198.51.100.1, nonsense, 10.1.2.3"], "10.1.2.3"),
        ("127.0.0.1", [""], "127.0.0.1"),
        ("::1", ["2001:db8:0::1"], "2001:db8::1"),
        ("127.0.0.1", ["::ffff:198.51.100.1"], "198.51.100.1"),  # a proxy's socket for both kinds tells IPv4 so
        ("127.0.0.1", ["198.51.100.1, ::ffff:10.1.2.3"], "198.51.100.1"),
        (None, ["198.51.100.1"], None),
    ],
)
def test_who_asks(peer: str | None, forwarded: list[str], asker: str | None) -> None:
    assert OURS.asker(peer, forwarded) == asker


def test_nobody_is_believed_unless_said_so() -> None:
    assert Proxies().asker("127.0.0.1", ["198.51.100.1"]) == "127.0.0.1"
    with pytest.raises(ValueError, match="localhost"):
        Proxies(["localhost"])


class TestBehindOne:
    @pytest.fixture
    def settings(self, tmp_path: Path) -> Settings:
        limits = {**PLENTY, "anonymous_per_s": 1, "burst_s": 1}
        return Settings(port=0, data_dir=tmp_path, sandbox=True, trusted_proxies=("127.0.0.1",), **limits)

    async def test_keys_and_limits_are_of_who_asks(self, house: House) -> None:
        await house.account("alice", ["buyer"])
        bound = await house.key("alice", ["read"], addresses=["198.51.100.0/24"])
        there = {FORWARDED_FOR: "203.0.113.9"}
        for here in ({FORWARDED_FOR: "198.51.100.1"}, {FORWARDED_FOR: "::ffff:198.51.100.1"}):
            assert (await house.call("GET", "/v1/account", bound, headers=here)).status == 200
        refused = await house.call("GET", "/v1/account", bound, headers=there)
        assert refused.refused == (403, "address_not_allowed", None)
        for address in ("198.51.100.7", "198.51.100.8", "::ffff:198.51.100.9"):  # a bucket for each
            headers = {FORWARDED_FOR: address}
            assert [(await house.call("GET", "/v1/status", headers=headers)).status for _ in range(2)] == [200, 429]

    async def test_a_stream_is_of_who_asks(self, house: House) -> None:
        await house.account("alice", ["buyer"])
        key = await house.key("alice", ["read"], addresses=["198.51.100.1"])
        await house.connect(key, headers={FORWARDED_FOR: "198.51.100.1"})
        (session,) = (await house.get("/v1/operator/sessions", house.operator))["items"]
        assert (session["account_id"], session["address"]) == ("alice", "198.51.100.1")
        with pytest.raises(WSServerHandshakeError, match="403"):
            await house.connect(key, headers={FORWARDED_FOR: "198.51.100.2"})


async def test_a_proxy_has_as_many_connections_as_it_likes() -> None:
    server, doorman = Server(), Doorman(Limits(connections_per_address_max=1), proxies=Proxies(["10.0.0.1"]))
    async with doorman.posted(server):  # type: ignore[arg-type]
        for _ in range(3):
            server.connection_made(Handler(), Transport("10.0.0.1"))
        assert len(doorman) == 3
