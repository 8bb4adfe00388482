"""The seeds that come with the market say what they should, and a folder that is wrong is refused by its place."""

import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from exchange.core.state_machine import StateMachine
from exchange.language.codec import decode_commands, encode_commands
from exchange.language.commands import (
    AdvanceTime,
    Cap,
    Command,
    DefineChip,
    DefineProgramme,
    DefineRegion,
    Rate,
    Rules,
    SetRules,
    SetTenors,
)
from exchange.language.instants import parse_instant
from exchange.language.units import DAY_S, HOUR_S, MICROS_PER_CNY, div_half_even, parse_decimal
from exchange.runtime.seeds import SeedError, default_seeds_dir, load_seeds

FILES = ("rules.toml", "tenors.toml", "regions.toml", "chips.toml", "programmes.toml")
EIGHT_HUBS = {
    "beijing-tianjin-hebei",
    "yangtze-delta",
    "greater-bay-area",
    "chengdu-chongqing",
    "guizhou",
    "inner-mongolia",
    "gansu",
    "ningxia",
}
Edit = Callable[[str, str, str], None]


@pytest.fixture(scope="module")
def seeds() -> list[Command]:
    return load_seeds(default_seeds_dir())


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the seeds to spoil."""
    for name in FILES:
        shutil.copyfile(default_seeds_dir() / name, tmp_path / name)
    return tmp_path


@pytest.fixture
def edit(folder: Path) -> Edit:
    """Replace what occurs once in one of the files."""

    def replace(name: str, old: str, new: str) -> None:
        text = (folder / name).read_text(encoding="utf-8")
        assert text.count(old) == 1, f"{old!r} occurs {text.count(old)} times in {name}"
        (folder / name).write_text(text.replace(old, new), encoding="utf-8")

    return replace


def chips(seeds: list[Command]) -> dict[str, DefineChip]:
    return {command.chip: command for command in seeds if isinstance(command, DefineChip)}


def regions(seeds: list[Command]) -> dict[str, DefineRegion]:
    return {command.region: command for command in seeds if isinstance(command, DefineRegion)}


def programmes(seeds: list[Command]) -> dict[str, DefineProgramme]:
    return {command.programme: command for command in seeds if isinstance(command, DefineProgramme)}


def cny(millions: int) -> int:
    return millions * 1_000_000 * MICROS_PER_CNY


def test_rules_and_tenors_come_first_then_regions_chips_and_programmes(seeds: list[Command]) -> None:
    assert seeds[:2] == [
        SetRules(
            rules=Rules(
                step_s=900,
                tick_micros=10_000,
                buyer_fee_bp=50,
                provider_fee_bp=100,
                bond_rate_bp=500,
                bond_window_s=24 * HOUR_S,
                start_grace_s=900,
                period_s=HOUR_S,
                close_grace_s=900,
                allowance_bp=10,
                penalty_rate_bp=2500,
                silent_periods=2,
                band_bp=10_000,
                band_trades=16,
                contest_s=HOUR_S,
            )
        ),
        SetTenors(
            tenors_s=(HOUR_S, 6 * HOUR_S, DAY_S, 7 * DAY_S, 30 * DAY_S, 90 * DAY_S, 180 * DAY_S),
        ),
    ]
    kinds = [type(command) for command in seeds[2:]]
    numbers = {DefineRegion: len(regions(seeds)), DefineChip: len(chips(seeds)), DefineProgramme: 12}
    assert kinds == [kind for kind, number in numbers.items() for _ in range(number)]


def test_the_eight_hubs_with_their_clusters_and_the_cities(seeds: list[Command]) -> None:
    known = regions(seeds)
    clusters = {slug for slug, region in known.items() if region.kind == "cluster"}
    assert len(clusters) == 10
    assert {known[slug].hub for slug in clusters} == EIGHT_HUBS
    assert {region.hub for region in known.values()} == {*EIGHT_HUBS, ""}
    assert known["hangzhou"] == DefineRegion(
        region="hangzhou", name_en="Hangzhou", name_zh="杭州", kind="city", hub="yangtze-delta"
    )
    assert known["jinan"].hub == ""
    assert {known["tianfu"].kind, known["chengdu"].kind} == {"cluster", "city"}


def test_a_published_rate_goes_before_a_computed_one(seeds: list[Command]) -> None:
    known = chips(seeds)
    assert [known[chip].du_milli for chip in ("h800-sxm", "l40s", "a100-sxm-80")] == [2560, 650, 1000]
    assert known["asc-910b"].domestic
    assert not known["h800-sxm"].domestic
    assert (known["hyg-k100ai"].memory_gb, known["a10"].per_node) == (64, 1)


def test_other_rates_are_the_peak_beside_them_over_312() -> None:
    """Each computed rate in the file stands beside its peak; here the division is done again."""
    text = (default_seeds_dir() / "chips.toml").read_text(encoding="utf-8")
    beside = re.findall(r'^du_rate = "([0-9.]+)"  # ([0-9.]+) TFLOPS', text, re.MULTILINE)
    above = re.findall(r'^# ([0-9.]+) TFLOPS[^\n]*\ndu_rate = "([0-9.]+)"$', text, re.MULTILINE)
    pairs = beside + [(rate, peak) for peak, rate in above]
    assert len(pairs) > 15
    for rate, peak in pairs:
        assert parse_decimal(rate, 3) == div_half_even(parse_decimal(peak, 3), 312), peak


def test_a_chip_whose_peak_nobody_has_published_has_no_rate(seeds: list[Command]) -> None:
    without = {chip for chip, command in chips(seeds).items() if command.du_milli is None}
    assert without == {"enf-t20", "enf-s60", "mtt-s5000", "bir-br106"}


def test_the_rates_that_are_published_and_no_others(seeds: list[Command]) -> None:
    known = programmes(seeds)
    open_rates = {"hz-2024", "wuh", "gz-2023", "qy", "lf", "yz-2024"}
    assert {name for name, programme in known.items() if not programme.rates} == open_rates
    assert known["wx"].rates == (Rate(share_bp=3000, supply="local"), Rate(share_bp=1500, supply="remote"))
    assert known["hz-2025"].rates == (
        Rate(share_bp=3000, supply="local", chip="domestic"),
        Rate(share_bp=2000, supply="local", chip="foreign"),
        Rate(share_bp=3000, supply="local", use="maas"),
    )
    single = {name: programme.rates[0].share_bp for name, programme in known.items() if len(programme.rates) == 1}
    assert single == {"cd-2022": 3000, "sh-ai": 2000, "bj-2023": 2000, "sd-2025": 500}


def test_the_caps_and_pools_that_are_published_and_no_others(seeds: list[Command]) -> None:
    known = programmes(seeds)
    caps = {name: programme.caps for name, programme in known.items() if programme.caps}
    assert caps == {
        "cd-2022": (
            Cap(scope="contract", amount_micros=cny(3), only_tags=("national-project",)),
            Cap(
                scope="contract",
                amount_micros=cny(3) // 2,
                only_tags=("provincial-project",),
                except_tags=("national-project",),
            ),
        ),
        "hz-2025": (Cap(scope="year", amount_micros=cny(8), except_tags=("filed-multimodal-model",)),),
        "bj-2023": (Cap(scope="year", amount_micros=cny(2)),),
        "sd-2025": (Cap(scope="total", amount_micros=cny(5)),),
    }
    pools = {name: (programme.pool_is, programme.pool_micros) for name, programme in known.items() if programme.pool_is}
    assert pools == {
        "cd-2022": ("ceiling", cny(10)),
        "hz-2024": ("ceiling", cny(50)),
        "hz-2025": ("total", cny(250)),
        "wuh": ("floor", cny(10)),
        "sd-2025": ("total", cny(30)),
        "gz-2023": ("ceiling", cny(80)),
        "lf": ("ceiling", cny(10)),
    }


def test_who_may_claim_from_beijing_and_until_when(seeds: list[Command]) -> None:
    known = programmes(seeds)["bj-2023"]
    assert (known.claimants, known.claimant_places) == ((("software-info", "manufacturing"),), ("beijing",))
    assert (known.barred_tags, known.unaffiliated, known.excludes) == (("dishonest",), True, ("*",))
    assert known.from_s == parse_instant("2023-09-01T00:00:00Z")
    assert known.until_s == parse_instant("2026-01-01T00:00:00Z")


def test_a_market_takes_every_seed(seeds: list[Command]) -> None:
    machine = StateMachine()
    for seq, command in enumerate([AdvanceTime(to_s=1_790_000_000), *seeds], 1):
        outcome, _ = machine.apply(seq, command)
        assert outcome.reject is None, (command, outcome.reject)
    funded = {name: programme.funded_micros for name, programme in machine.state.programmes.items()}
    assert sum(funded.values()) == cny(10 + 50 + 250 + 10 + 30 + 80 + 10)


def test_seeds_pass_through_the_journal_unchanged(seeds: list[Command]) -> None:
    assert decode_commands(encode_commands(seeds)) == seeds


def test_the_copy_is_read_like_the_original(folder: Path, seeds: list[Command]) -> None:
    assert load_seeds(folder) == seeds


@pytest.mark.parametrize(
    ("name", "old", "new", "complaint"),
    [
        ("rules.toml", 'step = "PT15M"', 'step = "15m"', "rules.toml: step: must be an ISO 8601 duration"),
        ("rules.toml", 'step = "PT15M"', "step = 900", "rules.toml: step: Expected a string in quotes, got `int`"),
        ("rules.toml", 'step = "PT15M"', "", "rules.toml: Object missing required field `step`"),
        ("rules.toml", 'tick = "0.01"', 'tick = "0.0000001"', "rules.toml: tick: must have at most 6 decimal places"),
        ("rules.toml", 'bond_rate = "0.05"', 'bond_rate = "5%"', "rules.toml: bond_rate: must be a plain decimal"),
        ("rules.toml", "silent_periods = 2", 'silent_periods = "2"', "rules.toml: silent_periods: Expected `int`"),
        (
            "rules.toml",
            "silent_periods = 2",
            "silent_weeks = 2",
            "rules.toml: Object contains unknown field",
        ),
        ("rules.toml", 'step = "PT15M"', "step = ", "rules.toml: is not TOML: Invalid value (at line"),
        ("tenors.toml", '"PT6H"', '"6H"', "tenors.toml: tenors[1]: must be an ISO 8601 duration"),
        ("tenors.toml", "tenors =", "lengths =", "tenors.toml: Object contains unknown field `lengths`"),
        ("regions.toml", "[wuhu]", "[Wuhu]", "regions.toml: [Wuhu]: the name must be like"),
        ("regions.toml", "[wuhu]", f"[{'w' * 41}]", "the name must be like"),
        ("regions.toml", 'name_en = "Wuhu"', "", "regions.toml: [wuhu]: Object missing required field `name_en`"),
        ("regions.toml", 'name_en = "Wuhu"', "name_en = 1", "regions.toml: [wuhu]: name_en: Expected `str`, got `int`"),
        ("regions.toml", 'name_en = "Wuhu"', 'name = "Wuhu"', "[wuhu]: Object contains unknown field `name`"),
        ("chips.toml", 'du_rate = "2.56"', "du_rate = 2.56", "[h800-sxm]: du_rate: Expected a string in quotes"),
        ("chips.toml", 'du_rate = "2.56"', 'du_rate = "-1"', "[h800-sxm]: du_rate: must be a plain decimal"),
        ("programmes.toml", 'pool = "250000000"', "pool = 250000000", "[hz-2025]: pool: Expected a string in quotes"),
        ("programmes.toml", 'from = "2024-04-01T00:00:00Z"', 'from = "2024"', "[yz-2024]: from: must be an RFC 3339"),
        (
            "programmes.toml",
            '{ share = "0.05",',
            '{ share = "5%",',
            "[sd-2025]: rates[0].share: must be a plain decimal",
        ),
        ("programmes.toml", 'scope = "total",', "", "[sd-2025]: caps[0]: Object missing required field `scope`"),
        ("chips.toml", "[h800-sxm]", "h800 = 1\n[h800-sxm]", "Object contains unknown field `h800`"),
    ],
)
def test_what_is_wrong_is_named(edit: Edit, folder: Path, name: str, old: str, new: str, complaint: str) -> None:
    edit(name, old, new)
    with pytest.raises(SeedError, match=re.escape(complaint)):
        load_seeds(folder)


@pytest.mark.parametrize("name", FILES)
def test_a_file_that_is_not_there_is_named(folder: Path, name: str) -> None:
    (folder / name).unlink()
    with pytest.raises(SeedError, match=f"{name}: cannot be read: No such file"):
        load_seeds(folder)


def test_a_file_without_tables_is_refused(folder: Path) -> None:
    (folder / "chips.toml").write_text("# nothing\n", encoding="utf-8")
    with pytest.raises(SeedError, match=r"chips\.toml: has no table"):
        load_seeds(folder)
