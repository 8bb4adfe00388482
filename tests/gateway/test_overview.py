"""What operators see of the whole venue: it is what the owners see, and no list leaves anybody out."""

import asyncio
from decimal import Decimal

import pytest

from exchange.language.commands import DefineProgramme
from exchange.language.instants import parse_instant
from exchange.language.units import DAY_S, MONEY_PLACES, parse_decimal
from exchange.language.views_money import ProgrammeView
from exchange.language.views_overview import UseView
from gateway import wire_overview
from gateway.documents.pages import CONSOLE, CONSOLE_FILES
from tests.gateway.house import START_S, House, a_bid, an_ask, at


async def furnished(house: House) -> dict[str, str]:
    keys = {"hz": await house.account("hz", ["provider"]), "alice": await house.account("alice", tags=["startup"])}
    await house.post("/v1/asks", keys["hz"], an_ask("a1", site="hall-1", start=at(0), end=at(72)))
    await house.post("/v1/asks", keys["hz"], an_ask("a2", chip="l40s", site="hall-2", start=at(0), end=at(24)))
    day = {"earliest_start": at(0), "latest_start": at(0)}
    await house.post("/v1/bids", keys["alice"], a_bid("b1", **day))
    await house.post("/v1/bids", keys["alice"], a_bid("b2", quantity="1", chips=["l40s"], duration="PT6H", **day))
    return keys


async def test_accounts_and_leases_are_those_of_their_owners(house: House) -> None:
    keys = await furnished(house)
    operator = house.operator
    found = await house.get("/v1/operator/accounts?limit=2", operator)
    rest = await house.get(f"/v1/operator/accounts?limit=2&cursor={found['cursor']}", operator)
    names = [account["account_id"] for account in found["items"] + rest["items"]]
    assert (names, rest["cursor"]) == (["alice", "hz", "operator"], None)
    for name, key in keys.items():
        own = await house.get("/v1/account", key)
        detail = await house.get(f"/v1/operator/accounts/{name}", operator)
        assert detail["account"] == own
        assert detail["keys"] == (await house.get("/v1/account/keys", key))["items"]
        transfers = await house.get(f"/v1/operator/accounts/{name}/transfers?limit=3", operator)
        assert transfers == await house.get("/v1/account/transfers?limit=3", key)
        leases = await house.get(f"/v1/operator/leases?account_id={name}", operator)
        assert leases == await house.get("/v1/leases", key)
    everybody_s = await house.get("/v1/operator/leases", operator)
    assert [lease["lease_id"] for lease in everybody_s["items"]] == ["lease-2", "lease-1"]
    assert await house.get("/v1/operator/leases/lease-1", operator) == await house.get("/v1/leases/lease-1", keys["hz"])
    statement = await house.get("/v1/operator/leases/lease-1/statement", operator)
    assert statement == await house.get("/v1/leases/lease-1/statement", keys["alice"])


async def test_leases_by_state_and_market_in_stretches(house: House) -> None:
    keys = await furnished(house)
    for number in range(3):
        day = {"earliest_start": at(0), "latest_start": at(24)}
        await house.post("/v1/bids", keys["alice"], a_bid(f"more-{number}", quantity="1", **day))
    await house.post("/v1/leases/lease-4/start", keys["hz"], {"access": {"ssh": "x"}})
    await house.post("/v1/leases/lease-4/release", keys["alice"], {})

    async def numbers(query: str) -> list[int]:
        found, path = [], f"/v1/operator/leases?limit=2&{query}"
        while path:
            page = await house.get(path, house.operator)
            found += [int(lease["lease_id"].removeprefix("lease-")) for lease in page["items"]]
            path = page["cursor"] and f"/v1/operator/leases?limit=2&{query}&cursor={page['cursor']}"
        return found

    assert await numbers("") == [5, 4, 3, 2, 1]
    assert await numbers("state=scheduled") == [5, 3, 2, 1]
    assert await numbers("state=released") == [4]
    assert await numbers("region=shanghai&chip=l40s") == [2]
    assert await numbers("region=shanghai&chip=h800-sxm&state=scheduled&account_id=alice") == [5, 3, 1]
    lone = await house.call("GET", "/v1/operator/leases?region=shanghai", house.operator)
    assert lone.refused == (422, "missing_field", "chip")
    nowhere = await house.call("GET", "/v1/operator/leases?region=x&chip=l40s", house.operator)
    assert nowhere.refused == (404, "unknown_market", "region")
    for path, param in (("accounts/nobody", "account_id"), ("leases/lease-99", "lease_id")):
        answer = await house.call("GET", f"/v1/operator/{path}", house.operator)
        assert (answer.status, answer.body["param"]) == (404, param)


async def test_capacity_by_day_and_by_site(house: House) -> None:
    await furnished(house)
    both = await house.get("/v1/operator/capacity?days=4&limit=1", house.operator)
    assert [row["chip"] for row in both["items"]] == ["h800-sxm"]
    last = await house.get(f"/v1/operator/capacity?days=4&cursor={both['cursor']}", house.operator)
    assert ([row["chip"] for row in last["items"]], last["cursor"]) == (["l40s"], None)
    row = both["items"][0]
    assert (row["chips"], row["leased"], row["offered"], row["provider"]) == ("8", "4", "4", "")
    days = [(day["leased"], day["offered"], day["idle"]) for day in row["days"]]
    assert days == [("96", "96", "0"), ("0", "192", "0"), ("0", "192", "0"), ("0", "0", "192")]
    sites = await house.get("/v1/operator/capacity/shanghai/h800-sxm?days=4", house.operator)
    assert [(site["provider"], site["site"]) for site in sites["items"]] == [("hz", "hall-1")]
    assert sites["items"][0]["days"] == row["days"]
    too_many = await house.call("GET", "/v1/operator/capacity?days=93", house.operator)
    assert too_many.refused == (422, "bad_format", "days")


async def test_when_a_pool_is_empty(house: House) -> None:
    """At the pace of what was granted since the first lease: a day's worth in the pool lasts a day."""
    keys = await furnished(house)
    pool = {"programme": "town", "name_en": "Town", "name_zh": "镇", "pool": "500.00", "pool_is": "total",
            "rates": [{"share": "0.5"}]}  # fmt: skip
    await house.post("/v1/operator/programmes", house.operator, pool)
    await house.advance("P1D")
    await house.post(
        "/v1/asks", keys["hz"], an_ask("fresh", start=at(24), end=at(72))
    )  # nobody was let in by the first
    wish = {"earliest_start": "now", "latest_start": at(40), "duration": "PT6H", "quantity": "2", "vouchers": ["town"]}
    placed = await house.post("/v1/bids", keys["alice"], a_bid("helped", **wish))
    granted = Decimal(placed["leases"][0]["subsidy"])
    assert granted == Decimal("84.00")
    uses = {use["programme"]["programme"]: use for use in
            (await house.get("/v1/operator/programmes", house.operator))["items"]}  # fmt: skip
    town = uses["town"]
    assert (town["granted"], town["since"]) == ("84.00", at(0))
    lasts_s = (500 - 84) * 86_400 // 84
    assert town["runs_out_at"] == at(24 + lasts_s / 3600)
    assert START_S % 86_400 == 0
    idle = [use for name, use in uses.items() if name != "town"]
    assert idle
    assert all(use["runs_out_at"] is None for use in idle)


@pytest.mark.parametrize(
    ("kind", "pool", "empty"),
    [
        ("ceiling", "30", "2025-12-31T00:00:00Z"),
        ("ceiling", "31", None),  # a new year's pool is full then
        ("total", "31", "2026-01-01T00:00:00Z"),
        ("floor", "1", None),
    ],
)
def test_a_pool_of_a_year_is_not_empty_after_it(kind: str, pool: str, empty: str | None) -> None:
    """At one CNY a day from the first of December on."""
    now_s = parse_instant("2025-12-01T00:00:00Z")
    terms = DefineProgramme(programme="town", name_en="Town", name_zh="镇", pool_micros=10**8, pool_is=kind)
    view = ProgrammeView(definition=terms, year=2025, pool_micros=parse_decimal(pool, MONEY_PLACES))
    use = UseView(programme="town", since_s=now_s - DAY_S, granted_micros=10**6)
    assert wire_overview.use(use, view, now_s).runs_out_at == empty


async def test_a_past_book_is_worked_out_elsewhere_one_at_a_time(house: House) -> None:
    await furnished(house)
    then = house.market.reads.seq
    book = await house.get("/v1/markets/shanghai/h800-sxm/book?tenor=P1D&depth=10")
    await house.post("/v1/asks", await house.key("hz"), an_ask("later", price="13.00"))
    path = "/v1/operator/past/book?region=shanghai&chip=h800-sxm&tenor=P1D&seq="
    two = await asyncio.gather(*(house.call("GET", f"{path}{then}", house.operator) for _ in range(2)))
    good, refused = sorted(two, key=lambda answer: answer.status)
    assert refused.refused[:2] == (503, "busy")
    assert good.body["book"] == book
    assert good.body["digest"] != (await house.get("/v1/operator/invariants", house.operator))["digest"]
    other = await house.get(f"{path.replace('h800-sxm', 't4')}{then}", house.operator)
    assert (other["seq"], other["book"]["asks"], other["digest"]) == (then, [], good.body["digest"])
    ahead = await house.call("GET", f"{path}{house.market.reads.seq + 1}", house.operator)
    assert ahead.refused == (422, "bad_value", "seq")


async def test_the_pages_are_a_closed_list_and_may_load_nothing_from_elsewhere(house: House) -> None:
    for path in ("/", "/console", *(f"/console/{name}" for name in CONSOLE_FILES)):
        answer = await house.call("GET", path)
        assert answer.status == 200, path
        name = {"/": "index.html", "/console": "console.html"}.get(path, path.removeprefix("/console/"))
        assert answer.raw == (CONSOLE / name).read_bytes()
        policy = answer.headers["Content-Security-Policy"]
        assert policy.startswith("default-src 'self';")
        assert "unsafe" not in policy
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
    for name in ("console.html", "nothing.js", "..%2Fauth.py", "%2Fetc%2Fpasswd"):
        assert (await house.call("GET", f"/console/{name}")).status == 404, name
