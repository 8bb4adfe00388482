"""The whole job by hand: what the README's reader types, from an account to a statement."""

from exchange.language.units import MONEY_PLACES, format_money, parse_decimal
from tests.cli.hand import Hand

PLACES = ("zhengzhou", "wuxi")


def test_a_lease_is_made_delivered_metered_and_settled_by_commands(hand: Hand) -> None:
    hall, acme = hand.joins("provider", "10000"), hand.joins("buyer", "1000")

    asked = hand.reads("sell wuhu h800-sxm 16 --price 14.00 --for 7d --lot 8 --site hall-1", hall)
    assert (asked["ask"]["state"], asked["ask"]["bond"], asked["leases"]) == ("resting", "268.80", [])

    placed = hand.reads("buy wuhu,jinan h800-sxm 8 --for 2h --price 15.20 --within 6h --gang --no-vouchers", acme)
    (lease,) = placed["leases"]
    assert placed["bid"]["state"] == "filled"
    assert (lease["price"], lease["cost"], lease["site"]) == ("14.00", "224.00", "hall-1")

    lease_id = lease["lease_id"]
    started = hand.reads(f'lease start {lease_id} --access {{"ssh":"acme@hall-1"}}', hall)
    assert started["lease"]["access_given_at"]
    assert hand.reads(f"lease access {lease_id}", acme)["access"] == {"ssh": "acme@hall-1"}
    assert '"ssh": "acme@hall-1"' in hand.types(f"lease access {lease_id}", acme).stdout, "JSON, to be copied"

    hand.waits_until(lease["start"], 3600)
    assert hand.reads(f"lease show {lease_id}", acme)["state"] == "running"
    hand.reads(f"lease meter {lease_id} --through now --delivered 8 --used 8", hall)
    hand.waits_until(lease["end"])
    hand.reads(f"lease meter {lease_id} --through {lease['end']} --delivered 16 --used 12", hall)
    hand.reads("clock advance 15m", acme)

    statement = hand.reads(f"lease statement {lease_id}", acme)
    ended = statement["lease"]
    assert (ended["state"], ended["earned"], ended["refunded"]) == ("ended", "224.00", "0.00")
    assert sums(statement["items"]) == {
        "lease_escrow": "225.12",
        "lease_earned": "224.00",
        "buyer_fee": "1.12",
        "provider_fee": "2.24",
    }
    assert hand.reads("account", acme)["available"] == "774.88"
    assert hand.reads("operator check", "operator")["violations"] == []


def sums(transfers: list[dict[str, str]]) -> dict[str, str]:
    """What the transfers come to, by reason."""
    totals: dict[str, int] = {}
    for transfer in transfers:
        amount_micros = parse_decimal(transfer["amount"], MONEY_PLACES)
        totals[transfer["reason"]] = totals.get(transfer["reason"], 0) + amount_micros
    return {reason: format_money(amount_micros) for reason, amount_micros in totals.items()}


def test_orders_are_listed_and_canceled(hand: Hand) -> None:
    hall, acme = hand.joins("provider", "10000"), hand.joins("buyer", "1000")
    ask_id = hand.reads("sell zhengzhou t4 4 --price 2.50 --for 2d", hall)["ask"]["ask_id"]
    bid_id = hand.reads("buy zhengzhou t4 4 --for 6h --price 2.20", acme)["bid"]["bid_id"]
    assert [ask["ask_id"] for ask in hand.reads("orders --state resting", hall)["asks"]] == [ask_id]
    assert [bid["bid_id"] for bid in hand.reads("orders", acme)["bids"]] == [bid_id]
    assert hand.reads(f"cancel {ask_id}", hall)["ask"]["state"] == "canceled"
    assert hand.reads(f"cancel {bid_id}", acme)["bid"]["canceled"] == "4"
    assert hand.reads("account", acme)["available"] == "1000.00"


def test_all_of_one_side_are_canceled_at_once(hand: Hand) -> None:
    hall, acme = hand.joins("provider", "10000"), hand.joins("buyer", "1000")
    here, there = (hand.reads(f"buy {region} t4 1 --for 6h --price 2.20", acme)["bid"]["bid_id"] for region in PLACES)
    for chip in ("t4", "a10"):
        hand.reads(f"sell zhengzhou {chip} 4 --price 9.50 --for 2d", hall)
    said = hand.types(f"cancel bids --region {PLACES[0]} --chip t4", acme).output
    assert said == f"All bids in {PLACES[0]} for t4 are canceled.\n"
    states = {bid["bid_id"]: bid["state"] for bid in hand.reads("orders", acme)["bids"]}
    assert states == {here: "canceled", there: "resting"}
    assert hand.types("cancel bids", acme).output == "All bids are canceled.\n"
    assert hand.reads("account", acme)["available"] == "1000.00"
    assert set(hand.reads("cancel asks", hall)) == {"seq"}
    assert [ask["state"] for ask in hand.reads("orders", hall)["asks"]] == ["canceled", "canceled"]
    assert hand.types("cancel bids --region nowhere", acme).stderr.startswith("unknown_region (region)")
    wrong = hand.types("cancel bid-1 --region wuxi", acme)
    assert (wrong.exit_code, "--region and --chip go with bids or asks" in wrong.stderr) == (2, True)


def test_the_same_id_buys_once(hand: Hand) -> None:
    acme = hand.joins("buyer", "1000")
    first, again = (hand.reads("buy wuxi t4 1 --for 1h --price 2.00 --within 6h --id once", acme) for _ in range(2))
    assert first == again
    assert len(hand.reads("orders", acme)["bids"]) == 1


def test_tables_say_what_the_answers_say(hand: Hand) -> None:
    hall, acme = hand.joins("provider", "10000"), hand.joins("buyer", "100000")
    hand.reads("sell guian l40s 32 --price 11.50 --for 1d", hall)
    hand.reads("buy guian l40s 2 --for 1d --price 12 --no-vouchers", acme)
    hand.reads("buy guian l40s 5 --for 1d --price 10.80", acme)
    book = hand.types("book guian l40s --once").output
    assert row(book, "11.50")[:4] == ["11.50", "17.69", "30", "1"]
    assert row(book, "10.80")[:4] == ["10.80", "16.62", "5", "1"]
    assert "↕ 0.70" in book
    assert row(hand.types("markets").output, "guian/l40s")[1:3] == ["open", "1h"]
    assert row(hand.types("leases", acme).output, "lease-")[1:5] == ["guian/l40s", hall, acme, "2"]
    assert row(hand.types("account", acme).output, "escrow") == ["escrow", "554.76"]
    assert row(hand.types("catalog").output, "guian")[0] == "guian"
    assert "sandbox, open" in hand.types("time").output


def row(output: str, beginning: str) -> list[str]:
    """The words of the first line that begins so, without the bars."""
    line = next(line for line in output.splitlines() if line.strip().startswith(beginning))
    return line.split()
