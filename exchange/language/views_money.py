"""What can be read about vouchers, supervision and the venue's figures: views like those of orders and leases."""

from exchange.language.commands import DefineProgramme
from exchange.language.units import BasisPoints, MicroChipHours, Micros, Seconds
from exchange.language.views import Balances, LeaseView, PeriodView, TransferView, View


class ProgrammeView(View, frozen=True, kw_only=True):
    """A voucher programme, and where its money is."""

    definition: DefineProgramme
    year: int
    pool_micros: Micros = 0
    committed_micros: Micros = 0
    redeemed_micros: Micros = 0
    funded_micros: Micros = 0
    lapsed_micros: Micros = 0
    granted_micros: Micros = 0  # in the year, less what came back
    paused: bool = False


class VoucherView(View, frozen=True, kw_only=True):
    """What one programme has paid and may still pay to an account's owner group. None: no cap of that kind."""

    programme: str
    eligible: bool
    why_not: str  # which condition is not met; empty when eligible
    granted_year_micros: Micros
    granted_total_micros: Micros
    redeemed_micros: Micros
    left_year_micros: Micros | None
    left_total_micros: Micros | None
    left_pool_micros: Micros | None


class FlagView(View, frozen=True, kw_only=True):
    """Something that supervision should look at."""

    flag_id: int
    kind: str  # related_party, circular, double_subsidy, underused or split_contract
    seq: int
    at_s: Seconds
    groups: tuple[str, ...]
    lease_ids: tuple[int, ...]
    programme: str | None
    amount_micros: Micros
    detail: str


class ProgrammeKpi(View, frozen=True, kw_only=True):
    """One programme in one calendar year. Shares are None where there is nothing to divide by."""

    programme: str
    year: int
    pool_micros: Micros | None
    granted_micros: Micros
    committed_micros: Micros
    redeemed_micros: Micros
    returned_micros: Micros
    leases: int
    claimants: int
    domestic_bp: BasisPoints | None  # of the subsidised chip-hours
    redeemed_of_granted_bp: BasisPoints | None
    redeemed_of_pool_bp: BasisPoints | None


class UsageKpi(View, frozen=True, kw_only=True):
    """How the chips of a region, of a provider, or of the venue (no name) are used, up to now.

    Chip-hours in millionths; shares are None where there is nothing to divide by. `projections.usage` says what counts.
    """

    name: str
    registered_uch: MicroChipHours
    leased_uch: MicroChipHours
    due_uch: MicroChipHours
    lost_uch: MicroChipHours
    used_uch: MicroChipHours
    leased_bp: BasisPoints | None  # of what was registered
    used_bp: BasisPoints | None  # of what was registered
    used_of_due_bp: BasisPoints | None
    fault_bp: BasisPoints | None  # lost per chip-hour leased that has come due
    domestic_bp: BasisPoints | None  # of what was leased
    pue_milli: int | None  # of the sites that state it, weighted by the 度 that were used there


class VenueKpis(View, frozen=True, kw_only=True):
    """The venue's figures, and those of its regions and providers by name."""

    venue: UsageKpi
    regions: tuple[UsageKpi, ...]
    providers: tuple[UsageKpi, ...]


class ContestView(View, frozen=True, kw_only=True):
    """A contested period. `ruling` is empty until an operator has ruled."""

    place: int  # in the list of all contests, from 1
    lease_id: int
    index: int
    account_id: str
    reason: str
    at_s: Seconds
    frozen_micros: Micros  # of all who were paid for the period
    period: PeriodView  # as it now stands
    ruled_s: Seconds | None = None
    ruling: str = ""
    refunded_micros: Micros = 0  # of the lease's own cost: to its buyer or the pool


class LeaseStatement(View, frozen=True, kw_only=True):
    """Every transfer of a lease, oldest first, and what they come to. `closing` is what its escrow still holds."""

    lease: LeaseView
    items: tuple[TransferView, ...]
    totals: tuple[tuple[str, Micros], ...]  # by reason, in the order of reasons
    opening_micros: Micros
    closing_micros: Micros


class AccountStatement(View, frozen=True, kw_only=True):
    """Transfers of an account, newest first, with what it held before the oldest of them and after the newest."""

    items: tuple[TransferView, ...]
    opening: Balances
    closing: Balances
