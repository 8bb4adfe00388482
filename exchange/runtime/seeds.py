"""Read the folder of seeds as commands: rules, tenors, regions, chips and programmes, each in the order of its file.

A market that opens on an empty journal submits these commands, so a replay needs no side files. Every value is spelled
as on the wire; what is missing, unknown or no number of its unit is refused by file, table and key. Whether a value is
within the market's limits is the market's to say.
"""

import re
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from exchange.language.commands import (
    ANY,
    Cap,
    Command,
    DefineChip,
    DefineProgramme,
    DefineRegion,
    Rate,
    Rules,
    SetRules,
    SetTenors,
)
from exchange.language.instants import parse_duration, parse_instant
from exchange.language.limits import SLUG_MAX_CHARS
from exchange.language.units import DU_PLACES, MONEY_PLACES, SHARE_PLACES, parse_decimal

RULES, TENORS, REGIONS, CHIPS = "rules.toml", "tenors.toml", "regions.toml", "chips.toml"
PROGRAMMES = "programmes.toml"

_SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*", re.ASCII)


class SeedError(ValueError):
    """A folder of seeds that cannot be read; the message names the file, and the table and key where there is one."""


class _Duration(int):
    """Seconds, written as an ISO 8601 duration."""


class _Instant(int):
    """Seconds since the epoch, written as an RFC 3339 instant in UTC."""


class _Money(int):
    """Micros, written as a decimal string."""


class _Share(int):
    """Basis points, written as a decimal string."""


class _DuRate(int):
    """Milli-度, written as a decimal string."""


_READ: dict[type, Callable[[str], int]] = {_Duration: parse_duration, _Instant: parse_instant}
_PLACES: dict[type, int] = {_Money: MONEY_PLACES, _Share: SHARE_PLACES, _DuRate: DU_PLACES}


class _Table(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The base of what a file or one of its tables holds."""


class _Rules(_Table, frozen=True, kw_only=True):
    step: _Duration
    tick: _Money
    buyer_fee: _Share
    provider_fee: _Share
    bond_rate: _Share
    bond_window: _Duration
    start_grace: _Duration
    period: _Duration
    close_grace: _Duration
    contest: _Duration
    allowance: _Share
    penalty_rate: _Share
    silent_periods: int
    band: _Share
    band_trades: int


class _Tenors(_Table, frozen=True, kw_only=True):
    tenors: tuple[_Duration, ...]


class _Region(_Table, frozen=True, kw_only=True):
    name_en: str
    name_zh: str
    kind: str = "city"
    hub: str = ""


class _Chip(_Table, frozen=True, kw_only=True):
    vendor: str
    model: str
    du_rate: _DuRate | None = None
    memory_gb: int | None = None
    per_node: int | None = None
    domestic: bool = False


class _Rate(_Table, frozen=True, kw_only=True):
    share: _Share
    supply: str = ANY
    chip: str = ANY
    use: str = ""


class _Cap(_Table, frozen=True, kw_only=True):
    scope: str
    amount: _Money
    only: tuple[str, ...] = ()
    except_: tuple[str, ...] = msgspec.field(name="except", default=())


class _Programme(_Table, frozen=True, kw_only=True):
    place: str
    name_en: str
    name_zh: str
    rates: tuple[_Rate, ...]
    from_: _Instant | None = msgspec.field(name="from", default=None)
    until: _Instant | None = None
    caps: tuple[_Cap, ...] = ()
    pool: _Money | None = None
    pool_is: str = ""
    local_regions: tuple[str, ...] = ()
    local_supplier_tags: tuple[str, ...] = ()
    claimants: tuple[tuple[str, ...], ...] = ()
    places: tuple[str, ...] = ()
    barred: tuple[str, ...] = ()
    unaffiliated: bool = False
    excludes: tuple[str, ...] = ()


_T = TypeVar("_T", bound=_Table)


def default_seeds_dir() -> Path:
    """The `seeds/` that came with this release: beside the packages, in a checkout and when installed."""
    return Path(__file__).parents[2] / "seeds"


def load_seeds(folder: Path) -> list[Command]:
    """The commands that make an empty market into the one that the folder describes; SeedError when it does not."""
    regions = _tables(folder / REGIONS, _Region)
    chips = _tables(folder / CHIPS, _Chip)
    return [
        SetRules(rules=_rules(_whole(folder / RULES, _Rules))),
        SetTenors(tenors_s=tuple(int(tenor_s) for tenor_s in _whole(folder / TENORS, _Tenors).tenors)),
        *(
            DefineRegion(region=slug, name_en=row.name_en, name_zh=row.name_zh, kind=row.kind, hub=row.hub)
            for slug, row in regions.items()
        ),
        *(
            DefineChip(
                chip=slug,
                vendor=row.vendor,
                model=row.model,
                du_milli=_plain(row.du_rate),
                memory_gb=row.memory_gb,
                per_node=row.per_node,
                domestic=row.domestic,
            )
            for slug, row in chips.items()
        ),
        *load_programmes(folder),
    ]


def load_programmes(folder: Path) -> list[DefineProgramme]:
    """The voucher programmes of the folder; SeedError when they cannot be read."""
    return [_programme(slug, row) for slug, row in _tables(folder / PROGRAMMES, _Programme).items()]


def _programme(slug: str, seed: _Programme) -> DefineProgramme:
    """A programme in the market's units, as plain integers."""
    return DefineProgramme(
        programme=slug,
        name_en=seed.name_en,
        name_zh=seed.name_zh,
        place=seed.place,
        from_s=_plain(seed.from_),
        until_s=_plain(seed.until),
        rates=tuple(
            Rate(share_bp=int(rate.share), supply=rate.supply, chip=rate.chip, use=rate.use) for rate in seed.rates
        ),
        caps=tuple(
            Cap(scope=cap.scope, amount_micros=int(cap.amount), only_tags=cap.only, except_tags=cap.except_)
            for cap in seed.caps
        ),
        pool_micros=_plain(seed.pool),
        pool_is=seed.pool_is,
        local_regions=seed.local_regions,
        local_supplier_tags=seed.local_supplier_tags,
        claimants=seed.claimants,
        claimant_places=seed.places,
        barred_tags=seed.barred,
        unaffiliated=seed.unaffiliated,
        excludes=seed.excludes,
    )


def _plain(number: int | None) -> int | None:
    return None if number is None else int(number)


def _rules(seed: _Rules) -> Rules:
    """The rules in the market's units, as plain integers."""
    return Rules(
        step_s=int(seed.step),
        tick_micros=int(seed.tick),
        buyer_fee_bp=int(seed.buyer_fee),
        provider_fee_bp=int(seed.provider_fee),
        bond_rate_bp=int(seed.bond_rate),
        bond_window_s=int(seed.bond_window),
        start_grace_s=int(seed.start_grace),
        period_s=int(seed.period),
        close_grace_s=int(seed.close_grace),
        allowance_bp=int(seed.allowance),
        penalty_rate_bp=int(seed.penalty_rate),
        silent_periods=seed.silent_periods,
        band_bp=int(seed.band),
        band_trades=seed.band_trades,
        contest_s=int(seed.contest),
    )


def _tables(path: Path, kind: type[_T]) -> dict[str, _T]:
    """A file that is nothing but tables of one kind, by their names, which are slugs."""
    rows = {}
    for name, content in _toml(path).items():
        if _SLUG.fullmatch(name) is None or len(name) > SLUG_MAX_CHARS:
            raise SeedError(
                f'{path}: [{name}]: the name must be like "h800-sxm": lower-case letters and digits in groups, '
                f"joined by hyphens, at most {SLUG_MAX_CHARS} characters"
            )
        rows[name] = _convert(content, kind, f"{path}: [{name}]")
    if not rows:
        raise SeedError(f"{path}: has no table; at least one is needed")
    return rows


def _whole(path: Path, kind: type[_T]) -> _T:
    """A file that is a single table."""
    return _convert(_toml(path), kind, f"{path}")


def _toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as failure:
        raise SeedError(f"{path}: cannot be read: {failure.strerror}") from failure
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as failure:
        raise SeedError(f"{path}: is not TOML: {failure}") from failure


def _convert(content: object, kind: type[_T], place: str) -> _T:
    try:
        return msgspec.convert(content, kind, dec_hook=_unit)
    except msgspec.ValidationError as failure:
        raise SeedError(f"{place}: {_plainly(str(failure))}") from failure


def _unit(kind: type, value: object) -> object:
    """A wire string as a number of its unit; the ValueError that it may raise is reported with its key."""
    if not isinstance(value, str):
        raise ValueError(f"Expected a string in quotes, got `{type(value).__name__}`")
    read = _READ.get(kind)
    return kind(parse_decimal(value, _PLACES[kind]) if read is None else read(value))


def _plainly(complaint: str) -> str:
    """msgspec's "Expected … - at `$.key`" with the key in front."""
    said, at, key = complaint.rpartition(" - at `$.")
    return f"{key.rstrip('`')}: {said}" if at else complaint
