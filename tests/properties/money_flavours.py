"""The kinds of sequences in which money moves, and what each of them must have met by the end."""

from exchange.language.events import (
    BONDED,
    BUYER_FEE,
    COMMITTED,
    CONTEST_REFUNDED,
    CONTEST_RETURNED,
    DEPOSITED,
    EARNED,
    ESCROWED,
    FEE_REFUNDED,
    FROZEN,
    FUNDED,
    HELD,
    LAPSED,
    PENALTY,
    PROVIDER_FEE,
    PROVIDER_FEE_REFUNDED,
    REDEEMED,
    REFUNDED,
    REPAID,
    RETURNED,
    THAWED,
    UNBONDED,
    UNHELD,
    WITHDRAWN,
)
from exchange.language.units import HOUR_S
from tests.properties.money_world import QUARTER_S, Flavour

OFTEN_S = (QUARTER_S,) * 6

METERS = Flavour(  # leases, late and shrinking meters, defaults, purses
    name="meters",
    weights={"ask": 2, "bid": 4, "change": 3, "time": 10, "start": 4, "meter": 20, "purse": 5, "again": 2},
    jumps_s=(*OFTEN_S, 450, 1, -1, HOUR_S),
)
VOUCHERS = Flavour(  # programmes that bind, are worded anew, and go through a new year
    name="vouchers",
    weights={
        "ask": 3,
        "bid": 10,
        "time": 9,
        "start": 6,
        "meter": 14,
        "programme": 3,
        "relate": 1,
        "pause": 2,
        "release": 1,
        "again": 1,
    },
    jumps_s=(*OFTEN_S, HOUR_S, 3 * HOUR_S),
)
ENDINGS = Flavour(  # contests and rulings, releases, operators' cancels
    name="endings",
    weights={
        "ask": 2,
        "bid": 4,
        "time": 10,
        "start": 4,
        "meter": 18,
        "contest": 7,
        "rule": 5,
        "release": 2,
        "stop": 1,
        "again": 3,
    },
    jumps_s=(*OFTEN_S, HOUR_S, 450),
)
RESALES = Flavour(  # parts offered again and again, and everything that can befall a chain
    name="resales",
    weights={
        "ask": 2,
        "bid": 18,
        "time": 16,
        "start": 16,
        "meter": 30,
        "resell": 16,
        "release": 3,
        "stop": 1,
        "change": 3,
        "contest": 12,
        "rule": 7,
        "again": 3,
    },
    jumps_s=(*OFTEN_S, HOUR_S),
    chain=True,
)
FLAVOURS = (METERS, VOUCHERS, ENDINGS, RESALES)

ORDINARY = (HELD, UNHELD, BONDED, UNBONDED, ESCROWED, EARNED, REFUNDED, FEE_REFUNDED, PENALTY, BUYER_FEE, PROVIDER_FEE)
PROGRAMMED = (FUNDED, LAPSED, COMMITTED, REDEEMED, RETURNED)
CONTESTED = (FROZEN, THAWED, CONTEST_REFUNDED, CONTEST_RETURNED, PROVIDER_FEE_REFUNDED)


def moved(*reasons: str) -> set[str]:
    return {f"transfer {reason}" for reason in reasons}


def refused(command: str, *codes: str) -> set[str]:
    return {f"{command}: {code}" for code in codes}


EVERYWHERE = {
    *("AdvanceTime", "MeterLease", "PlaceAsk", "PlaceBid", "StartLease"),
    *refused("MeterLease", "meter_exceeds_delivered", "meter_in_future", "meter_outside_lease"),
    *refused("MeterLease", "lease_over", "unknown_lease"),
    *refused("PlaceBid", "insufficient_funds"),
    *refused("StartLease", "lease_started", "unknown_lease"),
    *("lease defaulted not_started", "lease defaulted silent", "lease ended completed", "ask canceled bond_exhausted"),
    *("a period paid in part", "a period with subsidy redeemed and returned", "a penalty that the bond did not cover"),
    *(f"a subsidy bound by {what}" for what in ("rate", "contract", "total", "pool")),
    *(f"a pool grew: {what}" for what in ("floor", "none")),
    *(f"a year's pool lapsed: {what}" for what in ("ceiling", "floor", "none")),
    "money of an old year lapsed",
    *moved(*ORDINARY, *PROGRAMMED),
}
RELEASES = {"ReleaseLease", "cut by_buyer", "lease released by_buyer"}
CONTESTS = {
    *("ContestPeriod", "RuleContest", "a contest lost", "a contest won", "a contest after the end"),
    *refused("ContestPeriod", "contest_open", "not_contestable"),
    *refused("RuleContest", "unknown_contest"),
    "a ruling with a penalty",
    *moved(*CONTESTED),
}
CANCELS = {"CancelLease", "cut by_operator", "lease cancelled by_operator"}

MUST_MEET = {
    "meters": {
        *EVERYWHERE,
        *refused("AdvanceTime", "time_not_forward"),
        *("AmendAsk", "AmendBid", "CancelAllAsks", "CancelAllBids", "CancelAsk", "CancelBid", "SetDeadMan"),
        "ask canceled dead_man",
        *("Deposit", "Deposit repeated", "Withdraw", "Withdraw repeated"),
        *refused("Deposit", "amount_out_of_range", "idempotency_key_reused", "unknown_account"),
        *refused("Withdraw", "amount_out_of_range", "idempotency_key_reused", "unknown_account", "insufficient_funds"),
        *refused("MeterLease", "lease_not_running", "meter_exceeds_capacity", "meter_shrinks", "role_missing"),
        *refused("PlaceBid", "unknown_programme"),
        "a report for a period that was closed",
        *moved(DEPOSITED, WITHDRAWN),
    },
    "vouchers": {
        *EVERYWHERE,
        *RELEASES,
        *("DefineProgramme", "RelateGroups", "RelateGroups repeated", "a subsidy bound by year"),
        *refused("DefineProgramme", "bad_value", "pool_committed"),
        *("PauseProgramme", "a paused programme that would have paid"),
        *refused("StartLease", "lease_over"),
        *refused("RelateGroups", "bad_value"),
    },
    "endings": {
        *EVERYWHERE,
        *RELEASES,
        *CONTESTS,
        *CANCELS,
        *(f"{kind} repeated" for kind in ("CancelLease", "ContestPeriod", "ReleaseLease", "RuleContest")),
        *refused("CancelLease", "bad_value", "idempotency_key_reused"),
        *refused("ContestPeriod", "contest_ruled", "idempotency_key_reused"),
        *refused("ReleaseLease", "role_missing", "unknown_lease"),
        *refused("RuleContest", "bad_value", "idempotency_key_reused"),
    },
    "resales": {
        *EVERYWHERE,
        *RELEASES,
        *CONTESTS,
        *CANCELS,
        *refused("PlaceAsk", "bad_value", "lease_over", "quantity_not_owned", "unknown_lease"),
        *refused("PlaceAsk", "window_outside_lease", "window_past"),
        *refused("ReleaseLease", "lease_offered"),
        *(f"a chain of {length}" for length in (2, 3, 4, 5)),
        *("a period of several parts", "a period paid under several contracts", "a resale out of several parts"),
        *("a part came back to its reseller", "a contest that froze the money of several", "ask canceled lease_over"),
        *("a subsidy forgone to offer a part", "a done ask revived"),
        *moved(REPAID),
    },
}
MET_IN_TIME = {  # rare: in the soak alone
    "meters": set[str](),
    "vouchers": set[str](),
    "endings": {*refused("CancelLease", "lease_over"), *refused("ContestPeriod", "role_missing")},
    "resales": {
        *(f"a part given back to who had lost its own: {cause}" for cause in ("by_buyer", "failed")),
        *refused("PlaceAsk", "role_missing"),
        "lease ended resold",
    },
}
