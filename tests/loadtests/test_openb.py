"""How the openb trace is read, and what its nodes and pods become on the market."""

import re
from pathlib import Path

import pytest

from exchange.language.commands import GTC, IOC, PlaceBid
from exchange.language.units import format_money
from exchange.runtime.seeds import default_seeds_dir, load_seeds
from loadtests.openb import NODES_FILE, PODS_FILE, TraceError, read_trace
from loadtests.openb_market import CHIPS, REGIONS, START_S, STEP_S, TICK_MICROS, Plan, make_plan


@pytest.fixture
def plan(trace_folder: Path) -> Plan:
    return make_plan(read_trace(trace_folder), compress=3600, shorten=1)


@pytest.fixture
def bids(plan: Plan) -> dict[str, PlaceBid]:
    return {bid.client_order_id: bid for _, bid in plan.bids}


def test_a_pod_wants_a_share_of_one_card_or_several_whole_ones(trace_folder: Path) -> None:
    pods = read_trace(trace_folder).pods
    assert [pod.cards_milli for pod in pods] == [1000, 460, 8000, 0, 2000, 810]


def test_a_pod_names_its_models_once_or_none_for_any(trace_folder: Path) -> None:
    pods = read_trace(trace_folder).pods
    assert [pod.models for pod in pods[:3]] == [(), ("T4",), ("V100M16", "V100M32")]


def test_a_folder_without_the_trace_says_where_it_is_to_be_had(tmp_path: Path) -> None:
    with pytest.raises(TraceError, match=f"(?s)has no {NODES_FILE} and no {PODS_FILE}.*cluster-trace-gpu-v2023"):
        read_trace(tmp_path)


@pytest.mark.parametrize(
    ("file", "old", "new", "complaint"),
    [
        (
            NODES_FILE,
            "262144,2,P100",
            "262144,two,P100",
            f"{NODES_FILE}: line 2: Expected `int`, got `str` - at `$.gpu`",
        ),
        (NODES_FILE, "gpu,model", "gpus,model", f"{NODES_FILE}: line 2: Object missing required field `gpu`"),
        (PODS_FILE, "Running,0,9000,0", "Running,0", f"{PODS_FILE}: line 2: Expected `int`"),
        (PODS_FILE, "Running,0,9000,0", "Running,9001,9000,0", "openb-pod-0000 is out of order"),
    ],
)
def test_a_row_that_is_wrong_is_named(trace_folder: Path, file: str, old: str, new: str, complaint: str) -> None:
    text = (trace_folder / file).read_text(encoding="utf-8")
    (trace_folder / file).write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(TraceError, match=re.escape(complaint)):
        read_trace(trace_folder)


def test_an_unknown_model_is_named(trace_folder: Path) -> None:
    text = (trace_folder / PODS_FILE).read_text(encoding="utf-8")
    (trace_folder / PODS_FILE).write_text(text.replace(",G3,", ",G4,"), encoding="utf-8")
    with pytest.raises(TraceError, match="openb-pod-0004 names the unknown GPU model 'G4'; known are P100"):
        make_plan(read_trace(trace_folder), compress=1, shorten=1)


def test_the_catalogue_has_every_region_and_chip_of_the_plan(plan: Plan) -> None:
    known = [*load_seeds(default_seeds_dir()), *plan.setup]
    chips = {getattr(command, "chip", None) for command in known}
    regions = {getattr(command, "region", None) for command in known}
    assert chips.issuperset(CHIPS.values())
    assert regions.issuperset(REGIONS)


def test_nodes_are_asks_spread_over_the_regions(plan: Plan) -> None:
    assert [(ask.region, ask.chip, ask.quantity_milli) for ask in plan.asks] == [
        ("zhangjiakou", "p100", 2000),
        ("wuhu", "openb-g2", 8000),
        ("shaoguan", "t4", 2000),
        ("chongqing", "v100-sxm2-16", 4000),
        ("guian", "v100-sxm2", 8000),
    ]
    assert {(ask.start_s, ask.end_s) for ask in plan.asks} == {(START_S, plan.end_s)}
    assert all(ask.account_id == f"openb-{ask.region}" for ask in plan.asks)


def test_asks_are_priced_around_the_level_and_every_fifth_is_cheap_and_owed_less(plan: Plan) -> None:
    # 90, 97, 104, 90 and 97 % × 80 % of 2.76, 8.12, 2.48, 5.53 and 6.91, rounded down to the tick
    assert [format_money(ask.price_micros) for ask in plan.asks] == ["2.48", "7.87", "2.57", "4.97", "5.36"]
    assert all(ask.price_micros % TICK_MICROS == 0 for ask in plan.asks)
    assert [ask.take_or_pay_bp for ask in plan.asks] == [10_000] * 4 + [5_000]


def test_arrivals_are_compressed_and_lifetimes_shortened_on_the_step(trace_folder: Path) -> None:
    trace = read_trace(trace_folder)
    plan = make_plan(trace, compress=3600, shorten=10)
    assert [at_s - START_S for at_s, _ in plan.bids] == [0, 0, 1800, 1800, 1800, 2700]
    lengths = {bid.client_order_id[-1]: bid.alternatives[0].duration_s // STEP_S for _, bid in plan.bids}
    assert lengths == {"0": 1, "1": 1, "2": 1, "3": 1, "4": 1, "5": 12}  # 100,000 s / 10 is 11.1 steps
    assert plan.end_s == START_S + 2700 + 12 * STEP_S


def test_a_pod_accepts_its_models_in_four_regions(bids: dict[str, PlaceBid]) -> None:
    places = [(wish.region, wish.chip) for wish in bids["openb-pod-0002"].alternatives]
    assert places == [
        (region, chip)
        for region in ("shaoguan", "chongqing", "guian", "horinger")
        for chip in ("v100-sxm2-16", "v100-sxm2")
    ]
    assert len(bids["openb-pod-0000"].alternatives) == 4 * len(CHIPS)


def test_be_pods_are_ioc_and_the_others_rest(bids: dict[str, PlaceBid]) -> None:
    kinds = {name[-1]: bid.time_in_force for name, bid in bids.items()}
    assert kinds == {"0": GTC, "1": IOC, "2": GTC, "3": GTC, "4": GTC, "5": IOC}


def test_a_pod_must_start_when_it_arrives(plan: Plan) -> None:
    for at_s, bid in plan.bids:
        assert {wish.latest_start_s for wish in bid.alternatives} == {at_s}


def test_a_pod_is_served_in_one_piece(bids: dict[str, PlaceBid]) -> None:
    assert all(bid.min_quantity_milli == (bid.quantity_milli or None) for bid in bids.values())


def test_more_time_than_the_market_has_is_refused(trace_folder: Path) -> None:
    text = (trace_folder / PODS_FILE).read_text(encoding="utf-8")
    (trace_folder / PODS_FILE).write_text(text.replace("7300000", "99000000"), encoding="utf-8")
    with pytest.raises(TraceError, match="compress or shorten more"):
        make_plan(read_trace(trace_folder), compress=3600, shorten=1)
