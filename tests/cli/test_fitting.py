"""Tables in narrow terminals: what is there can be read, whole, or is not there at all."""

from io import StringIO

import pytest
from rich.console import Console
from rich.text import Text

from gateway.answers_brakes import AuditEntry, Change, Effects
from gateway.cli.fitting import broken
from gateway.cli.ledgers import transfer_table
from gateway.cli.operator_log import audit_table
from gateway.cli.tables import table
from gateway.cli.vouchers import usage_table
from gateway.schema_money import Transfer, UsageKpi


def drawn(what: object, columns: int) -> list[str]:
    """The lines of a table at this width."""
    console = Console(width=columns, file=StringIO(), record=True)
    console.print(what)
    return [line.rstrip() for line in console.export_text().splitlines()]


def orders() -> object:
    listed = table("bid", "wants", "length", "held", "state", right=("held",), names=("wants",), spare=("length",))
    listed.add_row("bid-12", "zhangjiakou/cam-mlu370x8 +31", "1d12h", "12,345,678.901234", "canceled (by_owner)")
    return listed


def test_columns_are_left_out_where_the_rest_is_whole_then() -> None:
    assert "length" in drawn(orders(), 90)[0]
    assert drawn(orders(), 80)[2] == "bid-12  zhangjiakou/cam-mlu370x8 +31  12,345,678.901234  canceled (by_owner)"


def test_names_are_put_on_several_lines_and_never_cut() -> None:
    lines = drawn(orders(), 70)
    assert [line[8:24].strip() for line in lines[2:]] == ["zhangjiakou/", "cam-mlu370x8 +31"]
    assert "…" not in "".join(lines)


@pytest.mark.parametrize("columns", [60, 70, 80, 100, 140])
def test_no_number_is_cut(columns: int) -> None:
    lines = drawn(orders(), columns)
    assert any("12,345,678.901234" in line for line in lines)
    assert max(map(len, lines)) <= columns


def test_shares_and_transfers_are_whole_in_eighty_columns() -> None:
    shares = {"leased_share": "0.4706", "used_share": "0.1765", "used_of_due": "0.3751", "fault_rate": "0.5012"}
    hours = {"registered": "1234567.25", "leased": "0", "due": "0", "lost": "7654321.5", "used": "0"}
    kpi = UsageKpi(name="a-provider-of-a-long-name", domestic_share="0.1234", pue="1.213", **hours, **shares)
    lines = drawn(usage_table([kpi]), 80)
    assert {"1,234,567.25", "0.4706", "0.1765", "7,654,321.5", "0.5012"} <= set(" ".join(lines).split())
    transfer = Transfer(
        transfer_id="transfer-1",
        seq=7,
        at="2026-12-01T00:00:01Z",
        debit="programme:hz-2025/committed",
        credit="turing-town/available",
        amount="22.40",
        reason="subsidy_redeemed",
        lease_id="lease-1",
    )
    lines = drawn(transfer_table([transfer]), 80)
    assert [line[34:46].strip() for line in lines[2:]] == ["programme:", "hz-2025/", "committed"]


def test_the_log_of_operators_says_when_who_what_and_why_in_eighty_columns() -> None:
    changes = tuple(Change(field=f"field_{one}", before="", after=str(one)) for one in range(20))
    entry = AuditEntry(
        seq=1234,
        at="2026-12-01T00:00:01Z",
        operator_id="operator",
        action="set_market_state",
        subject="hangzhou/h800-sxm",
        account_id=None,
        reason="a fire at the site",
        changes=changes,
        effects=Effects(orders=0, leases=0, trades=0, transfers=0),
        alone=True,
        proposed=False,
        proposal_id=None,
        row=None,
    )
    lines = drawn(audit_table([entry]), 80)
    words = " ".join(lines).split()
    assert {"1234", "2026-12-01", "00:00:01", "operator", "fire", "(alone)"} <= set(words)
    assert "17 more" in " ".join(words), "a definition of twenty fields does not fill the screen"
    assert max(map(len, lines)) <= 80


def test_lines_end_where_a_reader_would_end_them() -> None:
    assert broken(Text("zhangjiakou/h100-sxm +3"), 14).plain == "zhangjiakou/\nh100-sxm +3"
    assert broken(Text("2026-12-01 00:15"), 12).plain == "2026-12-01\n00:15", "a clock is not taken apart"
    assert broken(Text("canceled (time_in_force)"), 16).plain == "canceled\n(time_in_force)"
    assert broken(Text("canceled (time_in_force)"), 11).plain == "canceled\n(time_in_\nforce)"
    assert broken(Text("lingang-compute, night-owl"), 12).plain == "lingang-\ncompute,\nnight-owl"
    assert broken(Text("lease-1"), 3).plain == "lease-1"
