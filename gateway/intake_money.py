"""Request structs to commands, continued: contests, rulings, programmes.

As in `intake`, only the writing is judged here, and the market says whether it can be done.
"""

import re
from typing import Final

from exchange.language.commands import Cap, ContestPeriod, DefineProgramme, Rate, RuleContest
from exchange.language.rejects import Code
from exchange.language.units import CHIP_HOUR_PLACES
from exchange.language.views import LeaseView
from gateway.errors import Refusal
from gateway.intake import decimal, instant, money, share
from gateway.requests_money import CapBody, ContestParams, ProgrammeBody, RateBody
from gateway.requests_operator import RulingBrake

_CONTEST: Final = re.compile(r"contest-([1-9][0-9]{0,17})-(0|[1-9][0-9]{0,8})", re.ASCII)


def contest_command(account_id: str, lease: LeaseView, params: ContestParams, idempotency_key: str) -> ContestPeriod:
    """The command of a contest; a period is named by its place, or by when it began."""
    return ContestPeriod(
        account_id=account_id,
        lease_id=lease.lease_id,
        index=params.period if isinstance(params.period, int) else _index(lease, params.period),
        reason=params.reason,
        idempotency_key=idempotency_key,
    )


def contest_numbers(contest_id: str) -> tuple[int, int]:
    """The lease and the period's place in "contest-31-0"."""
    found = _CONTEST.fullmatch(contest_id)
    if found is None:
        raise Refusal(Code.UNKNOWN_CONTEST.wire, "contest_id", 'contest_id must be an id such as "contest-31-0".')
    return int(found[1]), int(found[2])


def ruling_command(operator_id: str, params: RulingBrake, idempotency_key: str) -> RuleContest:
    lease_id, index = contest_numbers(params.contest_id)
    return RuleContest(
        operator_id=operator_id,
        lease_id=lease_id,
        index=index,
        delivered_uch=decimal(params.delivered, CHIP_HOUR_PLACES, "delivered"),
        used_uch=decimal(params.used, CHIP_HOUR_PLACES, "used"),
        reason=params.reason,
        idempotency_key=idempotency_key,
    )


def programme_command(operator_id: str, body: ProgrammeBody, idempotency_key: str = "") -> DefineProgramme:
    return DefineProgramme(
        programme=body.programme,
        name_en=body.name_en,
        name_zh=body.name_zh,
        place=body.place,
        from_s=None if body.since is None else instant(body.since, "from"),
        until_s=None if body.until is None else instant(body.until, "until"),
        rates=tuple(_rate(rate, f"rates[{place}]") for place, rate in enumerate(body.rates)),
        caps=tuple(_cap(cap, f"caps[{place}]") for place, cap in enumerate(body.caps)),
        pool_micros=None if body.pool is None else money(body.pool, "pool"),
        pool_is=body.pool_is,
        local_regions=body.local_regions,
        local_supplier_tags=body.local_supplier_tags,
        claimants=body.claimants,
        claimant_places=body.places,
        barred_tags=body.barred,
        unaffiliated=body.unaffiliated,
        excludes=body.excludes,
        operator_id=operator_id,
        idempotency_key=idempotency_key,
    )


def _index(lease: LeaseView, began: str) -> int:
    """The place of the period that began at an instant; a Refusal when none that is settled did."""
    start_s = instant(began, "period")
    for period in lease.periods:
        if (period.part_id, period.start_s) == (lease.lease_id, start_s):
            return period.index
    detail = f"period must be when a settled period of lease-{lease.lease_id} began, or its place, from 0."
    raise Refusal(Code.BAD_VALUE.wire, "period", detail)


def _rate(body: RateBody, at: str) -> Rate:
    return Rate(share_bp=share(body.share, f"{at}.share"), supply=body.supply, chip=body.chip, use=body.use)


def _cap(body: CapBody, at: str) -> Cap:
    return Cap(
        scope=body.scope,
        amount_micros=money(body.amount, f"{at}.amount"),
        only_tags=body.only_tags,
        except_tags=body.except_tags,
    )
