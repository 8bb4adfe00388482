"""Who takes part in the demo and around which prices: `seeds/demo.toml` as structs.

Decimals stay as they are written, as strings; `level_micros` and the offers' properties give them in market units.
"""

from pathlib import Path

import msgspec

from exchange.language.units import CHIP_PLACES, MONEY_PLACES, SHARE_PLACES, Micros, Milli, parse_decimal


class _Entry(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The base of what the file holds."""


class Level(_Entry, frozen=True, kw_only=True):
    """What a chip costs per hour, and who says so."""

    chip: str
    price: str
    source: str


class Offer(_Entry, frozen=True, kw_only=True):
    """A pool of equal sites of one chip in one region."""

    region: str
    chip: str
    sites: int
    chips: str  # at each site
    lot: str
    markup: str  # share of the level, may be negative
    take_or_pay: str = "1"
    pue: str | None = None
    green_share: str | None = None

    @property
    def chips_milli(self) -> Milli:
        return parse_decimal(self.chips, CHIP_PLACES)

    @property
    def lot_milli(self) -> Milli:
        return parse_decimal(self.lot, CHIP_PLACES)

    @property
    def markup_bp(self) -> int:
        size = parse_decimal(self.markup.removeprefix("-"), SHARE_PLACES)
        return -size if self.markup.startswith("-") else size


class Party(_Entry, frozen=True, kw_only=True):
    """An account of the demo."""

    account_id: str
    place: str
    tags: tuple[str, ...] = ()


class ProviderPart(Party, frozen=True, kw_only=True):
    offers: tuple[Offer, ...]


class BuyerPart(Party, frozen=True, kw_only=True):
    """`most` is how many chips it leases at the same time, a third of them at most for a day or longer.

    `use` is what it declares its compute is for.
    """

    style: str
    regions: tuple[str, ...]
    chips: tuple[str, ...]
    quantities: tuple[str, ...]
    durations: tuple[str, ...]
    most: str
    use: str = ""


class Newcomers(_Entry, frozen=True, kw_only=True):
    """Buyers that come and go: one every so many real seconds, `most` at a time, each with so many chips at most."""

    every_s: tuple[float, float]
    stay_s: tuple[float, float]
    most: int
    chips: str


class Drill(_Entry, frozen=True, kw_only=True):
    """The market that is braked now and then, after and for so many real seconds, and two affiliated groups."""

    region: str
    chip: str
    every_s: float
    holds_s: float
    affiliated: tuple[str, str]


class Cast(_Entry, frozen=True, kw_only=True):
    """Everybody, with the price levels and the money."""

    seed: int
    usd_cny: str
    top_up: str
    level: tuple[Level, ...]
    provider: tuple[ProviderPart, ...]
    buyer: tuple[BuyerPart, ...]
    newcomers: Newcomers
    drill: Drill

    def level_micros(self, chip: str) -> Micros:
        """The level of a chip, CNY per chip-hour."""
        return next(parse_decimal(level.price, MONEY_PLACES) for level in self.level if level.chip == chip)


def load_cast(path: Path) -> Cast:
    """The cast in a file; msgspec.ValidationError names what is wrong with it."""
    return msgspec.toml.decode(path.read_bytes(), type=Cast)
