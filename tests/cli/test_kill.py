"""kill -9 in the middle of the demo: whatever a client was told before is there after the next start."""

import asyncio
import signal
from contextlib import AsyncExitStack
from pathlib import Path

import msgspec

from exchange.language.instants import format_instant, parse_instant
from exchange.language.units import CHIP_PLACES, DAY_S, MONEY_PLACES, parse_decimal
from gateway import requests_money, schema, schema_money
from gateway.client.errors import Unreachable
from gateway.client.rest import Client
from gateway.demo.admission import KEYS_FILE
from tests.cli.server import Server, running

WITNESS = "witness"
WITNESS_MONEY = "1000"
TOLD_LEASES = 6
PATIENCE_S = 45


class Told(msgspec.Struct):
    """What clients were told, by id: the newest word on each, and on the witness's money."""

    seq: int = 0
    bids: dict[str, schema.Bid] = msgspec.field(default_factory=dict)
    asks: dict[str, schema.Ask] = msgspec.field(default_factory=dict)
    leases: dict[str, schema_money.Lease] = msgspec.field(default_factory=dict)
    transfers: dict[str, schema_money.Transfer] = msgspec.field(default_factory=dict)
    witness: schema_money.Account | None = None


async def test_nothing_that_was_told_is_lost_by_kill_9(tmp_path: Path) -> None:
    words = ("demo", "--speed", "900")
    with running(tmp_path, *words) as server:
        keys = read_keys(server)
        witness_key = await enter_witness(server)
        told = await watch_until_killed(server, keys, witness_key)
    assert len(told.leases) >= TOLD_LEASES

    with running(tmp_path, *words) as again:
        assert "the digest matches" in again.history or "no digest was kept" in again.history
        assert int(again.history.split()[0].replace(",", "")) >= told.seq
        await compare(again, keys | {WITNESS: witness_key}, told)
        assert again.end(signal.SIGINT) == 0
    with running(tmp_path, *words) as once_more:
        assert "the digest matches" in once_more.history


def read_keys(server: Server) -> dict[str, str]:
    """The keys of the cast, once the demo has greeted."""
    while not server.line().startswith("keys"):
        pass
    return msgspec.json.decode((server.data_dir / KEYS_FILE).read_bytes(), type=dict[str, str])


async def enter_witness(server: Server) -> str:
    """An account whose money nobody moves but the test; its key."""
    async with Client(server.url, server.key()) as operator:
        await operator.open_account(schema.AccountBody(account_id=WITNESS, roles=("buyer",)))
        made = await operator.create_key(schema.KeyBody(account_id=WITNESS, scopes=("read", "trade")))
        await operator.deposit(schema.MoneyBody(account_id=WITNESS, amount=WITNESS_MONEY))
    assert made.key is not None
    return made.key


async def watch_until_killed(server: Server, keys: dict[str, str], witness_key: str) -> Told:
    """Listen to the whole cast and bid as the witness, until a last answer comes no more."""
    told, enough = Told(), asyncio.Event()
    async with asyncio.timeout(PATIENCE_S), asyncio.TaskGroup() as group:
        for key in keys.values():
            group.create_task(listen(server.url, key, told, enough))
        group.create_task(bid_on(server.url, witness_key, told))
        await enough.wait()
        server.process.kill()
    return told


async def listen(url: str, key: str, told: Told, enough: asyncio.Event) -> None:
    """Note every push of an account until the connection breaks."""
    async with Client(url, key) as client, await client.stream() as stream:
        await stream.subscribe("account")
        try:
            async for push in stream.pushes():
                note(told, push.type, push.data)
                told.seq = max(told.seq, push.seq)
                if len(told.leases) >= TOLD_LEASES:
                    enough.set()
        except Unreachable:
            return


def note(told: Told, kind: str, data: bytes | msgspec.Raw) -> None:
    """Keep the newest word on what a push is about."""
    match kind.partition(".")[0]:
        case "bid":
            bid = msgspec.json.decode(data, type=schema.Bid)
            told.bids[bid.bid_id] = bid
        case "ask":
            ask = msgspec.json.decode(data, type=schema.Ask)
            told.asks[ask.ask_id] = ask
        case "lease":
            lease = msgspec.json.decode(data, type=schema_money.Lease)
            told.leases[lease.lease_id] = lease
        case "transfer":
            transfer = msgspec.json.decode(data, type=schema_money.Transfer)
            told.transfers[transfer.transfer_id] = transfer


async def bid_on(url: str, key: str, told: Told) -> None:
    """Bid for ever where nobody sells, one CNY-cent held at a time, and note each answer."""
    async with Client(url, key) as client:
        latest = format_instant((parse_instant((await client.time()).now) // DAY_S + 90) * DAY_S)
        try:
            for number in range(10_000):
                placed = await client.place_bid(witness_bid(number, latest))
                told.bids[placed.bid.bid_id] = placed.bid
                told.seq = max(told.seq, placed.seq)
                told.witness = await client.account()
        except Unreachable:
            return


def witness_bid(number: int, latest: str) -> schema.BidBody:
    return schema.BidBody(
        client_order_id=f"witness-{number}",
        quantity="1",
        regions=("wuxi",),
        chips=("t4",),
        duration="PT1H",
        earliest_start="now",
        latest_start=latest,
        price="0.01",
    )


async def compare(server: Server, keys: dict[str, str], told: Told) -> None:
    """Everything that was told is there, as it was or further on."""
    async with AsyncExitStack() as stack:
        clients = {name: await stack.enter_async_context(Client(server.url, key)) for name, key in keys.items()}
        for bid in told.bids.values():
            compare_order(await clients[bid.account_id].bid(bid.bid_id), bid)
        for ask in told.asks.values():
            compare_order(await clients[ask.account_id].ask(ask.ask_id), ask)
        for lease in told.leases.values():
            found = await clients[lease.buyer].lease(lease.lease_id)
            assert (found.ask_id, found.bid_id) == (lease.ask_id, lease.bid_id)
            assert (found.start, found.end, found.cost) == (lease.start, lease.end, lease.cost)
            assert micros(found.earned) >= micros(lease.earned)
            assert found == lease or lease.state in ("scheduled", "running")
        kept = {transfer.transfer_id: transfer for client in clients.values() for transfer in await history(client)}
        assert told.transfers.items() <= kept.items()
        await compare_witness(clients[WITNESS], told)
        operator = await stack.enter_async_context(Client(server.url, server.key()))
        assert (await operator.audit()).violations == ()


def compare_order(found: schema.Bid | schema.Ask, told: schema.Bid | schema.Ask) -> None:
    """An order is the one that was told, and has not traded less."""
    assert (found.client_order_id, found.account_id, found.quantity, found.created_at, found.seq) == (
        told.client_order_id,
        told.account_id,
        told.quantity,
        told.created_at,
        told.seq,
    )
    assert parse_decimal(found.filled, CHIP_PLACES) >= parse_decimal(told.filled, CHIP_PLACES)
    assert told.state in (found.state, "resting")


async def compare_witness(client: Client, told: Told) -> None:
    """What the last answer said is held; one bid more when the kill came between the journal and its answer."""
    account, last = await client.account(), told.witness
    assert last is not None
    assert micros(account.available) + micros(account.held) == micros(WITNESS_MONEY)
    each_micros = micros(next(bid.held for bid in told.bids.values() if bid.account_id == WITNESS))
    assert micros(account.held) - micros(last.held) in (0, each_micros, 2 * each_micros)


async def history(client: Client) -> list[schema_money.Transfer]:
    """Every transfer of an account."""
    found: list[schema_money.Transfer] = []
    cursor: str | None = None
    while True:
        page = await client.transfers(requests_money.TransferPage(limit=500, cursor=cursor))
        found += page.items
        if (cursor := page.cursor) is None:
            return found


def micros(amount: str) -> int:
    return parse_decimal(amount, MONEY_PLACES)
