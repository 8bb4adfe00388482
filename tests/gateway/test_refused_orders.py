"""Every bad order gets its own problem and leaves no trace: one row, one fault; the right column is the answer.

A row changes one thing in an order that would be taken; None takes a field away.
"""

from typing import Any

from tests.gateway.house import BODY, House, a_bid, a_wish, an_ask, at

Row = tuple[BODY, int, str, str | None]

WISHES: BODY = dict.fromkeys(["regions", "chips", "duration", "earliest_start", "latest_start", "price"])


def wishes(*alternatives: BODY) -> BODY:
    """A bid in the long form."""
    return WISHES | {"alternatives": list(alternatives)}


BIDS: list[Row] = [
    # shape
    ({"colour": "red"}, 422, "unknown_field", "colour"),
    (wishes(a_wish(), a_wish(colour="red")), 422, "unknown_field", "alternatives[1].colour"),
    ({"quantity": None}, 422, "missing_field", "quantity"),
    ({"client_order_id": None}, 422, "missing_field", "client_order_id"),
    ({"latest_start": None}, 422, "missing_field", "latest_start"),
    ({"price": None}, 422, "missing_field", "price"),
    (WISHES, 422, "missing_field", "regions"),
    (wishes(a_wish(), a_wish(price=None)), 422, "missing_field", "alternatives[1].price"),
    ({"quantity": 4}, 422, "wrong_type", "quantity"),
    ({"price": 15.2}, 422, "wrong_type", "price"),
    (wishes(a_wish(), a_wish(price=15)), 422, "wrong_type", "alternatives[1].price"),
    ({"regions": "shanghai"}, 422, "wrong_type", "regions"),
    ({"post_only": "no"}, 422, "wrong_type", "post_only"),
    ({"alternatives": [a_wish()]}, 422, "ambiguous_form", "regions"),
    ({"price_per_du": "6"}, 422, "ambiguous_form", "price_per_du"),
    # ids and lists
    ({"client_order_id": ""}, 422, "bad_format", "client_order_id"),
    ({"client_order_id": "a b"}, 422, "bad_format", "client_order_id"),
    ({"client_order_id": "a\n"}, 422, "bad_format", "client_order_id"),
    ({"client_order_id": "a" * 37}, 422, "bad_format", "client_order_id"),
    ({"regions": ["s" * 41]}, 422, "bad_format", "regions[0]"),
    ({"regions": []}, 422, "bad_format", "regions"),
    ({"regions": ["shanghai"] * 7, "chips": ["h800-sxm"] * 5}, 422, "bad_format", "regions"),
    (wishes(*[a_wish()] * 33), 422, "bad_format", "alternatives"),
    (wishes(), 422, "bad_value", "alternatives"),
    # numbers
    ({"quantity": "0.0001"}, 422, "bad_decimal", "quantity"),
    ({"quantity": "-1"}, 422, "bad_decimal", "quantity"),
    ({"quantity": "1e3"}, 422, "bad_decimal", "quantity"),
    ({"quantity": "NaN"}, 422, "bad_decimal", "quantity"),
    ({"quantity": "Infinity"}, 422, "bad_decimal", "quantity"),
    ({"quantity": " 4"}, 422, "bad_decimal", "quantity"),
    ({"quantity": "4."}, 422, "bad_decimal", "quantity"),
    ({"quantity": "04"}, 422, "bad_decimal", "quantity"),
    ({"quantity": "٤"}, 422, "bad_decimal", "quantity"),
    ({"quantity": "9" * 18}, 422, "bad_decimal", "quantity"),
    ({"quantity": "9" * 500}, 422, "bad_decimal", "quantity"),
    ({"price": "15.2000001"}, 422, "bad_decimal", "price"),
    (wishes(a_wish(), a_wish(price="1,5")), 422, "bad_decimal", "alternatives[1].price"),
    ({"price": None, "price_per_du": "9" * 13}, 422, "bad_decimal", "price_per_du"),
    ({"max_take_or_pay": "0.00001"}, 422, "bad_decimal", "max_take_or_pay"),
    ({"quantity": "0"}, 422, "quantity_out_of_range", "quantity"),
    ({"quantity": "100000.001"}, 422, "quantity_out_of_range", "quantity"),
    ({"quantity": "999999999999999"}, 422, "quantity_out_of_range", "quantity"),
    ({"min_quantity": "0"}, 422, "min_quantity_out_of_range", "min_quantity"),
    ({"min_quantity": "4.001"}, 422, "min_quantity_out_of_range", "min_quantity"),
    ({"price": "0"}, 422, "price_out_of_range", "price"),
    ({"price": "10000.01"}, 422, "price_out_of_range", "price"),
    ({"price": "15.205"}, 422, "price_off_tick", "price"),
    (wishes(a_wish(), a_wish(price="15.205")), 422, "price_off_tick", "alternatives[1].price"),
    ({"price": None, "price_per_du": "0.001"}, 422, "price_out_of_range", "price_per_du"),
    ({"max_take_or_pay": "1.0001"}, 422, "share_out_of_range", "max_take_or_pay"),
    # times
    ({"latest_start": "2026-12-01"}, 422, "bad_instant", "latest_start"),
    ({"latest_start": "2026-12-01T08:00:00+08:00"}, 422, "bad_instant", "latest_start"),
    ({"latest_start": "2027-02-29T00:00:00Z"}, 422, "bad_instant", "latest_start"),
    ({"latest_start": "now"}, 422, "bad_instant", "latest_start"),
    ({"duration": "P1M"}, 422, "bad_duration", "duration"),
    ({"duration": "PT1.5H"}, 422, "bad_duration", "duration"),
    ({"latest_start": at(1.1)}, 422, "off_grid", "latest_start"),
    ({"earliest_start": at(0.9)}, 422, "off_grid", "earliest_start"),
    ({"duration": "PT20M"}, 422, "off_grid", "duration"),
    (wishes(a_wish(), a_wish(duration="PT1H1S")), 422, "off_grid", "alternatives[1].duration"),
    ({"earliest_start": at(-2), "latest_start": at(-1)}, 422, "window_past", "latest_start"),
    ({"earliest_start": at(3), "latest_start": at(2)}, 422, "window_empty", "latest_start"),
    ({"duration": "PT0S"}, 422, "duration_out_of_range", "duration"),
    ({"duration": "P180DT15M"}, 422, "duration_out_of_range", "duration"),
    ({"duration": "P99999W"}, 422, "duration_out_of_range", "duration"),
    ({"latest_start": at(24 * 733)}, 422, "beyond_horizon", "latest_start"),
    ({"latest_start": "9999-12-31T23:45:00Z"}, 422, "beyond_horizon", "latest_start"),
    # names
    ({"regions": ["shanghai", "atlantis"]}, 422, "unknown_region", "regions[1]"),
    ({"chips": ["h800-sxm", "abacus"]}, 422, "unknown_chip", "chips[1]"),
    (wishes(a_wish(), a_wish(chip="abacus")), 422, "unknown_chip", "alternatives[1].chip"),
    ({"chips": ["h800-sxm", "abacus"], "price": None, "price_per_du": "6"}, 422, "unknown_chip", "chips[1]"),
    ({"chips": ["h800-sxm", "enf-t20"], "price": None, "price_per_du": "6"}, 422, "no_du_rate", "chips[1]"),
    ({"time_in_force": "forever"}, 422, "bad_value", "time_in_force"),
    ({"time_in_force": "gtd"}, 422, "bad_value", "expires_at"),
    ({"time_in_force": "gtd", "expires_at": at(0)}, 422, "window_past", "expires_at"),
    ({"self_trade": "allow"}, 422, "bad_value", "self_trade"),
    ({"vouchers": "none"}, 422, "bad_value", "vouchers"),
    ({"vouchers": ["sichuan-2026"]}, 422, "unknown_programme", "vouchers[0]"),
    # what goes together
    ({"time_in_force": "ioc", "post_only": True}, 422, "bad_value", "post_only"),
    ({"time_in_force": "fok", "post_only": True}, 422, "bad_value", "post_only"),
    ({"quantity": "1", "post_only": True}, 409, "would_trade", "post_only"),
    (wishes(a_wish(), a_wish(quantity="4")), 422, "bad_value", "alternatives[1].quantity"),
    (wishes(a_wish(), a_wish(quantity="4")) | {"min_quantity": "3.999"}, 422, "bad_value", "alternatives[1].quantity"),
    (wishes(a_wish(quantity="0")) | {"min_quantity": "4"}, 422, "quantity_out_of_range", "alternatives[0].quantity"),
    (wishes(a_wish(quantity="0.0001")) | {"min_quantity": "4"}, 422, "bad_decimal", "alternatives[0].quantity"),
    (wishes(a_wish(quantity=4)) | {"min_quantity": "4"}, 422, "wrong_type", "alternatives[0].quantity"),
    # what an ask must state
    ({"require": "domestic"}, 422, "wrong_type", "require"),
    ({"require": {"colour": "green"}}, 422, "unknown_field", "require.colour"),
    ({"require": {"tags": "ib-400"}}, 422, "wrong_type", "require.tags"),
    ({"require": {"tags": ["x"] * 17}}, 422, "bad_format", "require.tags"),
    ({"require": {"tags": [""]}}, 422, "bad_format", "require.tags[0]"),
    ({"require": {"domestic": "yes"}}, 422, "wrong_type", "require.domestic"),
    ({"require": {"pue_at_most": 1.25}}, 422, "wrong_type", "require.pue_at_most"),
    ({"require": {"pue_at_most": "1.2345"}}, 422, "bad_decimal", "require.pue_at_most"),
    ({"require": {"pue_at_most": "0.999"}}, 422, "bad_value", "require.pue_at_most"),
    ({"require": {"pue_at_most": "5.001"}}, 422, "bad_value", "require.pue_at_most"),
    ({"require": {"green_share_at_least": "0.00001"}}, 422, "bad_decimal", "require.green_share_at_least"),
    ({"require": {"green_share_at_least": "1.0001"}}, 422, "share_out_of_range", "require.green_share_at_least"),
    # money
    ({"quantity": "1000"}, 422, "insufficient_funds", "quantity"),
    ({"quantity": "100000", "price": "10000.00", "duration": "P180D"}, 422, "insufficient_funds", "quantity"),
    # history
    ({"client_order_id": "bid-taken"}, 422, "client_order_id_reused", "client_order_id"),
]

ASKS: list[Row] = [
    ({"colour": "red"}, 422, "unknown_field", "colour"),
    ({"start": None}, 422, "missing_field", "start"),
    ({"quantity": 8}, 422, "wrong_type", "quantity"),
    ({"tags": ["x"] * 17}, 422, "bad_format", "tags"),
    ({"tags": ["x" * 41]}, 422, "bad_format", "tags[0]"),
    ({"site": "x" * 41}, 422, "bad_format", "site"),
    ({"price": "14.0000001"}, 422, "bad_decimal", "price"),
    ({"lot": "0.0001"}, 422, "bad_decimal", "lot"),
    ({"start": "soon"}, 422, "bad_instant", "start"),
    ({"min_duration": "1h"}, 422, "bad_duration", "min_duration"),
    ({"lease_id": "31"}, 404, "unknown_lease", "lease_id"),
    ({"lease_id": "lease-31"}, 403, "role_missing", "account_id"),
    ({"time_in_force": "fok", "post_only": True}, 422, "bad_value", "post_only"),
    ({"post_only": "yes"}, 422, "wrong_type", "post_only"),
    ({"pue": 1.25}, 422, "wrong_type", "pue"),
    ({"pue": "1.2345"}, 422, "bad_decimal", "pue"),
    ({"pue": "0.999"}, 422, "bad_value", "pue"),
    ({"pue": "5.001"}, 422, "bad_value", "pue"),
    ({"green_share": "0.00001"}, 422, "bad_decimal", "green_share"),
    ({"green_share": "1.0001"}, 422, "share_out_of_range", "green_share"),
    ({"region": "atlantis"}, 422, "unknown_region", "region"),
    ({"chip": "abacus"}, 422, "unknown_chip", "chip"),
    ({"quantity": "0"}, 422, "quantity_out_of_range", "quantity"),
    ({"lot": "0"}, 422, "lot_out_of_range", "lot"),
    ({"lot": "9"}, 422, "lot_out_of_range", "lot"),
    ({"lot": "3"}, 422, "quantity_not_in_lots", "quantity"),
    ({"price": "14.001"}, 422, "price_off_tick", "price"),
    ({"take_or_pay": "2"}, 422, "share_out_of_range", "take_or_pay"),
    ({"start": at(1.1)}, 422, "off_grid", "start"),
    ({"start": at(-1)}, 422, "window_past", "start"),
    ({"end": at(1)}, 422, "window_empty", "end"),
    ({"end": at(1.5)}, 422, "duration_out_of_range", "min_duration"),
    ({"end": at(1 + 24 * 367)}, 422, "duration_out_of_range", "end"),
    ({"quantity": "100000"}, 422, "insufficient_funds", "quantity"),
    ({"client_order_id": "ask-taken", "price": "13.00"}, 422, "client_order_id_reused", "client_order_id"),
]


def expected(rows: list[Row]) -> dict[str, Any]:
    return {str(changes): tuple(answer) for changes, *answer in rows}


async def test_a_bad_bid_leaves_no_trace(house: House) -> None:
    hz, alice = await house.account("hz", ["provider"]), await house.account("alice", deposit="1000")
    await house.post("/v1/asks", hz, an_ask())
    await house.post("/v1/bids", alice, a_bid("bid-taken", quantity="1", price="1.00"))
    before = await house.everything(hz, alice)
    got = {}
    for changes, *_ in BIDS:
        order = a_bid(**{"client_order_id": "bid-bad", **changes})
        answer = await house.call("POST", "/v1/bids", alice, order)
        got[str(changes)] = answer.refused
    assert got == expected(BIDS)
    assert await house.everything(hz, alice) == before
    taken = await house.call("POST", "/v1/bids", alice, a_bid("bid-bad", quantity="0.5"))
    assert taken.status == 201, "the id of an order that was refused is free"


async def test_a_bad_ask_leaves_no_trace(house: House) -> None:
    hz = await house.account("hz", ["provider"], deposit="1000")
    await house.post("/v1/asks", hz, an_ask("ask-taken"))
    before = await house.everything(hz)
    got = {}
    for changes, *_ in ASKS:
        order = an_ask(**{"client_order_id": "ask-bad", **changes})
        answer = await house.call("POST", "/v1/asks", hz, order)
        got[str(changes)] = answer.refused
    assert got == expected(ASKS)
    assert await house.everything(hz) == before


async def test_a_bad_ask_on_the_stream_is_the_same_problem(house: House) -> None:
    hz = await house.account("hz", ["provider"], deposit="1000")
    await house.post("/v1/asks", hz, an_ask("ask-taken"))
    before = await house.everything(hz)
    got = {}
    socket = await house.connect(hz)
    for changes, *_ in ASKS:
        reply = await socket.ask("ask.place", **an_ask(**{"client_order_id": "ask-bad", **changes}))
        got[str(changes)] = reply["error"]["status"], reply["error"]["code"], reply["error"]["param"]
        await socket.do("ping")  # bad frames are counted in a row
    assert got == expected(ASKS)
    assert await house.everything(hz) == before


async def test_what_the_short_form_stands_for(house: House) -> None:
    alice = await house.account("alice")
    short = a_bid("short", regions=["hangzhou", "shanghai"], chips=["h800-sxm", "a100-sxm-80"], latest_start=at(6))
    placed = await house.post("/v1/bids", alice, short)
    assert [(wish["region"], wish["chip"], wish["price"]) for wish in placed["bid"]["alternatives"]] == [
        ("hangzhou", "h800-sxm", "15.20"),
        ("hangzhou", "a100-sxm-80", "15.20"),
        ("shanghai", "h800-sxm", "15.20"),
        ("shanghai", "a100-sxm-80", "15.20"),
    ]
    per_du = a_bid("per-du", chips=["h800-sxm", "a100-sxm-80", "h20-96"], price=None, price_per_du="5.005")
    placed = await house.post("/v1/bids", alice, per_du)
    # 2.56, 1 and 0.474 度 per chip-hour: 12.8128, 5.005 and 2.37237, down to the tick
    assert [wish["price"] for wish in placed["bid"]["alternatives"]] == ["12.81", "5.00", "2.37"]
