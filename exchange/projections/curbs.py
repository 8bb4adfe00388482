"""What operators hold back beside the states of markets: blocked accounts, paused programmes, bands, proposals."""

from collections.abc import Iterator
from itertools import islice

from exchange.language.events_operator import AccountBlocked, BandSet, ProgrammePaused, ProposalClosed, ProposalMade
from exchange.language.units import Seconds
from exchange.language.views_operator import BandView, BlockView, BrakeView, CurbsView, ProposalView


class Curbs:
    """What holds now, and every proposal there has been."""

    def __init__(self) -> None:
        self.accounts: dict[str, BlockView] = {}
        self.programmes: dict[str, BlockView] = {}
        self.bands: dict[tuple[str, str], BandView] = {}
        self.proposals: list[ProposalView] = []  # the place of each is its number, from 1
        self.made_at: dict[int, int] = {}  # seq of the command that proposed -> number

    # -- writing ----------------------------------------------------------------------------------------------------

    def blocked(self, event: AccountBlocked, now_s: Seconds) -> None:
        """An account is blocked, or no longer."""
        _set(self.accounts, event.account_id, event.blocked, event, now_s)

    def paused(self, event: ProgrammePaused, now_s: Seconds) -> None:
        """A programme is paused, or no longer."""
        _set(self.programmes, event.programme, event.paused, event, now_s)

    def band_set(self, event: BandSet, now_s: Seconds) -> None:
        """A market has another band."""
        place = event.region, event.chip
        if event.band_bp is None:
            self.bands.pop(place, None)
            return
        self.bands[place] = BandView(
            region=event.region,
            chip=event.chip,
            band_bp=event.band_bp,
            since_s=now_s,
            reason=event.reason,
            operator_id=event.operator_id,
        )

    def proposed(self, event: ProposalMade, seq: int, now_s: Seconds) -> None:
        """A large action waits."""
        self.add(ProposalView(seq=seq, at_s=now_s, made=event))

    def add(self, proposal: ProposalView) -> None:
        """The next proposal of all."""
        self.proposals.append(proposal)
        self.made_at[proposal.seq] = len(self.proposals)

    def closed(self, event: ProposalClosed, now_s: Seconds) -> None:
        """It waits no more."""
        place = event.proposal_id - 1
        self.proposals[place] = self.proposals[place].but(
            state=event.state, closed_by=event.operator_id, closed_s=now_s, closing_reason=event.reason
        )

    # -- reading ----------------------------------------------------------------------------------------------------

    def view(self, markets: tuple[BrakeView, ...]) -> CurbsView:
        """What holds now, with the markets that are not open."""
        return CurbsView(
            markets=markets,
            accounts=tuple(self.accounts.values()),
            programmes=tuple(self.programmes.values()),
            bands=tuple(self.bands.values()),
        )

    def proposal_of(self, seq: int) -> ProposalView | None:
        """The proposal that a command made, if it made one."""
        number = self.made_at.get(seq)
        return None if number is None else self.proposals[number - 1]

    def proposal(self, number: int) -> ProposalView | None:
        """A proposal by its number."""
        return self.proposals[number - 1] if 1 <= number <= len(self.proposals) else None

    def newest(self, state: str | None, before: int | None, limit: int) -> list[ProposalView]:
        """Up to `limit` proposals with numbers below `before`, newest first."""
        end = len(self.proposals) if before is None else max(0, before - 1)
        return list(islice(_in_state(self.proposals[:end], state), limit))


def _in_state(proposals: list[ProposalView], state: str | None) -> Iterator[ProposalView]:
    return (proposal for proposal in reversed(proposals) if state in (None, proposal.state))


def _set(
    held: dict[str, BlockView], name: str, holds: bool, event: AccountBlocked | ProgrammePaused, now_s: Seconds
) -> None:
    if holds:
        held[name] = BlockView(name=name, since_s=now_s, reason=event.reason, operator_id=event.operator_id)
    else:
        held.pop(name, None)
