"""Voucher programmes: what there are, what each has paid and may still pay, and how far they are used."""

from collections.abc import Sequence

import click
from msgspec import structs
from rich.console import Group
from rich.table import Table
from rich.text import Text

from gateway import schema_money
from gateway.cli.session import Session, speaks
from gateway.cli.tables import table
from gateway.cli.values import grouped, plain_time
from gateway.requests_money import ProgrammeBody

# Why an account may not claim: what the market says is in the way.
_WHY_NOT = {
    "rates": "no rate is published",
    "from": "it has not begun",
    "until": "it is over",
    "claimants": "not for accounts with such tags",
    "places": "not for accounts of that place",
    "barred": "the account is barred by a tag",
    "excludes": "another programme has paid this year",
    "paused": "an operator has paused it",
}


@click.command()
@speaks
async def programmes(session: Session) -> None:
    """Every voucher programme: what it pays, until when, and where its money is."""
    found = await session.client.programmes()
    session.show(found, programme_table(found.items))


@click.command()
@speaks
async def kpis(session: Session) -> None:
    """How the chips of each region and provider are used, and each voucher programme, year by year."""
    found = await session.client.kpis()
    named = (structs.replace(found.usage, name="all"), *found.regions, *found.providers)
    session.show(found, Group(usage_table(named), Text(), kpi_table(found.programmes)))


def programme_table(programmes: Sequence[schema_money.Programme]) -> Table:
    """Programmes, one a line."""
    columns = ("programme", "name", "in", "until", "pays", "year", "pool", "committed", "redeemed")
    drawn = table(*columns, right=columns[6:], names=("name", "pays"), less=("year", "until", "name", "redeemed"))
    for programme in programmes:
        said = programme.definition
        until = plain_time(said.until).partition(" ")[0]
        drawn.add_row(
            programme.programme, Text(said.name_zh), said.place, until, rates(said), str(programme.year),
            "open" if said.pool is None else grouped(programme.pool), grouped(programme.committed),
            grouped(programme.redeemed),
        )  # fmt: skip
    return drawn


def rates(said: ProgrammeBody) -> Text:
    """The shares that a programme pays, such as "0.3 local, 0.15 remote"; what nobody has published is open."""
    words = (
        " ".join([rate.share, *(word for word in (rate.supply, rate.chip, rate.use) if word not in ("any", ""))])
        for rate in said.rates
    )
    return Text(", ".join(words) or "open")


def voucher_table(vouchers: Sequence[schema_money.Voucher]) -> Table:
    """What an owner group has had of each programme, and what is left for it; a dash where nothing limits it."""
    columns = (
        "programme",
        "may claim",
        "this year",
        "in all",
        "redeemed",
        "left this year",
        "left in all",
        "left in pool",
    )
    drawn = table(*columns, right=columns[2:], names=("may claim",), less=("redeemed", "in all", "left in pool"))
    for voucher in vouchers:
        may = Text("yes", style="green") if voucher.eligible else Text(_WHY_NOT.get(voucher.why_not, "no"), style="dim")
        left = (voucher.left_year, voucher.left_total, voucher.left_pool)
        drawn.add_row(
            voucher.programme, may, grouped(voucher.granted_year), grouped(voucher.granted_total),
            grouped(voucher.redeemed), *("–" if amount is None else grouped(amount) for amount in left),
        )  # fmt: skip
    return drawn


def usage_table(kpis: Sequence[schema_money.UsageKpi]) -> Table:
    """Chip-hours on offer or leased, and what became of them: in all, by region and by provider."""
    columns = ("chips of", "chip-hours", "leased", "used", "used of due", "lost", "fault rate", "domestic", "PUE")
    drawn = table(*columns, right=columns[1:], names=columns[:1], less=("used of due", "domestic", "PUE"))
    for kpi in kpis:
        shares = (kpi.leased_share, kpi.used_share, kpi.used_of_due)
        drawn.add_row(
            kpi.name, grouped(kpi.registered), *(share or "–" for share in shares), grouped(kpi.lost),
            *(share or "–" for share in (kpi.fault_rate, kpi.domestic_share, kpi.pue)),
        )  # fmt: skip
    return drawn


def kpi_table(years: Sequence[schema_money.ProgrammeKpi]) -> Table:
    """Programmes by year, with what is redeemed as a share of what was granted (drawn) and of the pool."""
    columns = (
        *("programme", "year", "pool", "granted", "committed", "redeemed", "returned", "leases", "claimants"),
        *("domestic", "drawn", "of pool"),
    )
    drawn = table(*columns, right=columns[1:],
                  less=("claimants", "leases", "domestic", "drawn", "of pool", "returned", "pool"))  # fmt: skip
    for kpi in years:
        shares = (kpi.domestic_share, kpi.redeemed_of_granted, kpi.redeemed_of_pool)
        drawn.add_row(
            kpi.programme, str(kpi.year), "–" if kpi.pool is None else grouped(kpi.pool), grouped(kpi.granted),
            grouped(kpi.committed), grouped(kpi.redeemed), grouped(kpi.returned), str(kpi.leases), str(kpi.claimants),
            *(share or "–" for share in shares),
        )  # fmt: skip
    return drawn
