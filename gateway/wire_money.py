"""Views to the wire, continued: statements, voucher programmes, contests, flags and figures."""

from exchange.language.commands import Cap, DefineProgramme, Rate
from exchange.language.instants import format_instant
from exchange.language.units import Micros, format_money
from exchange.language.views_money import (
    ContestView,
    FlagView,
    LeaseStatement,
    ProgrammeKpi,
    ProgrammeView,
    UsageKpi,
    VoucherView,
)
from gateway import answers_money, schema_money, wire
from gateway.requests_money import CapBody, ProgrammeBody, RateBody
from gateway.wire import chip_hours, maybe_instant, maybe_pue, maybe_share


def maybe_money(amount_micros: Micros | None) -> str | None:
    return None if amount_micros is None else format_money(amount_micros)


def statement(view: LeaseStatement) -> answers_money.Statement:
    """What one party held after a transfer is not for the other to see, so it is left out here."""
    return answers_money.Statement(
        lease=wire.lease(view.lease),
        items=tuple(wire.transfer(made.but(after=None)) for made in view.items),
        totals=tuple(schema_money.Total(reason=reason, amount=format_money(amount)) for reason, amount in view.totals),
        opening=format_money(view.opening_micros),
        closing=format_money(view.closing_micros),
    )


def programme(view: ProgrammeView) -> schema_money.Programme:
    return schema_money.Programme(
        programme=view.definition.programme,
        definition=_definition(view.definition),
        year=view.year,
        pool=format_money(view.pool_micros),
        committed=format_money(view.committed_micros),
        redeemed=format_money(view.redeemed_micros),
        funded=format_money(view.funded_micros),
        lapsed=format_money(view.lapsed_micros),
        granted=format_money(view.granted_micros),
        paused=view.paused,
    )


def voucher(view: VoucherView) -> schema_money.Voucher:
    return schema_money.Voucher(
        programme=view.programme,
        eligible=view.eligible,
        why_not=view.why_not,
        granted_year=format_money(view.granted_year_micros),
        granted_total=format_money(view.granted_total_micros),
        redeemed=format_money(view.redeemed_micros),
        left_year=maybe_money(view.left_year_micros),
        left_total=maybe_money(view.left_total_micros),
        left_pool=maybe_money(view.left_pool_micros),
    )


def contest(view: ContestView) -> schema_money.Contest:
    """A contest with its period as it now stands."""
    return schema_money.Contest(
        contest_id=contest_id(view.lease_id, view.index),
        lease_id=f"lease-{view.lease_id}",
        account_id=view.account_id,
        index=view.index,
        period=wire.period(view.period),
        reason=view.reason,
        at=format_instant(view.at_s),
        frozen=format_money(view.frozen_micros),
        ruled_at=maybe_instant(view.ruled_s),
        ruling=view.ruling,
        refunded=format_money(view.refunded_micros),
    )


def contest_id(lease_id: int, index: int) -> str:
    return f"contest-{lease_id}-{index}"


def flag(view: FlagView) -> schema_money.Flag:
    return schema_money.Flag(
        flag_id=f"flag-{view.flag_id}",
        kind=view.kind,
        seq=view.seq,
        at=format_instant(view.at_s),
        groups=view.groups,
        lease_ids=tuple(f"lease-{lease_id}" for lease_id in view.lease_ids),
        programme=view.programme,
        amount=format_money(view.amount_micros),
        detail=view.detail,
    )


def usage(view: UsageKpi) -> schema_money.UsageKpi:
    return schema_money.UsageKpi(
        name=view.name,
        registered=chip_hours(view.registered_uch),
        leased=chip_hours(view.leased_uch),
        due=chip_hours(view.due_uch),
        lost=chip_hours(view.lost_uch),
        used=chip_hours(view.used_uch),
        leased_share=maybe_share(view.leased_bp),
        used_share=maybe_share(view.used_bp),
        used_of_due=maybe_share(view.used_of_due_bp),
        fault_rate=maybe_share(view.fault_bp),
        domestic_share=maybe_share(view.domestic_bp),
        pue=maybe_pue(view.pue_milli),
    )


def kpi(view: ProgrammeKpi) -> schema_money.ProgrammeKpi:
    return schema_money.ProgrammeKpi(
        programme=view.programme,
        year=view.year,
        pool=maybe_money(view.pool_micros),
        granted=format_money(view.granted_micros),
        committed=format_money(view.committed_micros),
        redeemed=format_money(view.redeemed_micros),
        returned=format_money(view.returned_micros),
        leases=view.leases,
        claimants=view.claimants,
        domestic_share=maybe_share(view.domestic_bp),
        redeemed_of_granted=maybe_share(view.redeemed_of_granted_bp),
        redeemed_of_pool=maybe_share(view.redeemed_of_pool_bp),
    )


def _definition(said: DefineProgramme) -> ProgrammeBody:
    """A programme as an operator would define it anew."""
    return ProgrammeBody(
        programme=said.programme,
        name_en=said.name_en,
        name_zh=said.name_zh,
        place=said.place,
        since=maybe_instant(said.from_s),
        until=maybe_instant(said.until_s),
        rates=tuple(map(_rate, said.rates)),
        caps=tuple(map(_cap, said.caps)),
        pool=maybe_money(said.pool_micros),
        pool_is=said.pool_is,
        local_regions=said.local_regions,
        local_supplier_tags=said.local_supplier_tags,
        claimants=said.claimants,
        places=said.claimant_places,
        barred=said.barred_tags,
        unaffiliated=said.unaffiliated,
        excludes=said.excludes,
    )


def _rate(said: Rate) -> RateBody:
    return RateBody(share=wire.share(said.share_bp), supply=said.supply, chip=said.chip, use=said.use)


def _cap(said: Cap) -> CapBody:
    return CapBody(
        scope=said.scope,
        amount=format_money(said.amount_micros),
        only_tags=said.only_tags,
        except_tags=said.except_tags,
    )
