"""The words of a story, to and from the market's numbers: days, windows, chips, money, orders.

Times are days of one week, `mon` to `sun` and then `mon2` …, or of the calendar, `2025-06-02`, with or without a time
of day; `now`; or `+6h` from now. Lengths are `1d`, `6h`, `15m`. Everything that is not understood raises StoryError.
"""

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from exchange.language.commands import Alternative, PlaceAsk, PlaceBid, Require
from exchange.language.instants import format_instant, parse_instant
from exchange.language.units import (
    CHIP_PLACES,
    DAY_S,
    HOUR_S,
    MONEY_PLACES,
    PUE_PLACES,
    SHARE_PLACES,
    format_decimal,
    parse_decimal,
)
from tests.properties.world import MONDAY_S, QUARTER_S, REGIONS

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
UNITS_S = {"d": DAY_S, "h": HOUR_S, "m": 60, "s": 1}

NUM = r"\d+(?:\.\d+)?"
LENGTH = r"(?:\d+[dhms])+"
DATE = r"\d{4}-\d\d-\d\d"
DAY = rf"(?:(?:{'|'.join(DAYS)})\d?|{DATE})"
CLOCK = r"\d\d:\d\d(?::\d\d)?"
AT = rf"(?:now|\+{LENGTH}|{DAY} {CLOCK}|{DAY}|{CLOCK})"
ALTERNATIVE = re.compile(
    rf"(?:(?P<own>{NUM}) )?(?P<chip>\w+) (?P<duration>{LENGTH})(?: from (?P<earliest>{AT}))?(?: till (?P<latest>{AT}))?"
    rf" @ (?P<price>{NUM})(?: in (?P<region>\w+))?(?P<options>.*)"
)
BID = re.compile(rf"bid (?P<quantity>{NUM}) (?P<alternatives>.+)")
ASK = re.compile(
    rf"ask (?P<quantity>{NUM}) (?P<chip>\w+) (?P<start>{AT})\.\.(?P<end>{AT})"
    rf" @ (?P<price>{NUM})(?: in (?P<region>\w+))?(?P<options>.*)"
)
OPTION = re.compile(
    rf" (?:(?P<flag>gang|ioc|fok|post_only|domestic)|lot (?P<lot>{NUM})|min (?P<length>{LENGTH})|min (?P<least>{NUM})"
    rf"|top (?P<top>{NUM})|until (?P<until>{AT})|self (?P<self>\w+)|as (?P<name>\S+)"
    rf"|tags (?P<tags>\S+)|pue (?P<pue>{NUM})|green (?P<green>{NUM})|by (?P<by>\S+)|for (?P<use>\w+)"
    r"|of lease-(?P<of>\d+))"
)


class StoryError(Exception):
    """A line of a story that says nothing the market knows."""


class Moment(NamedTuple):
    """When a line is read: what `now` and a bare time of day mean."""

    now_s: int
    day_s: int = MONDAY_S

    def at(self, text: str) -> int:
        """Seconds of a time in words."""
        if text == "now":
            return self.now_s
        if text.startswith("+"):
            return self.now_s + length_of(text[1:])
        day, _, clock = text.rpartition(" ") if ":" in text else (text, "", "")
        start = day_of(day) if day else self.day_s
        hours, minutes, seconds = ([*map(int, clock.split(":")), 0] if clock else [0, 0, 0])[:3]
        return start + hours * HOUR_S + minutes * 60 + seconds

    def window(self, text: str) -> tuple[int, int]:
        """`mon..wed`, `mon 06:00..18:00`: the end may leave out the day of the start."""
        start, _, end = text.partition("..")
        start_s = self.at(start)
        return start_s, self.of_day(start_s).at(end)

    def of_day(self, at_s: int) -> "Moment":
        """The same moment, with bare times of day meant on the day of an instant."""
        return Moment(self.now_s, at_s - (at_s - MONDAY_S) % DAY_S)

    def next_step(self) -> int:
        return self.now_s + -self.now_s % QUARTER_S


def day_of(text: str) -> int:
    if text[0].isdigit():
        return parse_instant(f"{text}T00:00:00Z")
    week = int(text[3:] or 1) - 1
    return MONDAY_S + (7 * week + DAYS.index(text[:3])) * DAY_S


def length_of(text: str) -> int:
    return sum(int(part[:-1]) * UNITS_S[part[-1]] for part in re.findall(r"\d+[dhms]", text))


def chips_of(text: str) -> int:
    return parse_decimal(text, CHIP_PLACES)


def money_of(text: str) -> int:
    return parse_decimal(text, MONEY_PLACES)


def share_of(text: str) -> int:
    return parse_decimal(text, SHARE_PLACES)


def say_at(at_s: int) -> str:
    """A time in words, the shortest way."""
    days, rest = divmod(at_s - MONDAY_S, DAY_S)
    week, day = divmod(days, 7)
    text = DAYS[day] + (str(week + 1) if week else "") if 0 <= week < 9 else format_instant(at_s)[:10]
    hours, minutes, seconds = rest // HOUR_S, rest % HOUR_S // 60, rest % 60
    clock = f" {hours:02}:{minutes:02}" + (f":{seconds:02}" if seconds else "")
    return text + (clock if rest else "")


def say_window(window: tuple[int, int]) -> str:
    return f"{say_at(window[0])}..{say_at(window[1])}"


def say_money(amount: int) -> str:
    return format_decimal(amount, MONEY_PLACES, 2)


def say_chips(chips: int) -> str:
    return format_decimal(chips, CHIP_PLACES)


def options_of(text: str) -> Iterator[tuple[str, str]]:
    """The options behind an order, by name; all of the text must be options."""
    place = 0
    while place < len(text):
        found = OPTION.match(text, place)
        if found is None:
            raise StoryError(f"do not know the option {text[place:].strip()!r}")
        name = found.lastgroup
        assert name is not None
        yield (found[name], "") if name == "flag" else (name, found[name])
        place = found.end()


def said(**terms: Any) -> dict[str, Any]:
    """The terms that are told; for the others the market has its own defaults."""
    return {name: term for name, term in terms.items() if term is not None}


class Terms:
    """What the options of an order say."""

    def __init__(self, text: str, moment: Moment, name: str) -> None:
        given = dict(options_of(text))
        self.moment = moment
        self.name = given.pop("name", name)
        until, top = given.pop("until", None), given.pop("top", None)
        force = next((force for force in ("ioc", "fok") if given.pop(force, None) is not None), None)
        self.top_bp = None if top is None else share_of(top)
        self.common = said(
            time_in_force=force if until is None else "gtd",
            expires_s=None if until is None else moment.at(until),
            post_only=True if "post_only" in given else None,
            self_trade=given.pop("self", None),
        )
        lot, length, least = given.pop("lot", None), given.pop("length", None), given.pop("least", None)
        self.lot_milli = None if lot is None else chips_of(lot)
        self.min_duration_s = None if length is None else length_of(length)
        self.least_milli = None if least is None else chips_of(least)
        self.gang = given.pop("gang", None) is not None
        self.tags = tuple(given.pop("tags", "").split(",")) if "tags" in given else ()
        pue, green = given.pop("pue", None), given.pop("green", None)
        self.pue_milli = None if pue is None else parse_decimal(pue, PUE_PLACES)
        self.green_bp = None if green is None else share_of(green)
        self.domestic = given.pop("domestic", None) is not None
        by = given.pop("by", None)
        self.vouchers = None if by is None else () if by == "nothing" else tuple(by.split(","))
        self.use = given.pop("use", None)
        of = given.pop("of", None)
        self.lease_id = None if of is None else int(of)

    @property
    def require(self) -> Require | None:
        """What a bid requires of asks, if anything."""
        need = Require(tags=self.tags, pue_max_milli=self.pue_milli, green_min_bp=self.green_bp, domestic=self.domestic)
        return None if need == Require() else need


def read_ask(who: str, text: str, moment: Moment, name: str) -> PlaceAsk:
    """`ask 8 h800 mon..wed @ 14.00 in shanghai lot 8 min 1d top 0.6 ioc tags roce,slurm pue 1.2 of lease-1`"""
    found = ASK.fullmatch(text)
    if found is None:
        raise StoryError(f"no ask: {text!r}")
    terms = Terms(found["options"], moment, name)
    start_s, end_s = moment.window(f"{found['start']}..{found['end']}")
    return PlaceAsk(
        account_id=who,
        client_order_id=terms.name,
        region=found["region"] or REGIONS[0],
        chip=found["chip"],
        quantity_milli=chips_of(found["quantity"]),
        start_s=None if found["start"] == "now" else start_s,
        end_s=end_s,
        price_micros=money_of(found["price"]),
        tags=terms.tags,
        pue_milli=terms.pue_milli,
        green_bp=terms.green_bp,
        lease_id=terms.lease_id,
        **said(lot_milli=terms.lot_milli, min_duration_s=terms.min_duration_s, take_or_pay_bp=terms.top_bp),
        **terms.common,
    )


def read_bid(who: str, text: str, moment: Moment, name: str) -> PlaceBid:
    """`bid 8 h800 1d from mon till tue @ 15.00 or 20 a100 2d from wed @ 7.00 in shanghai gang by wx for maas`"""
    found = BID.fullmatch(text)
    if found is None:
        raise StoryError(f"no bid: {text!r}")
    wishes, options = [], ""
    for part in found["alternatives"].split(" or "):
        wish = ALTERNATIVE.fullmatch(part)
        if wish is None:
            raise StoryError(f"no alternative: {part!r}")
        wishes.append(read_alternative(wish, moment))
        options += wish["options"]
    terms = Terms(options, moment, name)
    quantity = chips_of(found["quantity"])
    return PlaceBid(
        account_id=who,
        client_order_id=terms.name,
        quantity_milli=quantity,
        min_quantity_milli=quantity if terms.gang else terms.least_milli,
        alternatives=tuple(wishes),
        require=terms.require,
        **said(max_take_or_pay_bp=terms.top_bp, vouchers=terms.vouchers, use=terms.use),
        **terms.common,
    )


def read_alternative(wish: re.Match[str], moment: Moment) -> Alternative:
    """`from` alone is the only start; `till` alone is any from now on; neither is the next step."""
    earliest = None if wish["earliest"] is None else moment.at(wish["earliest"])
    first = moment.next_step() if earliest is None else earliest
    return Alternative(
        region=wish["region"] or REGIONS[0],
        chip=wish["chip"],
        duration_s=length_of(wish["duration"]),
        earliest_start_s=earliest,
        latest_start_s=first if wish["latest"] is None else moment.of_day(first).at(wish["latest"]),
        price_micros=money_of(wish["price"]),
        quantity_milli=None if wish["own"] is None else chips_of(wish["own"]),
    )
