"""The demo: its cast fits the catalogue, everybody trades over the real wire, and a second start goes on."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from io import StringIO
from pathlib import Path

from msgspec.structs import replace
from rich.console import Console

from exchange.language.commands import DefineChip, DefineRegion
from exchange.language.units import CHIP_PLACES, full_uch, parse_decimal
from exchange.runtime.exchange import Exchange
from exchange.runtime.opening import open_market
from exchange.runtime.seeds import default_seeds_dir, load_seeds
from gateway.app import build_app, serving
from gateway.client.rest import Client
from gateway.demo.admission import KEYS_FILE
from gateway.demo.board import Board
from gateway.demo.buyer import STYLES
from gateway.demo.cast import Cast, load_cast
from gateway.demo.fate import Fate, fate_of
from gateway.demo.tally import Tally
from gateway.demo.troupe import on_stage
from gateway.host import operator_key
from gateway.settings import Settings
from gateway.vault import Vault

CAST = load_cast(default_seeds_dir() / "demo.toml")
HASTY = replace(
    CAST,
    newcomers=replace(CAST.newcomers, every_s=(0.2, 0.4), stay_s=(1, 1.5)),
    drill=replace(CAST.drill, every_s=0.5, holds_s=0.2),
)
PATIENCE_S = 60


def test_the_cast_fits_the_catalogue() -> None:
    seeds = load_seeds(default_seeds_dir())
    regions = {seed.region for seed in seeds if isinstance(seed, DefineRegion)}
    chips = {seed.chip for seed in seeds if isinstance(seed, DefineChip)}
    priced = {level.chip for level in CAST.level}
    offers = [offer for part in CAST.provider for offer in part.offers]
    sold = {(offer.region, offer.chip) for offer in offers}
    assert {offer.region for offer in offers} <= regions
    assert {offer.chip for offer in offers} <= priced <= chips
    assert all(level.source for level in CAST.level)
    for offer in offers:
        assert offer.chips_milli % offer.lot_milli == 0
        assert abs(offer.markup_bp) < 1_000
    for buyer in CAST.buyer:
        assert buyer.style in STYLES
        assert all(any((region, chip) in sold for region in buyer.regions) for chip in buyer.chips), buyer.account_id
        assert all(parse_decimal(text, CHIP_PLACES) for text in (*buyer.quantities, buyer.most))
    assert (CAST.drill.region, CAST.drill.chip) in sold
    assert set(CAST.drill.affiliated) <= {party.account_id for party in (*CAST.provider, *CAST.buyer)}
    names = [party.account_id for party in (*CAST.provider, *CAST.buyer)]
    assert len(set(names)) == len(names)


def test_a_fate_is_the_leases_own() -> None:
    fates = [fate_of(1, f"lease-{number}") for number in range(2_000)]
    assert fates == [fate_of(1, f"lease-{number}") for number in range(2_000)]
    assert 5 < sum(fate.late_s is None for fate in fates) < 50
    assert 30 < sum(fate.late_s == 600 for fate in fates) < 150
    assert all(35 <= fate.used_percent <= 100 for fate in fates if fate.late_s is not None)


def test_an_outage_takes_its_part_of_a_stretch() -> None:
    fate = Fate(outage_from_s=1800, outage_until_s=4500)
    assert [fate.served_s(10_000, 10_000 + a, 10_000 + b) for a, b in ((0, 1800), (0, 3600), (3600, 7200))] == [
        1800,
        1800,
        2700,
    ]
    assert full_uch(8_000, fate.served_s(0, 0, 7200)) == 8 * 4500 * 1_000_000 // 3600


@asynccontextmanager
async def performance(data_dir: Path, cast: Cast) -> AsyncIterator[tuple[Exchange, Tally, Board]]:
    """The demo in this process, at a market hour a second."""
    settings = Settings(port=0, data_dir=data_dir, sandbox=True, speed=3600)
    async with open_market(data_dir=data_dir, sandbox=True, speed=settings.speed) as market:
        key = await operator_key(market, data_dir)
        async with (
            serving(build_app(market, settings, Vault.at(data_dir)), settings) as url,
            on_stage(url, key.secret, cast, data_dir) as tally,
            Client(url) as client,
        ):
            yield market, tally, Board(client, cast, tally)


async def until(market: Exchange, reached: Callable[[], bool]) -> None:
    """Look at the tally whenever the liveliest provider hears of something."""
    subscription = market.subscribe(CAST.provider[0].account_id)
    async with asyncio.timeout(PATIENCE_S):
        async for _ in subscription:
            if reached():
                break
    subscription.close()


def placed(market: Exchange, account_id: str) -> list[tuple[str, str]]:
    """Every order of an account by what it is known by."""
    bids = market.reads.bids(account_id, None, None, 500)
    asks = market.reads.asks(account_id, None, None, 500)
    return [(account_id, bid.client_order_id) for bid in bids] + [(account_id, ask.client_order_id) for ask in asks]


def seen(board: Board) -> str:
    """The board as a terminal of a hundred columns shows it."""
    console = Console(width=100, file=StringIO(), record=True)
    console.print(board.drawn())
    return console.export_text()


async def test_the_demo_trades_and_goes_on_where_it_was(tmp_path: Path) -> None:
    async with performance(tmp_path, HASTY) as (market, tally, board):
        await until(
            market,
            lambda: min(tally.leases, tally.metered) >= 8 and min(tally.ended, tally.arrived, tally.drills) >= 1,
        )
        await board.look()
        assert f"{tally.leases} leases" in board.line()
        assert all(f"{offer.region} {offer.chip}" in seen(board) for part in CAST.provider for offer in part.offers)
        orders = [order for account in market.reads.accounts() for order in placed(market, account.account_id)]
        assert len(orders) >= tally.bids + tally.asks > 0
    drilled = market.reads.brakes()
    assert [(brake.region, brake.chip) for brake in drilled] == [(CAST.drill.region, CAST.drill.chip)]
    newcomers = {account.account_id for account in market.reads.accounts() if account.account_id.startswith("new-")}
    assert len(newcomers) >= 1
    keys = (tmp_path / KEYS_FILE).read_bytes()
    assert (tmp_path / KEYS_FILE).stat().st_mode & 0o777 == 0o600

    async with performance(tmp_path, CAST) as (market, tally, _):
        assert market.recovery.checked_marks > 0
        assert all(market.reads.receipt(*order) is not None for order in orders)
        await until(market, lambda: tally.leases >= 3 and tally.bids >= 5)
        audit = market.audit()
        assert audit.violations == ()
        assert audit.accounts == 1 + len(CAST.provider) + len(CAST.buyer) + len(newcomers)
        assert tally.refused["client_order_id_reused"] == 0
    assert (tmp_path / KEYS_FILE).read_bytes() == keys
