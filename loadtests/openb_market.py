"""The rules by which the openb trace becomes a market: nodes asks, pods bids, with the places and prices it lacks.

Nothing here is left to chance: the same trace and the same two factors give the same commands. `CONDITIONS` says the
rules in words, for whoever reads a result.
"""

from collections.abc import Iterable

from msgspec import Struct

from exchange.language.commands import (
    BUYER,
    GTC,
    IOC,
    PROVIDER,
    Alternative,
    Command,
    DefineChip,
    Deposit,
    OpenAccount,
    PlaceAsk,
    PlaceBid,
)
from exchange.language.instants import parse_instant
from exchange.language.limits import ALTERNATIVES_MAX, ASK_WINDOW_MAX_S, LEASE_MAX_S
from exchange.language.units import HOUR_S, MICROS_PER_CNY, MILLI_PER_CHIP, Micros, Seconds, div_up
from exchange.language.windows import ceil_to_step
from loadtests.openb import Node, Pod, Trace, TraceError

START_S = parse_instant("2026-12-01T00:00:00Z")
STEP_S = 900
TICK_MICROS = 10_000
LOT_MILLI = 10  # every share of a card in the trace is a multiple of a hundredth
REGIONS_PER_POD = 4
BUYERS = 16
DEPOSIT_MICROS = 1_000_000 * MICROS_PER_CNY

# One cluster of each of the eight national hubs.
REGIONS = ("zhangjiakou", "wuhu", "shaoguan", "chongqing", "guian", "horinger", "qingyang", "zhongwei")

CHIPS = {
    "P100": "p100",
    "T4": "t4",
    "A10": "a10",
    "V100M16": "v100-sxm2-16",
    "V100M32": "v100-sxm2",
    "G2": "openb-g2",
    "G3": "openb-g3",
}
# The trace does not say what these two are, so nobody can say what they are good for: no 度 rate.
UNDISCLOSED = (
    DefineChip(chip="openb-g2", vendor="undisclosed", model="openb G2"),
    DefineChip(chip="openb-g3", vendor="undisclosed", model="openb G3"),
)

# CNY per chip-hour, in micros. The first three are from GPU rental price data by gpurentalprices.com
# (https://gpurentalprices.com), licensed under CC BY 4.0: the median of the daily on-demand and secure offers from
# 2026-07-20 to 2026-08-22, in USD, at an assumed 7.10 CNY, rounded down to the tick. The others are assumptions.
LEVELS_MICROS = {
    "t4": 2_480_000,  # 0.35 USD, 34 offers of 1 provider
    "a10": 8_120_000,  # 1.145 USD, 68 offers of 2 providers
    "v100-sxm2-16": 5_530_000,  # 0.78 USD, 136 offers of 4 providers
    "v100-sxm2": 6_910_000,  # a quarter more than with 16 GB
    "p100": 2_760_000,  # half a V100
    "openb-g2": 8_120_000,  # as the A10
    "openb-g3": 6_910_000,  # as the V100 with 32 GB
}

assert REGIONS_PER_POD * len(CHIPS) <= ALTERNATIVES_MAX
assert set(CHIPS.values()) == set(LEVELS_MICROS)

CONDITIONS = f"""\
- Nodes are asks and pods are bids, which come in the order of their creation. Arrivals and durations are brought up to
  the next quarter of an hour; a lease lasts at least one.
- Node n stands in region n mod {len(REGIONS)} ({", ".join(REGIONS)}),
  with one provider each. It is offered from the start until the last pod could have ended, in lots of 0.01 chips, for
  at least a quarter of an hour.
- Pod n accepts region n mod {len(REGIONS)} and the next {REGIONS_PER_POD - 1}, there every chip that its `gpu_spec`
  names or, when it names none, any chip, and must start in the quarter of an hour of its arrival, in one piece. It
  belongs to buyer (n div {len(REGIONS)}) mod {BUYERS}. BE pods bid ioc; all others gtc, resting for as long as they
  could start. Pods that want no GPU are sent all the same, as bids for 0 chips, for the market to refuse.
- V100M16 and V100M32 are the V100 with 16 and 32 GB. G2 and G3 are undisclosed and have no 度 rate.
- Prices go by a level per chip: median rental prices of gpurentalprices.com (CC BY 4.0), 2026-07-20 to 2026-08-22, at
  an assumed 7.10 CNY per USD; P100, V100 32 GB, G2 and G3, which are not in them, by assumption. Node n asks
  90 + (7n mod 21) % of it; every fifth node 20 % less, and is owed only half the price for unused hours. A firm pod
  bids 115 % of it, BE pod n 85 + (11n mod 31) %.
- Every lease is handed over at once and delivered in full, metered once per hour and at its end; of lease n,
  50 + (7n mod 51) % is used."""


class Plan(Struct, frozen=True):
    """What will be sent to the market. Bids come with the instant of their arrival, ascending, on the step."""

    compress: int
    shorten: int
    setup: tuple[Command, ...]
    providers: tuple[str, ...]
    asks: tuple[PlaceAsk, ...]
    bids: tuple[tuple[Seconds, PlaceBid], ...]
    end_s: Seconds


def make_plan(trace: Trace, compress: int, shorten: int) -> Plan:
    """The trace as commands, its arrivals `compress` times as close together, its pods `shorten` times as short-lived.

    Raises TraceError when a node or pod names an unknown model, or when the time left is too long for the market.
    """
    arrivals = sorted(
        (pod.creation_time, n, ceil_to_step(START_S + pod.creation_time // compress, STEP_S))
        for n, pod in enumerate(trace.pods)
    )
    durations_s = [duration_s(pod, shorten) for pod in trace.pods]
    last_s = max((at_s for _, _, at_s in arrivals), default=START_S)
    longest_s = max(durations_s, default=STEP_S)
    end_s = last_s + longest_s
    if longest_s > LEASE_MAX_S or end_s - START_S > ASK_WINDOW_MAX_S:
        raise TraceError(
            f"{(end_s - START_S) // HOUR_S} hours are too long for an ask, or {longest_s // HOUR_S} for a lease: "
            "compress or shorten more"
        )
    return Plan(
        compress=compress,
        shorten=shorten,
        setup=(*UNDISCLOSED, *_accounts()),
        providers=tuple(map(provider_of, range(len(REGIONS)))),
        asks=tuple(ask_of(n, node, end_s) for n, node in enumerate(trace.nodes)),
        bids=tuple((at_s, bid_of(n, trace.pods[n], at_s, durations_s[n])) for _, n, at_s in arrivals),
        end_s=end_s,
    )


def _accounts() -> Iterable[Command]:
    holders = [(provider_of(n), PROVIDER) for n in range(len(REGIONS))]
    holders += [(f"openb-tenant-{n:02}", BUYER) for n in range(BUYERS)]
    for account_id, role in holders:
        yield OpenAccount(account_id=account_id, roles=(role,), owner_group=account_id)
        yield Deposit(account_id=account_id, amount_micros=DEPOSIT_MICROS)


def provider_of(n: int) -> str:
    return f"openb-{REGIONS[n % len(REGIONS)]}"


def duration_s(pod: Pod, shorten: int) -> Seconds:
    """How long a pod's lease is: on the step, at least one."""
    return ceil_to_step(max(div_up(pod.lifetime_s, shorten), 1), STEP_S)


def ask_of(n: int, node: Node, end_s: Seconds) -> PlaceAsk:
    chip = _chip(node.model, node.sn)
    spot = n % 5 == 4
    percent = 90 + 7 * n % 21
    return PlaceAsk(
        account_id=provider_of(n),
        client_order_id=node.sn,
        region=REGIONS[n % len(REGIONS)],
        chip=chip,
        site=node.sn,
        quantity_milli=node.gpu * MILLI_PER_CHIP,
        start_s=START_S,
        end_s=end_s,
        price_micros=_price(chip, percent * 80 if spot else percent * 100),
        lot_milli=LOT_MILLI,
        min_duration_s=STEP_S,
        take_or_pay_bp=5_000 if spot else 10_000,
    )


def bid_of(n: int, pod: Pod, at_s: Seconds, lasting_s: Seconds) -> PlaceBid:
    firm = pod.qos != "BE"
    percent = 115 if firm else 85 + 11 * n % 31
    chips = [_chip(model, pod.name) for model in pod.models] or list(LEVELS_MICROS)
    return PlaceBid(
        account_id=f"openb-tenant-{n // len(REGIONS) % BUYERS:02}",
        client_order_id=pod.name,
        quantity_milli=pod.cards_milli,
        min_quantity_milli=pod.cards_milli or None,
        time_in_force=GTC if firm else IOC,
        vouchers=(),  # the trace knows of none, so all money stays between tenants, providers and the venue
        alternatives=tuple(
            Alternative(
                region=REGIONS[(n + further) % len(REGIONS)],
                chip=chip,
                duration_s=lasting_s,
                latest_start_s=at_s,
                price_micros=_price(chip, percent * 100),
            )
            for further in range(REGIONS_PER_POD)
            for chip in chips
        ),
    )


def _chip(model: str, of: str) -> str:
    chip = CHIPS.get(model)
    if chip is None:
        raise TraceError(f"{of} names the unknown GPU model {model!r}; known are {', '.join(CHIPS)}")
    return chip


def _price(chip: str, share_bp: int) -> Micros:
    """A share of a chip's level, rounded down to the tick."""
    return LEVELS_MICROS[chip] * share_bp // 10_000 // TICK_MICROS * TICK_MICROS
