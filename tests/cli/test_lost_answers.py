"""An order whose answer was lost is not ordered twice: it is asked for, or its id is told."""

import json

import pytest

from tests.cli.hand import Hand
from tests.cli.lossy import lossy

BUY = "buy wuhu t4 1 --for 1h --price 2"
SELL = "sell wuhu t4 1 --for 1d --price 90"
ORDERING = ("POST /v1/bids ", "POST /v1/asks ", "GET /v1/stream ")


def orders(hand: Hand, account: str) -> list[str]:
    found = hand.reads("orders", account)
    return [order["client_order_id"] for order in found["bids"] + found["asks"]]


@pytest.mark.parametrize(("role", "command"), [("buyer", BUY), ("provider", SELL)])
def test_what_was_placed_is_found(hand: Hand, role: str, command: str) -> None:
    account = hand.joins(role, "1000")
    with lossy(hand.url, lambda line: line.startswith(ORDERING)) as way:
        result = hand.types(f"{command} --json", account, LEASEBOOK_URL=way.url)
    assert result.exit_code == 0, result.output
    (placed,) = orders(hand, account)
    answer = json.loads(result.stdout)
    assert answer.get("bid", answer.get("ask"))["client_order_id"] == placed


@pytest.mark.parametrize(("role", "command"), [("buyer", BUY), ("provider", SELL)])
def test_what_cannot_be_settled_is_told_with_its_id(hand: Hand, role: str, command: str) -> None:
    account = hand.joins(role, "1000")
    with lossy(hand.url, lambda line: line.startswith((*ORDERING, "GET /v1/orders/"))) as way:
        said = hand.types(command, account, LEASEBOOK_URL=way.url)
        told = hand.types(f"{command} --json", account, LEASEBOOK_URL=way.url)
    assert (said.exit_code, told.exit_code) == (1, 1)
    problem = json.loads(told.stdout)
    assert (problem["outcome"], problem["code"]) == ("unknown", "no_answer")
    latest, first = orders(hand, account)
    assert problem["client_order_id"] == latest
    assert said.stderr.startswith(f"The order may have been placed, as {first}. No answer came from {way.url}")
    assert f"`--id {first}`" in said.stderr
    assert said.stderr.count("\n") == 1

    for _ in range(2):
        assert hand.types(f"{command} --id {first}", account).exit_code == 0
    assert orders(hand, account) == [latest, first]


def test_what_is_refused_is_refused_whatever_was_lost_before(hand: Hand) -> None:
    poor, lost = hand.joins("buyer", "0.01"), iter([True] * 5)
    with lossy(hand.url, lambda line: line.startswith(ORDERING) and next(lost, False)) as way:
        result = hand.types(BUY, poor, LEASEBOOK_URL=way.url)
    assert result.exit_code == 1
    assert result.stderr.startswith("insufficient_funds")
    assert orders(hand, poor) == []
