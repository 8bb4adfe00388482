"""Statements: what an account held before and after, and what a lease's transfers come to."""

import pytest

from exchange.language.views import Balances
from exchange.language.views_money import AccountStatement
from tests.projections.told import Told, at, cny


@pytest.fixture
def told() -> Told:
    """Alice puts 100.00 in, then each hour something moves; transfer numbers are in the margin."""
    told = Told(("alice", "acme"), ("hz", "hz"))
    told.deposit("alice", 100)  # 1
    told.clock(at(1))
    told.happen(told.pay("alice/available", "alice/held", 30, "bid_hold", bid_id=1))  # 2
    told.clock(at(2))
    told.happen(
        told.pay("alice/held", "alice/escrow", 24, "lease_escrow", lease_id=1),  # 3
        told.pay("alice/held", "alice/available", 6, "bid_release", bid_id=1),  # 4
        told.pay("programme:wx/pool", "programme:wx/committed", 4, "subsidy_committed", lease_id=1),  # 5
    )
    told.clock(at(3))
    told.happen(
        told.pay("alice/escrow", "hz/available", 20, "lease_earned", lease_id=1),  # 6
        told.pay("programme:wx/committed", "hz/available", 3, "subsidy_redeemed", lease_id=1),  # 7
        told.pay("hz/available", "fees", "0.23", "provider_fee", lease_id=1),  # 8
    )
    return told


def numbers(statement: AccountStatement) -> list[int]:
    return [view.transfer.transfer_id for view in statement.items]


def held(available: str | int, held: str | int = 0, escrow: str | int = 0) -> Balances:
    return Balances(available_micros=cny(available), held_micros=cny(held), escrow_micros=cny(escrow))


def test_a_statement_opens_at_nothing_and_closes_at_what_there_is(told: Told) -> None:
    statement = told.views.transfers("alice", None, 100)
    assert numbers(statement) == [6, 4, 3, 2, 1]
    assert (statement.opening, statement.closing) == (Balances(), held(76, 0, 4))
    account = told.views.account("alice")
    assert account is not None
    assert (account.available_micros, account.held_micros, account.escrow_micros) == (cny(76), 0, cny(4))


def test_each_transfer_says_what_the_account_held_after_it(told: Told) -> None:
    after = [view.after for view in told.views.transfers("alice", None, 100).items]
    assert after == [held(76, 0, 4), held(76, 0, 24), held(70, 6, 24), held(70, 30), held(100)]
    assert [view.after for view in told.views.transfers("hz", None, 100).items] == [
        held("22.77"),
        held(23),
        held(20),
    ]


def test_a_page_opens_where_the_older_one_closes(told: Told) -> None:
    newer = told.views.transfers("alice", None, 2)
    older = told.views.transfers("alice", 4, 2)
    assert (numbers(newer), numbers(older)) == ([6, 4], [3, 2])
    assert newer.opening == older.closing == held(70, 6, 24)
    assert older.opening == held(100)


@pytest.mark.parametrize(
    ("from_h", "until_h", "expected", "opening", "closing"),
    [
        (1, 3, [4, 3, 2], held(100), held(76, 0, 24)),
        (2, None, [6, 4, 3], held(70, 30), held(76, 0, 4)),
        (None, 1, [1], held(0), held(100)),
        (None, 0, [], held(0), held(0)),
        (4, 9, [], held(76, 0, 4), held(76, 0, 4)),
    ],
)
def test_a_statement_of_a_span_of_time(
    told: Told, from_h: int | None, until_h: int | None, expected: list[int], opening: Balances, closing: Balances
) -> None:
    from_s, until_s = (None if hours is None else at(hours) for hours in (from_h, until_h))
    statement = told.views.transfers("alice", None, 100, from_s, until_s)
    assert (numbers(statement), statement.opening, statement.closing) == (expected, opening, closing)


def test_a_page_never_reaches_back_beyond_the_span(told: Told) -> None:
    statement = told.views.transfers("alice", 4, 100, at(2), None)
    assert (numbers(statement), statement.opening, statement.closing) == ([3], held(70, 30), held(70, 6, 24))
    beyond = told.views.transfers("alice", 2, 100, at(2), None)
    assert (numbers(beyond), beyond.opening, beyond.closing) == ([], held(100), held(100))


def test_purses_of_programmes_belong_to_nobody_and_stand_in_the_lease_s_statement(told: Told) -> None:
    assert told.trade("alice", "hz", (0, 1), 2, price=12) == 1
    statement = told.views.statement(1)
    assert statement is not None
    assert [view.transfer.transfer_id for view in statement.items] == [3, 5, 6, 7, 8]
    assert all(view.after is None for view in statement.items)  # neither party may see what the other holds
    assert statement.totals == (
        ("lease_escrow", cny(24)),
        ("lease_earned", cny(20)),
        ("provider_fee", cny("0.23")),
        ("subsidy_committed", cny(4)),
        ("subsidy_redeemed", cny(3)),
    )
    assert (statement.opening_micros, statement.closing_micros) == (0, cny(4))


def test_an_account_may_be_called_as_what_belongs_to_nobody_is(told: Told) -> None:
    told.open("external", "ext")
    told.deposit("external", 5)
    account = told.views.account("external")
    assert account is not None
    assert account.available_micros == cny(5)


def test_there_is_no_statement_of_no_lease(told: Told) -> None:
    assert told.views.statement(1) is None
    assert told.views.transfers("nobody", None, 10) == AccountStatement(
        items=(), opening=Balances(), closing=Balances()
    )


def test_an_account_is_remembered_as_a_deposit_left_it(told: Told) -> None:
    told.deposit("alice", 10)
    seq = told.views.seq
    told.deposit("alice", 5)
    first, now = told.views.account_at("alice", seq), told.views.account("alice")
    assert first is not None
    assert now is not None
    assert (first.available_micros, now.available_micros) == (cny(86), cny(91))
    assert told.views.account_at("alice", seq - 1) is None
    assert told.views.account_at("hz", seq) is None
