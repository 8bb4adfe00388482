"""The users of the load test: they come, trade and go, and what they were told is held against the server."""

import subprocess
import sys
from collections.abc import Iterator
from typing import Any, cast

import msgspec
import pytest

from gateway import answers, schema
from gateway.client.sync import SyncClient
from loadtests.locust.ledger import Member, faults

pytestmark = pytest.mark.rehearsal

ORDER: dict[str, Any] = {
    "bid_id": "bid-1", "client_order_id": "mine", "account_id": "alice", "state": "filled", "reason": "",
    "quantity": "4", "leaves": "0", "filled": "4", "canceled": "0", "min_quantity": None, "time_in_force": "gtc",
    "expires_at": None,
    "post_only": False, "max_take_or_pay": "1", "vouchers": [], "use": "", "self_trade": "cancel_taker",
    "require": None,
    "alternatives": [], "open_alternatives": [], "held": "0", "created_at": "2026-12-01T00:00:00Z", "seq": 7,
}  # fmt: skip


def test_five_users_are_told_nothing_but_the_truth() -> None:
    command = [sys.executable, "-m", "loadtests.locust", "--users", "5", "--seconds", "5"]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    assert "The server holds to what it told" in ran.stdout


def an_order(**changes: Any) -> schema.Bid:
    return msgspec.convert(ORDER | changes, schema.Bid)


class Server:
    """What a server would show."""

    def __init__(self, *orders: schema.Bid, violations: tuple[str, ...] = ()) -> None:
        self._orders = orders
        self._violations = violations

    def bids(self, _: schema.OrderPage) -> answers.Bids:
        return answers.Bids(items=self._orders, cursor=None)

    def leases(self, _: schema.LeasePage) -> answers.Leases:
        return answers.Leases(items=(), cursor=None)

    def audit(self) -> Any:
        return self

    @property
    def violations(self) -> Iterator[str]:
        return iter(self._violations)


def found(server: Server, *told: schema.Bid, doubtful: tuple[str, ...] = ()) -> list[str]:
    client = cast(SyncClient, server)
    member = Member("alice", client, "bids", doubtful=set(doubtful))
    for order in told:
        member.told(order)
    return list(faults([member], client))


def test_what_a_server_holds_to_is_no_fault() -> None:
    assert found(Server(an_order()), an_order()) == []
    assert found(Server(an_order()), an_order(state="resting", leaves="4", filled="0")) == [], "it has traded since"
    assert found(Server(an_order()), doubtful=("mine",)) == [], "sent, and never answered"


@pytest.mark.parametrize(
    ("server", "told", "says"),
    [
        (Server(), [an_order()], "and there is None"),
        (Server(an_order(bid_id="bid-2")), [an_order()], "told of bid-1"),
        (Server(an_order(state="canceled", filled="0", canceled="4")), [an_order()], "is filled, 4 filled"),
        (Server(an_order(leaves="1")), [an_order()], "not the whole"),
        (Server(an_order()), [], "never told"),
        (Server(violations=("the books do not balance",)), [], "do not balance"),
    ],
)
def test_what_a_server_does_not_hold_to_is_told(server: Server, told: list[schema.Bid], says: str) -> None:
    (fault,) = found(server, *told)
    assert says in fault
