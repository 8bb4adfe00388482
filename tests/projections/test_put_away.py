"""What one command ends is put away with it, and what it has rest again is not."""

from exchange.language.events import AskChanged, AskPlaced
from exchange.language.units import HOUR_S
from exchange.projections.snapshot import load, save
from tests.projections.told import T0, Told, cny, programme


def placed(number: int) -> AskPlaced:
    return AskPlaced(
        ask_id=number, account_id="hz", client_order_id=f"a-{number}", region="hangzhou", chip="h800", site="",
        tags=(), pue_milli=None, green_bp=None, quantity_milli=8_000, start_s=T0, end_s=T0 + 2 * HOUR_S,
        price_micros=cny(14), lot_milli=1_000, min_duration_s=HOUR_S, take_or_pay_bp=10_000, time_in_force="gtc",
        expires_s=None, post_only=False, self_trade="cancel_maker", bond_micros=0, lease_id=None,
    )  # fmt: skip


def changed(number: int, state: str) -> AskChanged:
    free = ((T0, T0 + 2 * HOUR_S, 8_000),) if state == "resting" else ()
    return AskChanged(
        ask_id=number, state=state, reason="", leaves_milli=8_000, filled_milli=0, canceled_milli=0, bond_micros=0,
        free=free,
    )  # fmt: skip


def test_an_ask_that_rests_again_in_the_same_command_is_not_put_away() -> None:
    told = Told(("hz", "core"))
    told.happen(placed(1))
    told.happen(placed(2))
    told.happen(changed(1, "filled"), changed(2, "filled"), changed(1, "resting"))
    orders = told.views._orders
    assert (list(orders.asks), orders.asks_over.get(1)) == ([1], None)
    assert [orders.ask(number).state for number in (1, 2)] == ["resting", "filled"]


def test_one_that_rests_again_later_comes_back() -> None:
    told = Told(("hz", "core"))
    told.happen(placed(1))
    for state in ("filled", "resting", "canceled"):
        told.happen(changed(1, state))
        for views in (told.views, load(save(told.views))):
            assert [ask.state for ask in views.asks("hz", None, None, 9)] == [state]
            assert [ask.ask_id for ask in views.asks("hz", state, None, 9)] == [1]
            assert list(views._orders.asks) == [1] * (state == "resting")


def test_what_came_back_of_a_grant_is_not_granted() -> None:
    told = Told(("ann", "acme"), ("hz", "core"))
    told.define(programme("wx"))
    told.trade("ann", "hz", programme="wx", subsidy=40)
    told.trade("ann", "hz")
    told.happen(told.changed(1, state="released", reason="by_buyer", subsidy_micros=cny(15)))
    for views in (told.views, load(save(told.views))):
        (use,) = views.programme_use()
        assert (use.programme, use.granted_micros) == ("wx", cny(15))
