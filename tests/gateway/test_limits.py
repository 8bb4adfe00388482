"""Limits that the server is started with: each by its name, and what is no limit, or no number, is refused."""

import pytest
from click.testing import CliRunner
from msgspec.structs import replace

from gateway.__main__ import leasebook
from gateway.settings import Limits, Settings, limit_of


def test_every_limit_can_be_set_by_name() -> None:
    for name in Limits.__struct_fields__:
        assert limit_of(f" {name}= 7") == (name, 7)
    assert limit_of("head_s=0.5") == ("head_s", 0.5)
    assert replace(Settings(), **dict([limit_of("trade_per_s=50000")])).trade_per_s == 50_000


@pytest.mark.parametrize(
    ("given_text", "wrong"),
    [
        ("speed=2", "is no limit"),
        ("trade_per_s", "whole number above 0"),
        ("trade_per_s=1.5", "whole number above 0"),
        ("trade_per_s=0", "above 0"),
        ("trade_per_s=-1", "above 0"),
        ("head_s=nan", "a number above 0"),
        ("head_s=inf", "a number above 0"),
        ("head_s=soon", "a number above 0"),
    ],
)
def test_other_limits_are_refused(given_text: str, wrong: str) -> None:
    with pytest.raises(ValueError, match=wrong):
        limit_of(given_text)
    result = CliRunner().invoke(leasebook, ["serve", "--limit", given_text])
    assert result.exit_code == 2
    assert wrong in " ".join(result.output.replace("│", " ").split())
    result = CliRunner().invoke(leasebook, ["serve"], env={"LEASEBOOK_LIMITS": f"burst_s=9,{given_text}"})
    assert result.exit_code == 2
