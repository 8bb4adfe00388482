"""What a campaign came to: a table by kind of disturbance, and what was promised of it."""

from collections.abc import Sequence
from statistics import median
from typing import Any

from loadtests.bench.report import Promise, Result
from loadtests.kills.campaign import Campaign, Played, Skipped
from loadtests.kills.disturbances import KILLS
from loadtests.kills.notebook import Kind

TITLE = "# Killed under load: what clients were told, and what was there, newest first\n"
_COLUMNS = (
    "disturbance", "PostgreSQL", "times", "restart s", "most", "told", "done", "not done", "lost", "doubled", "wrong",
)  # fmt: skip

_PROMISED: dict[Kind, str] = {"lost": "acknowledged and lost", "doubled": "done twice", "wrong": "not as told"}


def result_of(campaign: Campaign, played: Sequence[Played | Skipped]) -> Result:
    """The table, with a row for each disturbance in each scene, and one for all."""
    acts = [each for each in played if isinstance(each, Played)]
    groups: dict[tuple[str, str], list[Played]] = {}
    for each in acts:
        groups.setdefault((each.act.kind, each.where), []).append(each)
    figures = [_figures(kind, where, group) for (kind, where), group in sorted(groups.items())]
    figures.append(_figures("all", "", acts))
    rows = [tuple(map(_cell, each.values())) for each in figures]
    kills = sum(KILLS.get(each.act.kind, 0) for each in acts)
    found = [finding for each in acts for finding in each.act.findings]
    enough = kills >= campaign.kills
    promises = [Promise("kill -9 at random moments under load", str(campaign.kills), str(kills), enough)]
    for kind, what in _PROMISED.items():
        count = sum(finding.kind == kind for finding in found)
        promises.append(Promise(what, "0", str(count), count == 0))
    from_snapshot = sum(each.act.from_snapshot for each in acts)
    promises.append(Promise("restarts that began from a snapshot", "> 0", str(from_snapshot), from_snapshot > 0))
    places, verified = len({each.where for each in acts}), sum(each.act.verified for each in acts)
    promises.append(Promise("places where `verify` finds nothing", str(places), str(verified), verified == places))
    return Result("kills", f"{kills} kills under load, seed {campaign.seed}", _COLUMNS, rows, figures, promises,
                  notes_of(campaign, played))  # fmt: skip


def notes_of(campaign: Campaign, played: Sequence[Played | Skipped]) -> tuple[str, ...]:
    """What the figures are of."""
    size = campaign.size
    crowd = (
        f"{size.hands} clients of {size.buyers} buyers over REST and {size.providers} providers over the stream, each "
        "with one command on its way: bids, asks, amendments, cancels, deposits, starts, meters, releases. A sandbox "
        f"at speed {size.speed}. Server, PostgreSQL and clients share the machine."
    )
    columns = (
        "Restart is from starting the server until it trades, the median; that of an embedded PostgreSQL and its own "
        "recovery are in it. Told are commands that were acknowledged, done and not done is what unknown outcomes were "
        "found to be, wrong is whatever else is not as it was told."
    )
    acts = [each.act for each in played if isinstance(each, Played)]
    snapshots = (
        f"{sum(act.from_snapshot for act in acts)} of {sum(len(act.restarts) for act in acts)} restarts began from a "
        f"snapshot, the others from nothing; one is taken every {size.snapshot_every:,} commands."
    )
    compared = (
        "After each, every unknown outcome was asked again with the same id and came to one; every order, lease and "
        "deposit with news was compared with what was told, the transfers with the balances, and the market checked "
        "itself; at the end all of it from the beginning, and then the server was stopped in order, and `leasebook "
        "verify` run on what it left."
    )
    skipped = (f"not played: {each.where}: {each.why}" for each in played if isinstance(each, Skipped))
    return (crowd, columns, compared, snapshots, *skipped)


def line_of(each: Played | Skipped) -> str:
    """One act in one line, for who watches."""
    if isinstance(each, Skipped):
        return f"{each.where}: not played: {each.why}"
    act = each.act
    unknown = act.settled.done + act.settled.not_done
    words = f"{act.kind} ({each.where}): {act.answered:,} acknowledged, {unknown} unknown, {len(act.findings)} findings"
    if act.restarts:
        words += f", back in {max(act.restarts):.2f} s"
    return "; ".join([words, *act.notes])


def _figures(kind: str, where: str, group: Sequence[Played]) -> dict[str, Any]:
    restarts = [seconds for each in group for seconds in each.act.restarts]
    found = [finding.kind for each in group for finding in each.act.findings]
    figures = (
        kind,
        where,
        len(group),
        median(restarts) if restarts else None,
        max(restarts, default=None),
        sum(each.act.answered for each in group),
        sum(each.act.settled.done for each in group),
        sum(each.act.settled.not_done for each in group),
        *(found.count(name) for name in _PROMISED),
    )
    return dict(zip(_COLUMNS, figures, strict=True))


def _cell(figure: str | int | float | None) -> str:
    if figure is None:
        return "–"
    return f"{figure:.2f}" if isinstance(figure, float) else f"{figure:,}" if isinstance(figure, int) else figure
