"""A running edge, and the few verbs that its tests speak: call, open an account, connect, look at everything."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import aiohttp
import msgspec

from exchange.language.commands import Command, OpenAccount, RegisterKey
from exchange.language.instants import format_instant
from exchange.runtime.exchange import Exchange
from exchange.runtime.seeds import default_seeds_dir, load_seeds
from gateway.auth import hash_secret, new_key
from gateway.schema import Problem

START_S = 1_796_083_200  # 2026-12-01T00:00:00Z, where the market's clock stands when a test begins
HOUR_S = 3600
SEEDS = tuple(load_seeds(default_seeds_dir()))  # frozen, so all markets may have the same ones

# limits that no test reaches by the way
PLENTY: Any = {
    "read_per_s": 1_000_000,
    "trade_per_s": 1_000_000,
    "cancel_per_s": 1_000_000,
    "anonymous_per_s": 1_000_000,
    "shed_lag_ms": 1_000_000,
    "sockets_per_account_max": 1_000,
    "sweep_s": 1_000.0,  # a key that has ended is met where a test looks for it
}

BODY = dict[str, Any]


def at(hours: float) -> str:
    """An instant so many hours after the start."""
    return format_instant(START_S + int(hours * HOUR_S))


def an_ask(client_order_id: str = "ask-a", **changes: Any) -> BODY:
    """Eight H800 in Shanghai for two days from 01:00, at 14.00."""
    ask = {
        "client_order_id": client_order_id,
        "region": "shanghai",
        "chip": "h800-sxm",
        "quantity": "8",
        "start": at(1),
        "end": at(49),
        "price": "14.00",
    }
    return {name: value for name, value in (ask | changes).items() if value is not None}


def a_wish(**changes: Any) -> BODY:
    """One alternative: a day on H800 in Shanghai, starting at 01:00, for at most 15.20."""
    wish = {
        "region": "shanghai",
        "chip": "h800-sxm",
        "duration": "P1D",
        "earliest_start": at(1),
        "latest_start": at(1),
        "price": "15.20",
    }
    return {name: value for name, value in (wish | changes).items() if value is not None}


def a_bid(client_order_id: str = "bid-a", **changes: Any) -> BODY:
    """Four chips, by the one alternative of `a_wish` in the short form, and without a subsidy."""
    short = a_wish()
    bid = {
        "client_order_id": client_order_id,
        "quantity": "4",
        "regions": [short.pop("region")],
        "chips": [short.pop("chip")],
        "vouchers": [],
        **short,
    }
    return {name: value for name, value in (bid | changes).items() if value is not None}


class Answer(NamedTuple):
    """An HTTP answer."""

    status: int
    headers: Any
    raw: bytes

    @property
    def body(self) -> Any:
        return msgspec.json.decode(self.raw)

    @property
    def refused(self) -> tuple[int, str, str | None]:
        """Status, code and param of a problem; fails on anything that is not a whole problem."""
        assert self.headers["Content-Type"] == "application/problem+json", self.raw
        problem = self.body
        assert set(problem) == set(Problem.__struct_fields__)
        assert problem["status"] == self.status
        assert problem["request_id"] == self.headers["X-Request-Id"]
        assert problem["title"]
        assert problem["detail"]
        return self.status, problem["code"], problem["param"]


class Socket:
    """An open stream, one request at a time; pushes that come between are kept."""

    def __init__(self, raw: aiohttp.ClientWebSocketResponse) -> None:
        self.raw = raw
        self.pushes: list[BODY] = []
        self._last_id = 0

    async def ask(self, op: str, **params: Any) -> BODY:
        """Send a request and wait for its reply."""
        self._last_id += 1
        await self.send({"id": self._last_id, "op": op, "params": params})
        reply = await self.reply()
        assert reply["id"] == self._last_id
        return reply

    async def do(self, op: str, **params: Any) -> Any:
        """As `ask`, for a request that must go well: its result."""
        reply = await self.ask(op, **params)
        assert reply["ok"], reply
        return reply["result"]

    async def send(self, frame: Any) -> None:
        await self.raw.send_str(frame if isinstance(frame, str) else msgspec.json.encode(frame).decode())

    async def reply(self) -> BODY:
        """The next frame that is a reply."""
        while "channel" in (frame := await self.frame()):
            self.pushes.append(frame)
        return frame

    async def push(self) -> BODY:
        """The next push, of those kept first."""
        if self.pushes:
            return self.pushes.pop(0)
        frame = await self.frame()
        assert "channel" in frame, frame
        return frame

    async def frame(self) -> BODY:
        message = await self.raw.receive(timeout=20)
        assert message.type is aiohttp.WSMsgType.TEXT, message
        frame: BODY = msgspec.json.decode(message.data)
        return frame

    async def closed(self) -> int | None:
        """Wait for the close, whatever comes before it; its code."""
        while (await self.raw.receive(timeout=20)).type is aiohttp.WSMsgType.TEXT:
            pass
        return self.raw.close_code


class House:
    """The edge at an address, the market behind it, a client, and the operator's key."""

    def __init__(self, url: str, market: Exchange, http: aiohttp.ClientSession) -> None:
        self.url = url
        self.market = market
        self.http = http
        self.operator = ""
        self.sockets: list[Socket] = []

    async def call(
        self,
        method: str,
        path: str,
        key: str | None = None,
        body: Any = None,
        *,
        data: bytes | None = None,
        headers: dict[str, str] | None = None,
    ) -> Answer:
        """One request. `body` goes as JSON, `data` as it is."""
        sent = {**({"Authorization": f"Bearer {key}"} if key else {}), **(headers or {})}
        data = msgspec.json.encode(body) if body is not None else data
        async with self.http.request(method, self.url + path, data=data, headers=sent) as response:
            return Answer(response.status, response.headers, await response.read())

    async def get(self, path: str, key: str | None = None) -> Any:
        """The body of a GET that must go well."""
        answer = await self.call("GET", path, key)
        assert answer.status == 200, answer.raw
        return answer.body

    async def post(self, path: str, key: str, body: Any) -> Any:
        """The body of a POST that must go well."""
        answer = await self.call("POST", path, key, body)
        assert answer.status in (200, 201), answer.raw
        return answer.body

    async def do(self, command: Command) -> None:
        """A command that goes straight to the market."""
        outcome = await self.market.submit(command)
        assert outcome.reject is None, outcome

    async def appoint_operator(self) -> None:
        """The first account, as the composition root opens it."""
        key_id, self.operator = new_key()
        await self.do(OpenAccount(account_id="operator", roles=("operator",), owner_group="operator"))
        await self.do(
            RegisterKey(
                key_id=key_id,
                secret_hash=hash_secret(self.operator),
                account_id="operator",
                scopes=("read", "operate"),
            )
        )

    async def account(
        self, name: str, roles: Sequence[str] = ("buyer",), deposit: str | None = "100000", **particulars: Any
    ) -> str:
        """A new account with money; its key."""
        await self.post(
            "/v1/operator/accounts", self.operator, {"account_id": name, "roles": list(roles), **particulars}
        )
        if deposit:
            await self.post("/v1/operator/deposits", self.operator, {"account_id": name, "amount": deposit})
        return await self.key(name)

    async def key(self, name: str, scopes: Sequence[str] = ("read", "trade", "provide"), **limits: Any) -> str:
        """Another key of an account."""
        made = await self.post(
            "/v1/operator/keys", self.operator, {"account_id": name, "scopes": list(scopes), **limits}
        )
        secret: str = made["key"]
        return secret

    async def connect(self, key: str | None = None, headers: dict[str, str] | None = None, **options: Any) -> Socket:
        """A stream, logged in by the handshake when there is a key."""
        headers = {**({"Authorization": f"Bearer {key}"} if key else {}), **(headers or {})}
        socket = Socket(await self.http.ws_connect(f"{self.url}/v1/stream", headers=headers, **options))
        self.sockets.append(socket)
        return socket

    async def hang_up(self) -> None:
        """Close every stream that is open still."""
        for socket in self.sockets:
            await socket.raw.close()

    async def advance(self, length: str) -> None:
        await self.post("/v1/sandbox/clock", self.operator, {"advance": length})

    async def everything(self, *keys: str) -> Any:
        """All that a refused request must leave as it was: accounts, orders, leases, books, the state's counts."""
        audit = await self.get("/v1/operator/invariants", self.operator)
        assert audit["violations"] == []
        seen = {name: audit[name] for name in ("now", "accounts", "open_bids", "open_asks", "open_leases")}
        seen["brakes"] = (await self.get("/v1/status"))["brakes"]
        for key in keys:
            for path in ("account", "account/transfers", "account/keys", "bids", "asks", "leases"):
                seen[f"{key} {path}"] = await self.get(f"/v1/{path}", key)
        for tenor in (await self.get("/v1/catalog"))["tenors"]:
            book = await self.get(f"/v1/markets/shanghai/h800-sxm/book?tenor={tenor}&depth=100")
            seen[tenor] = book["asks"], book["bids"]
        return seen
