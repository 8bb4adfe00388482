"""Views to the wire, continued: who a brake hits, what is braked, proposals, and the audit log."""

from collections.abc import Iterable

from exchange.language import hits as market
from exchange.language.events_operator import Change
from exchange.language.instants import format_instant
from exchange.language.units import format_chips
from exchange.language.views_operator import AuditEntry, CurbsView, ProposalView, RowView
from gateway import answers_brakes as answers
from gateway.wire import maybe_instant, share


def hits(found: market.Hits) -> answers.Hits:
    return answers.Hits(
        markets=_group(found.markets),
        accounts=_group(found.accounts),
        orders=_chip_group(found.orders),
        leases=_chip_group(found.leases),
    )


def proposal_id(number: int) -> str:
    return f"proposal-{number}"


def proposal(view: ProposalView, now: market.Hits | None = None) -> answers.Proposal:
    """A proposal, with whom it hits now; without that, with whom it hit when it was made."""
    made = view.made
    return answers.Proposal(
        proposal_id=proposal_id(made.proposal_id),
        action=made.action,
        subject=made.subject,
        reason=made.reason,
        state=view.state,  # type: ignore[arg-type]  # one of PROPOSAL_STATES
        operator_id=made.operator_id,
        seq=view.seq,
        at=format_instant(view.at_s),
        expires_at=format_instant(made.expires_s),
        changes=_changes(made.changes),
        hits=hits(now or made.hits),
        closed_by=view.closed_by or None,
        closed_at=maybe_instant(view.closed_s),
        closing_reason=view.closing_reason,
    )


def braking(seq: int, curbs: CurbsView) -> answers.Braking:
    """All that operators hold back."""
    return answers.Braking(
        seq=seq,
        markets=tuple(
            answers.MarketBraked(
                region=brake.made.region,
                chip=brake.made.chip,
                state=brake.made.state,
                since=format_instant(brake.since_s),
                reason=brake.made.reason,
                operator_id=brake.made.operator_id,
            )
            for brake in curbs.markets
        ),
        accounts=tuple(
            answers.AccountBlocked(
                account_id=block.name,
                since=format_instant(block.since_s),
                reason=block.reason,
                operator_id=block.operator_id,
            )
            for block in curbs.accounts
        ),
        bands=tuple(
            answers.Band(
                region=band.region,
                chip=band.chip,
                band=share(band.band_bp),
                since=format_instant(band.since_s),
                reason=band.reason,
                operator_id=band.operator_id,
            )
            for band in curbs.bands
        ),
        programmes=tuple(
            answers.ProgrammePaused(
                programme=pause.name,
                since=format_instant(pause.since_s),
                reason=pause.reason,
                operator_id=pause.operator_id,
            )
            for pause in curbs.programmes
        ),
    )


def audit_entry(entry: AuditEntry) -> answers.AuditEntry:
    act = entry.act
    return answers.AuditEntry(
        seq=entry.seq,
        at=format_instant(entry.at_s),
        operator_id=act.operator_id or None,
        action=act.action,
        subject=act.subject,
        account_id=act.account_id or None,
        reason=act.reason,
        changes=_changes(act.changes),
        effects=answers.Effects(
            orders=act.effects.orders,
            leases=act.effects.leases,
            trades=act.effects.trades,
            transfers=act.effects.transfers,
        ),
        alone=act.alone,
        proposed=act.proposed,
        proposal_id=None if act.proposal_id is None else proposal_id(act.proposal_id),
        row=None if entry.row is None else _row(entry.row),
    )


def _row(view: RowView) -> answers.JournalRow:
    return answers.JournalRow(first_seq=view.first_seq, last_seq=view.last_seq, link=view.link.hex())


def _changes(changes: Iterable[Change]) -> tuple[answers.Change, ...]:
    return tuple(answers.Change(field=each.field, before=each.before, after=each.after) for each in changes)


def _group(found: market.Group) -> answers.Group:
    return answers.Group(count=found.count, first=found.first)


def _chip_group(found: market.Group) -> answers.ChipGroup:
    return answers.ChipGroup(count=found.count, first=found.first, chips=format_chips(found.chips_milli))
