"""Every upper bound of the market, and the relations between them, asserted at import.

A bound exists so that no input, however absurd, can make a number that another part cannot carry: money must fit a
signed 64-bit column with room for a fee, and one command must not make work without end.
"""

from exchange.language.units import BP_PER_ONE, DAY_S, HOUR_S, MICROS_PER_CNY, MILLI_PER_CHIP, hold_micros

QUANTITY_MAX_MILLI = 100_000 * MILLI_PER_CHIP
PRICE_MAX_MICROS = 10_000 * MICROS_PER_CNY
AMOUNT_MAX_MICROS = 10**12 * MICROS_PER_CNY  # of one deposit
MONEY_MAX_MICROS = 8 * AMOUNT_MAX_MICROS  # that has ever come in and not gone out
LEASE_MAX_S = 180 * DAY_S
ASK_WINDOW_MAX_S = 366 * DAY_S
HORIZON_MAX_S = 732 * DAY_S  # how far ahead of now any instant in an order may lie
TIME_MAX_S = 4_102_444_800  # 2100-01-01: the last instant the market's clock may reach
CLOCK_STEP_MAX_S = 31 * DAY_S  # of one sandbox advance: bounds the work of one command

DEAD_MAN_MAX_S = DAY_S
ARMED_SESSIONS_MAX = 256  # of one account

PUE_MIN_MILLI = 1_000  # no site draws less than its machines
PUE_MAX_MILLI = 5_000
ALTERNATIVES_MAX = 32
TAGS_MAX = 16
PROGRAMMES_MAX = 16  # that one bid may name
ALL_PROGRAMMES_MAX = 64  # that there may be: a trade looks at each
RESALES_MAX = 8  # contracts one after the other behind a resold part
RATES_MAX = 32  # of one programme; caps and groups of claimants, too
SLUG_MAX_CHARS = 40
CLIENT_ORDER_ID_MAX_CHARS = 36
TEXT_MAX_CHARS = 200
ACCESS_MAX_BYTES = 4096
SEALED_ACCESS_MAX_BYTES = 8192  # access data after encryption
FRAME_MAX_BYTES = 64 * 1024
LIST_MAX_ITEMS = 500
PERIODS_SHOWN = 24  # of a lease, where not all of them are
PERIOD_MIN_S = 900
PROPOSAL_S = HOUR_S  # for another operator to confirm
PROPOSALS_MAX = 100  # that wait at a time
EVICTED_MAX = 250  # orders by one command: others wait no longer than that takes

_INT64_MAX = 2**63 - 1
assert hold_micros(PRICE_MAX_MICROS, QUANTITY_MAX_MILLI, LEASE_MAX_S, BP_PER_ONE) <= _INT64_MAX
assert MONEY_MAX_MICROS <= _INT64_MAX
assert LEASE_MAX_S <= ASK_WINDOW_MAX_S <= HORIZON_MAX_S
assert HOUR_S % PERIOD_MIN_S == 0
assert ACCESS_MAX_BYTES * 4 // 3 + 200 <= SEALED_ACCESS_MAX_BYTES
assert SEALED_ACCESS_MAX_BYTES < FRAME_MAX_BYTES
