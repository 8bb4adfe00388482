"""What a treasurer types and reads: statements that add up, vouchers, withdrawals, releases, contests and rulings."""

import re
from decimal import Decimal
from typing import Any

from gateway.cli.values import plain_time
from tests.cli.hand import Hand
from tests.cli.test_main_job import row

PURSES = ("available", "held", "escrow", "bond")
PROGRAMMES = """
[{name}]
name_en = "Test vouchers"
name_zh = "试验券"
rates = [{{ share = "0.25", supply = "local" }}]
caps = [{{ scope = "year", amount = "50.00", except = ["listed"] }}]
pool = "1000.00"
pool_is = "total"
local_regions = ["zhengzhou"]
"""


def leased(hand: Hand, hall: str, acme: str, *, region: str, hours: int, more: str = "--no-vouchers") -> Any:
    """A lease of four chips at 14.00, started and metered through its first hour, which is settled."""
    hand.reads(f"sell {region} h800-sxm 4 --price 14.00 --for 2d", hall)
    (lease,) = hand.reads(f"buy {region} h800-sxm 4 --for {hours}h --price 14.00 {more}", acme)["leases"]
    hand.reads(f"lease start {lease['lease_id']} --access {{}}", hall)
    hand.waits_until(lease["start"], 3600)
    hand.reads(f"lease meter {lease['lease_id']} --through now --delivered 4 --used 4", hall)
    hand.waits_until(lease["start"], 4500)
    return lease


def numbers(cells: str) -> list[Decimal]:
    """The numbers in a line of a table."""
    return [Decimal(found.replace(",", "")) for found in re.findall(r"[+-]?\d[\d,]*\.\d+", cells)]


def test_a_months_statement_adds_up_column_by_column(hand: Hand) -> None:
    hall, acme = hand.joins("provider", "10000"), hand.joins("buyer", "10000")
    leased(hand, hall, acme, region="guangxi", hours=1)
    month = hand.reads("time")["now"][:7]
    for name in (hall, acme):
        found = hand.reads(f"statement --month {month}", name)
        assert found["items"]
        assert [item["at"] for item in found["items"]] == sorted(item["at"] for item in found["items"])
        account = hand.reads("account", name)
        assert found["closing"] == {purse: account[purse] for purse in PURSES}
        drawn = hand.types(f"statement --month {month}", name, COLUMNS="120").output
        assert max(map(len, drawn.splitlines())) <= 120
        assert numbers(row_of(drawn, "opening")) == [Decimal(found["opening"][purse]) for purse in PURSES]
        assert numbers(row_of(drawn, "closing")) == [Decimal(found["closing"][purse]) for purse in PURSES]
        signed = re.findall(r"[+-]\d[\d,]*\.\d+", drawn)
        total = sum((Decimal(text.replace(",", "")) for text in signed), Decimal(0))
        assert total == sum(Decimal(found["closing"][p]) - Decimal(found["opening"][p]) for p in PURSES)
        for reason in found["totals"]:
            assert numbers(row_of(drawn, f"{reason['reason'].replace('_', ' ')}  "))
    assert "lease earned" in hand.types(f"statement --from {month}-01T00:00:00Z", hall).output
    nothing = hand.reads("statement --month 2025-01", acme)
    assert (nothing["items"], nothing["closing"]["available"]) == ([], "0.00")
    assert hand.types("statement --month 2025-13", acme).exit_code == 2
    assert hand.types(f"statement --month {month} --until {month}-02T00:00:00Z", acme).exit_code == 2


def row_of(drawn: str, words: str) -> str:
    """The last line with these words."""
    return [line for line in drawn.splitlines() if words in f"{line}  "][-1]


def test_the_statement_of_a_lease_tells_every_cent(hand: Hand) -> None:
    hall, acme = hand.joins("provider", "10000"), hand.joins("buyer", "10000")
    lease = leased(hand, hall, acme, region="chengdu", hours=2)
    hand.waits_until(lease["end"], 900)
    drawn = hand.types(f"lease statement {lease['lease_id']}", acme).output
    assert row(drawn, "cost")[1:] == ["112.00", "CNY:", "56.00", "earned,", "56.00", "refunded"]
    assert row(drawn, "lease escrow")[-1] == "112.56"
    assert row(drawn, "penalties")[1] == "13.986"
    assert row(drawn, "escrow")[1:] == ["0.00", "CNY", "at", "first,", "0.00", "now"]
    assert f"{acme}/escrow" in drawn


def test_money_goes_out_once(hand: Hand) -> None:
    acme = hand.joins("buyer", "1000")
    first, again = (hand.reads(f"operator withdraw {acme} 400.50 --id payout-{acme}", "operator") for _ in range(2))
    assert first == again
    assert first["account"]["available"] == "599.50"
    twice = hand.types(f"operator deposit {acme} 400.50 --id payout-{acme}", "operator")
    assert twice.stderr.startswith("idempotency_key_reused (Idempotency-Key): ")
    assert row(hand.types(f"operator withdraw {acme} 99.50", "operator").output, "available")[1] == "500.00"
    assert hand.types(f"operator withdraw {acme} 500.01", "operator").stderr.startswith("insufficient_funds (amount)")


def test_programmes_are_defined_from_a_file_and_claimed(hand: Hand) -> None:
    hall, acme = hand.joins("provider", "10000"), hand.joins("buyer", "10000")
    file, name = hand.folder / "programmes.toml", f"test-{acme}"
    file.write_text(PROGRAMMES.format(name=name), encoding="utf-8")
    (answer,) = hand.reads(f"operator programmes {file}", "operator")["programmes"]
    assert answer["programme"]["definition"]["rates"] == [{"share": "0.25", "supply": "local"}]
    listed = hand.types("programmes").output
    assert row(listed, name)[-3:] == ["1,000.00", "0.00", "0.00"]
    assert "0.25 local" in row_of(listed, name)
    assert " open " in row_of(listed, "wuh "), "its source names no rate"

    hand.reads("sell zhengzhou l40s 8 --price 14.00 --for 2d", hall)
    wish = f"zhengzhou l40s 4 --for 4h --price 14.00 --voucher {name}"
    quoted = hand.types(f"quote {wish}", acme).output
    assert row(quoted, "zhengzhou/l40s")[-3:] == ["50.00", name, "year"]
    assert "175.12 CNY = 224.00 cost + 1.12 fee − 50.00 by" in quoted
    (lease,) = hand.reads(f"buy {wish}", acme)["leases"]
    shown = hand.types(f"lease show {lease['lease_id']}", acme).output
    assert f"50.00 CNY by {name}, limited by its year: 0.00 redeemed, 0.00 returned" in shown
    mine = hand.types("vouchers", acme).output
    assert row(mine, name)[1:] == ["yes", "50.00", "50.00", "0.00", "0.00", "–", "950.00"]
    assert "it is over" in row_of(mine, "bj-2023")
    assert row(hand.types("kpis").output, name)[2:5] == ["1,000.00", "50.00", "50.00"]
    assert hand.reads("operator kpis", "operator") == hand.reads("kpis")
    assert hand.types(f"buy {wish} --no-vouchers", acme).exit_code == 2


def test_a_file_that_holds_no_programmes_is_named(hand: Hand) -> None:
    file = hand.folder / "wrong.toml"
    for text, said in (
        ("[a]\nname_en = 3", "Expected `str`, got `int`"),
        ("[a]\ncolour = 3", "unknown field `colour`"),
        ("a = ", "Invalid value"),
    ):
        file.write_text(text, encoding="utf-8")
        result = hand.types(f"operator programmes {file}", "operator")
        assert (result.exit_code, str(file) in result.stderr, said in result.stderr) == (2, True, True), result.stderr
    none = hand.types(f"operator programmes {hand.folder / 'none.toml'}", "operator")
    assert (none.exit_code, none.stderr.rstrip().endswith("none.toml: No such file or directory")) == (2, True)


def test_a_contest_is_seen_and_ruled_on(hand: Hand) -> None:
    hall, acme = hand.joins("provider", "10000"), hand.joins("buyer", "10000")
    lease_id = leased(hand, hall, acme, region="shandong", hours=3)["lease_id"]
    assert row(hand.types("account", hall).output, "of it, still contestable")[-1] == "55.44"
    said = hand.types(f"lease contest {lease_id} --period 0 --reason [slow]", acme).output
    contest_id = said.split()[0]
    assert contest_id == f"contest-{lease_id.removeprefix('lease-')}-0"
    assert "55.44 CNY until an operator rules" in said
    assert row(said, "0")[-1] == "contested"
    listed = hand.types("operator contests", "operator").output
    assert row(listed, contest_id)[1] == acme
    assert "[slow]" in row_of(listed, contest_id), "what people write is shown as they wrote it"
    ruled = hand.types(f"operator rule {contest_id} --delivered 2 --used 2 --reason half --yes", "operator").output
    assert "28.00 earned, 28.00 refunded" in ruled
    assert hand.reads("operator contests", "operator")["items"][0]["refunded"] == "28.00"
    late = hand.types(f"lease contest {lease_id} --period 0 --reason again", acme)
    assert late.stderr.startswith("contest_ruled (period)")
    nowhere = hand.types(f"lease contest {lease_id} --period 2020-01-01T00:00:00Z --reason x", acme)
    assert nowhere.stderr.startswith("bad_value (period)")


def test_leases_are_given_back_and_cancelled(hand: Hand) -> None:
    hall, acme = hand.joins("provider", "10000"), hand.joins("buyer", "10000")
    lease_id = leased(hand, hall, acme, region="chongqing", hours=6)["lease_id"]
    first, again = (hand.reads(f"lease release {lease_id} --id give-back", acme) for _ in range(2))
    assert first == again
    assert "but only until" in hand.types(f"lease show {lease_id}", acme).output
    assert hand.types(f"lease release {lease_id}", acme).stderr.startswith("lease_over")
    assert f"{lease_id} ended at " in hand.types(f"resell {lease_id} --price 20", acme).stderr

    other = leased(hand, hall, acme, region="wuhan", hours=6)["lease_id"]
    assert "refunded" in hand.types(f"operator cancel {other} --reason fire --yes", "operator").output
    hand.reads("clock advance 30m", acme)
    assert row(hand.types("leases --state cancelled", acme).output, other)[-2:] == ["cancelled", "(by_operator)"]
    assert lease_id in hand.types("leases --state released", acme).output
    assert hand.reads("operator check", "operator")["violations"] == []


def test_groups_are_related_and_alerts_are_read(hand: Hand) -> None:
    hall, acme = hand.joins("provider", "10000"), hand.joins("buyer", "10000")
    said = hand.types(f"operator relate {hall} {acme} --reason register", "operator").output
    assert said == f"{hall} and {acme} are related\n"
    lease_id = leased(hand, hall, acme, region="beijing", hours=1)["lease_id"]
    alerts = hand.types("operator alerts --kind related_party", "operator").output
    assert lease_id in row_of(alerts, "related party")
    said = hand.types(f"operator relate {hall} {acme} --no-longer --reason sold", "operator").output
    assert said == f"{hall} and {acme} are not related\n"
    assert hand.types("operator alerts --kind odd", "operator").exit_code == 2


def test_a_part_of_a_lease_is_sold_on(hand: Hand) -> None:
    hall, acme, late = hand.joins("provider", "10000"), hand.joins("buyer", "10000"), hand.joins("buyer", "10000")
    lease_id = leased(hand, hall, acme, region="guian", hours=12)["lease_id"]
    end = hand.reads(f"lease show {lease_id}", acme)["end"]
    offered = hand.reads(f"resell {lease_id} --chips 2 --until +4h --lot 2 --price 13.50", acme)
    assert (offered["ask"]["lease_id"], offered["ask"]["bond"]) == (lease_id, "0.00")
    assert hand.types(f"lease release {lease_id}", acme).stderr.startswith("lease_offered (lease_id)")
    (part,) = hand.reads("buy guian h800-sxm 2 --for 2h --price 13.80 --no-vouchers", late)["leases"]
    assert (part["parent_id"], part["deliverer"], part["price"]) == (lease_id, hall, "13.50")
    shown = hand.types(f"lease show {part['lease_id']}", late).output
    assert row(shown, "resold")[1:] == ["out", "of", lease_id]
    assert f"{acme} provides, {late} buys, {hall} delivers" in shown
    mine = hand.types(f"lease show {lease_id}", acme).output
    assert row(mine, "parts")[1] == part["lease_id"]
    assert "own use" in mine
    long = hand.types(f"resell {lease_id} --until +30d --chips 2 --price 13.50", acme)
    assert long.stderr.startswith("window_outside_lease")
    over = hand.types(f"resell {lease_id} --from {end} --price 13.50", acme)
    assert over.exit_code == 2
    assert f"no chip of {lease_id} is yours throughout {plain_time(end)} UTC to" in over.stderr
