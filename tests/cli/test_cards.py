"""What cards and tables say of leases and vouchers as the market tells them."""

from rich.console import Console

from exchange.language.events_operator import ProgrammePaused
from gateway import schema, wire, wire_money, wire_public
from gateway.cli.previews import resale_card
from gateway.cli.vouchers import voucher_table
from tests.projections.told import Told, at, cny, programme


def subsidised() -> Told:
    """A lease for four hours whose subsidy of 100 CNY is half drawn, and of which 30 CNY have gone back."""
    told = Told(("acme", "acme"), ("hall", "hall"))
    told.define(programme("hz"))
    number = told.trade("acme", "hall", (0, 4), subsidy=100, programme="hz", subsidy_bound="rate")
    told.happen(told.changed(number, redeemed_micros=cny(50), returned_micros=cny(30)))
    return told


def test_a_resale_gives_up_no_subsidy_that_has_gone_back_already() -> None:
    told = subsidised()
    rules = wire_public.catalog(told.views.catalog()).rules
    assert rules is not None
    lease = wire.lease(told.lease(1))
    ask = schema.AskBody(
        client_order_id="one", region="hangzhou", chip="h800", quantity="4", start=lease.start, end=lease.end,
        price="15", lease_id="lease-1",
    )  # fmt: skip
    console = Console(width=160)
    with console.capture() as drawn:
        console.print(resale_card(ask, at(0), lease, rules))
    assert "hz's on this part, 20.00 CNY at most, goes back" in drawn.get()


def test_who_may_not_claim_from_a_paused_programme_is_told_so() -> None:
    told = subsidised()
    told.happen(ProgrammePaused(programme="hz", paused=True, reason="an audit", operator_id="venue"))
    vouchers = [wire_money.voucher(view) for view in told.views.vouchers("acme")]
    (may,) = (column for column in voucher_table(vouchers).columns if column.header == "may claim")
    assert [str(cell) for cell in may.cells] == ["an operator has paused it"]
