"""Asking before buying, changing what was said, requiring more than chips, and braking: all typed as commands."""

import re

from exchange.language.units import MONEY_PLACES, parse_decimal
from tests.cli.hand import Hand
from tests.cli.test_main_job import row


def test_a_quote_says_what_buying_would_bring_and_what_would_bring_the_rest(hand: Hand) -> None:
    hall, acme = hand.joins("provider", "10000"), hand.joins("buyer", "1000")
    hand.reads("sell qingyang h20-96 4 --price 6.00 --for 7d --site hall-7", hall)
    hand.reads("sell qingyang h20-96 4 --price 7.00 --for 7d", hall)
    wish = "qingyang h20-96 8 --for 6h --price 6.50 --no-vouchers"

    quoted = hand.reads(f"quote {wish}", acme)
    assert (quoted["total"], quoted["missing"], quoted["covered"]) == ("144.72", "4", True)
    assert hand.reads("orders", acme) == {"bids": [], "asks": []}
    said = hand.types(f"quote {wish}", acme).output
    assert row(said, "qingyang/h20-96")[1:3] == ["hall-7", "4"]
    assert "144.72 CNY = 144.00 cost + 0.72 fee" in said
    assert "Why 4 would be missing" in said
    assert "1,000.00 available: enough" in said
    assert "not enough" in hand.types("quote qingyang h20-96 8 --for 7d --price 9", acme).output

    placed = hand.reads(f"buy {wish}", acme)
    bid_id = placed["bid"]["bid_id"]
    assert [lease["cost"] for lease in placed["leases"]] == [lease["cost"] for lease in quoted["leases"]]
    explained = hand.reads(f"explain {bid_id}", acme)
    extras = [parse_decimal(change["extra"], MONEY_PLACES) for change in explained["changes"]]
    assert extras == sorted(extras)
    assert "alternatives[0].price" in {change["field"] for change in explained["changes"]}
    drawn = hand.types(f"explain {bid_id}", acme).output
    assert f"{bid_id} lacks 4 chips" in drawn
    fails = explained["alternatives"][0]["fails"]
    assert row(drawn, "0")[3:5] == [str(explained["alternatives"][0]["asks"]), str(fails["price"])]
    places = [drawn.index(change["detail"]) for change in explained["changes"]]
    assert places == sorted(places)


def test_what_a_change_would_cost_is_not_called_all_in_as_vouchers_are_left_out(hand: Hand) -> None:
    hall, acme = hand.joins("provider", "10000"), hand.joins("buyer", "10000")
    hand.reads("sell wuxi l20 4 --price 6.00 --for 7d", hall)
    advised = hand.reads("quote wuxi l20 4 --for 6h --price 5.50", acme)["rest"]["changes"][0]
    assert (advised["value"], advised["total"]) == ("6.00", "144.72")
    drawn = hand.types("quote wuxi l20 4 --for 6h --price 5.50", acme).output
    assert drawn.count("all in") == 1 and "cost + fee" in drawn
    followed = hand.reads("quote wuxi l20 4 --for 6h --price 6.00", acme)
    assert (followed["cost"], followed["buyer_fee"], followed["total"]) == ("144.00", "0.72", "101.52")


def test_an_amendment_says_whether_the_place_was_kept(hand: Hand) -> None:
    hall, acme = hand.joins("provider", "10000"), hand.joins("buyer", "1000")
    ask_id = hand.reads("sell horinger a10 8 --price 3.00 --for 2d", hall)["ask"]["ask_id"]
    bid_id = hand.reads("buy horinger a10 4 --for 6h --price 2.00", acme)["bid"]["bid_id"]
    assert "It kept its place" in hand.types(f"amend {ask_id} --quantity 6", hall).output
    assert "It lost its place" in hand.types(f"amend {bid_id} --quantity 5", acme).output
    amended = hand.reads(f"amend {bid_id} --price 3.10", acme)
    assert (amended["bid"]["state"], amended["kept_priority"]) == ("filled", False)
    assert [lease["price"] for lease in amended["leases"]] == ["3.00"]
    assert hand.reads(f"amend {ask_id} --price 3.50", hall)["ask"]["price"] == "3.50"
    assert hand.types(f"amend {ask_id}", hall).stderr.startswith("bad_value (quantity): ")


def test_requirements_and_times_in_force_reach_the_market(hand: Hand) -> None:
    hall, acme = hand.joins("provider", "10000"), hand.joins("buyer", "10000")
    hand.reads("sell zhongwei asc-910b 8 --price 4.00 --for 2d", hall)
    stated = "--tag rdma --tag ib-400 --pue 1.15 --green-share 0.8"
    ask = hand.reads(f"sell zhongwei asc-910b 8 --price 5.00 --for 2d --post-only {stated}", hall)["ask"]
    assert (ask["tags"], ask["pue"], ask["green_share"], ask["post_only"]) == (["rdma", "ib-400"], "1.15", "0.8", True)

    wish = "buy zhongwei asc-910b 8 --for 1h --price 5.00"
    all_or_nothing = hand.reads(f"buy zhongwei asc-910b 32 --for 1h --price 5.00 --fok {stated_as_required()}", acme)
    assert (all_or_nothing["bid"]["state"], all_or_nothing["leases"]) == ("canceled", [])
    assert hand.types(f"{wish} --post-only", acme).stderr.startswith("would_trade (post_only): ")
    placed = hand.reads(f"{wish} --fok {stated_as_required()}", acme)
    assert [lease["ask_id"] for lease in placed["leases"]] == [ask["ask_id"]]
    assert placed["bid"]["require"]["domestic"] is True
    both = hand.types(f"{wish} --fok --ioc", acme)
    assert both.exit_code == 2
    assert "one of --ioc, --fok and --expires" in both.stderr


def stated_as_required() -> str:
    return "--require-tag rdma --require-tag ib-400 --pue-at-most 1.2 --green-at-least 0.75 --domestic"


def test_brakes_are_set_shown_and_let_go(hand: Hand) -> None:
    hall = hand.joins("provider", "10000")
    hand.reads("sell shaoguan l20 8 --price 3.00 --for 2d", hall)
    assert row(hand.types("markets").output, "shaoguan/l20")[1] == "open"

    halted = hand.types("operator halt --region shaoguan --reason flood --yes", "operator")
    assert halted.output == "shaoguan is halted: flood\n"
    told = hand.types("operator market shaoguan l20 post_only --reason pumped --yes", "operator").output
    assert "the market is halted" in told
    shown = hand.types("markets").output
    assert row(shown, "shaoguan/l20")[1] == "halted"
    assert "shaoguan is halted: flood" in shown
    assert hand.types("sell shaoguan l20 8 --price 3.00 --for 2d", hall).stderr.startswith("market_not_open")

    for state in ("post_only", "open"):
        hand.reads(f"operator halt --region shaoguan --state {state} --reason dry --yes", "operator")
    opened = hand.reads("operator market shaoguan l20 open --reason dry --yes", "operator")
    assert (opened["state"], opened["effective"]) == ("open", "open")
    assert "shaoguan is" not in hand.types("markets").output
    assert hand.types("operator market shaoguan l20 shut --reason dry --yes", "operator").exit_code == 2


def test_prices_of_the_past_are_shown(hand: Hand) -> None:
    hall, acme = hand.joins("provider", "10000"), hand.joins("buyer", "1000")
    hand.reads("sell tianfu v100-sxm2 8 --price 2.00 --for 2d", hall)
    hand.reads("buy tianfu v100-sxm2 4 --for 6h --price 2.50", acme)
    (candle,) = hand.reads("candles tianfu v100-sxm2 --tenor 6h --interval 1h")["items"]
    assert (candle["close"], candle["volume"], candle["trades"]) == ("2.00", "24", 1)
    drawn = hand.types("candles tianfu v100-sxm2 --tenor 6h").output
    assert drawn.splitlines()[-1].split()[2:] == ["2.00", "2.00", "2.00", "2.00", "4.99", "24", "1"]
    assert "no trades" in hand.types("candles tianfu t4").output
    assert hand.types("candles tianfu t4 --interval 2h").stderr.startswith("bad_value (interval): ")
    for grade in hand.reads("index")["items"]:
        assert row(hand.types("index").output, grade["grade"])[1:3] == [grade["du_from"], grade["price_per_du"] or "–"]


def test_numbers_are_whole_in_tables_of_80_and_of_120_columns(hand: Hand) -> None:
    hall, acme = hand.joins("provider", "10000000"), hand.joins("buyer", "90000000")
    hand.reads("sell yrd-green a800-sxm-80 2000 --price 12.34 --for 60d", hall)
    (lease,) = hand.reads("buy yrd-green a800-sxm-80 1024 --for 30d --price 12.34 --ioc", acme)["leases"]
    hand.reads("buy yrd-green a800-sxm-80 3000 --for 30d --price 1.07", acme)
    leases = hand.types("leases", acme, COLUMNS="120").output
    assert max(map(len, leases.splitlines())) <= 120
    assert row(leases, lease["lease_id"])[-4:] == ["12.34", "9,098,035.20", "0.00", "scheduled"]
    assert len(re.findall(r" \d\d-\d\d \d\d:\d\d ", leases)) == 2
    for by, line in ((acme, "orders"), (hall, "orders"), (acme, "leases"), (acme, "statement"), (hall, "vouchers")):
        for columns in ("80", "120"):
            listed = hand.types(line, by, COLUMNS=columns).output
            assert max(map(len, listed.splitlines())) <= int(columns), listed
            assert re.search(r"(?<![\w/-])[\d.,]+…", listed) is None, listed
