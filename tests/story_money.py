"""Stories about leases that end early and periods that are contested, on the market with its books kept twice.

    venue    lets contest 1h                   how long after a period has closed; no contests without it
    alice    contest lease-1 period 0          lease-1 contested frozen 110.88
    venue    rules lease-1 period 0 delivered 4 used 4
             lease-1 ruled refunded 56.00 penalty 13.972
    alice    release lease-1                   cut paid 67.20 refunded 44.80
    venue    cancel lease-1                    cut refunded 224.00, lease-1 cancelled by_operator
    hz       available 110.88 contestable 110.88
    alice    ask 4 h800 mon..02:00 @ 15.00 of lease-1      rests
    bob      bid 4 h800 2h from mon @ 15.00    leases 4 from alice, lease-1 resold part lease-2 cost 112.00
    bob      release lease-2                   lease-1 regains part lease-2
    clock    mon 01:15                         lease-1 settles part lease-2 paid 56.00

Periods count from 0. `lets contest` comes before any order.
"""

import functools
import inspect
import re
from collections.abc import Callable

from msgspec.structs import replace

from exchange.language.commands import CancelLease, Command, ContestPeriod, ReleaseLease, RuleContest, SetRules
from exchange.language.units import CHIP_HOUR_PLACES, parse_decimal
from tests.properties.world import RULES
from tests.story import Test, number_of, run_story
from tests.story_vouchers import MoneyStage
from tests.story_words import NUM, StoryError, length_of

LETS = re.compile(r"lets contest (?P<span>\w+)")
PERIOD = re.compile(
    rf"(?P<verb>contest|rules) lease-(?P<lease>\d+) period (?P<index>\d+)"
    rf"(?: delivered (?P<delivered>{NUM}) used (?P<used>{NUM}))?"
)
ENDS = re.compile(r"(?P<verb>release|cancel) (?P<lease>lease-\d+)")
WHY = "as told"


class LeaseStage(MoneyStage):
    """The stage of stories about contests and early ends."""

    def command(self, who: str, says: str) -> Command:
        if found := LETS.fullmatch(says):
            return SetRules(rules=replace(RULES, contest_s=length_of(found["span"])))
        if found := PERIOD.fullmatch(says):
            return about_period(who, found)
        if found := ENDS.fullmatch(says):
            number = number_of(found["lease"])
            if found["verb"] == "release":
                return ReleaseLease(account_id=who, lease_id=number)
            return CancelLease(operator_id=who, lease_id=number, reason=WHY)
        return super().command(who, says)


def about_period(who: str, found: re.Match[str]) -> Command:
    """A contest, or a ruling on one."""
    lease_id, index = int(found["lease"]), int(found["index"])
    if found["verb"] == "contest":
        return ContestPeriod(account_id=who, lease_id=lease_id, index=index, reason=WHY)
    if found["delivered"] is None:
        raise StoryError("a ruling says what was delivered and used")
    return RuleContest(
        operator_id=who,
        lease_id=lease_id,
        index=index,
        delivered_uch=parse_decimal(found["delivered"], CHIP_HOUR_PLACES),
        used_uch=parse_decimal(found["used"], CHIP_HOUR_PLACES),
        reason=WHY,
    )


def lease_story(test: Test) -> Callable[[], None]:
    """The test that the docstring tells."""
    text = inspect.getdoc(test)
    assert text, f"{test.__name__} tells no story"

    @functools.wraps(test)
    def told() -> None:
        run_story(text, LeaseStage)

    return told
