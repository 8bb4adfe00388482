"""A bid with as many alternatives as may be: placed, amended, partly filled, canceled; its money is always exact."""

from decimal import Decimal
from typing import Any

from tests.gateway.house import House, a_wish, an_ask, at

REGIONS = ("shanghai", "hangzhou", "beijing", "jinan", "chengdu", "wuxi", "wuhan", "zhengzhou")
CHIPS = ("h800-sxm", "h100-sxm", "a100-sxm-80", "asc-910b")
PLACES = [(region, chip) for region in REGIONS for chip in CHIPS]
HOURS = {"P1D": 24, "P1DT12H": 36}
DEPOSIT = Decimal(100_000)
WITH_FEE = Decimal("1.005")

Limits = list[Decimal]


def wishes(limits: Limits) -> list[dict[str, Any]]:
    """All places, those of the last region for longer, the last of all to start at 01:00 or not at all."""
    return [
        a_wish(
            region=region,
            chip=chip,
            price=str(limit),
            duration="P1DT12H" if region == REGIONS[-1] else "P1D",
            latest_start=at(1) if (region, chip) == PLACES[-1] else at(6),
        )
        for (region, chip), limit in zip(PLACES, limits, strict=True)
    ]


def worst(limits: Limits, leaves: Decimal, last: int = len(PLACES)) -> Decimal:
    """The most that so many chips can cost, by any alternative up to the last open one, with the fee."""
    costs = [limit * HOURS[wish["duration"]] for limit, wish in zip(limits, wishes(limits), strict=True)]
    return max(costs[:last]) * leaves * WITH_FEE


class Wide:
    """The one bid of alice's, and what must be true of its money."""

    def __init__(self, house: House, hz: str, alice: str) -> None:
        self.house, self.hz, self.alice = house, hz, alice
        self.escrow = Decimal(0)

    async def check(self, held: Decimal, leaves: str, filled: str) -> None:
        """The bid, its account and all the books agree on what is held."""
        bid = await self.house.get("/v1/bids/bid-1", self.alice)
        assert (bid["leaves"], bid["filled"], Decimal(bid["held"])) == (leaves, filled, held)
        account = await self.house.get("/v1/account", self.alice)
        assert Decimal(account["held"]) == held
        assert Decimal(account["escrow"]) == self.escrow
        assert Decimal(account["available"]) == DEPOSIT - held - self.escrow
        assert (await self.house.get("/v1/operator/invariants", self.house.operator))["violations"] == []

    async def served(self, name: str, place: int, chips: str, price: str) -> tuple[str, str]:
        """An ask takes some of it: the price and the cost of the one lease that makes."""
        region, chip = PLACES[place]
        ask = an_ask(name, region=region, chip=chip, quantity=chips, price=price)
        (lease,) = (await self.house.post("/v1/asks", self.hz, ask))["leases"]
        assert (lease["region"], lease["chip"], lease["quantity"]) == (region, chip, chips)
        await self.house.post(f"/v1/leases/{lease['lease_id']}/start", self.hz, {"access": {}})
        self.escrow += Decimal(lease["cost"]) * WITH_FEE
        return lease["price"], lease["cost"]

    async def amend(self, **changes: Any) -> bool:
        """Other numbers, and whether it kept its place."""
        amended = await self.house.call("PATCH", "/v1/bids/bid-1", self.alice, changes)
        assert (amended.status, amended.body["leases"]) == (200, [])
        return bool(amended.body["kept_priority"])


async def test_thirty_two_alternatives_and_the_money_that_they_hold(house: House) -> None:
    hz, alice = await house.account("hz", ["provider"]), await house.account("alice")
    bid = Wide(house, hz, alice)

    limits = [Decimal("10.00") + Decimal("0.01") * index for index in range(len(PLACES))]
    order = {"client_order_id": "wide", "quantity": "16", "alternatives": wishes(limits), "vouchers": []}
    placed = await house.post("/v1/bids", alice, order)
    assert placed["bid"]["alternatives"] == order["alternatives"]
    assert placed["bid"]["open_alternatives"] == list(range(32))
    assert worst(limits, Decimal(16)) == Decimal("5968.2528"), "16 × 10.31 × 36 h is 5938.56, and 0.5 % of it 29.6928"
    await bid.check(worst(limits, Decimal(16)), "16", "0")

    limits[5] = Decimal("17.77")  # for a day, dearer than any other for a day and a half
    assert not await bid.amend(prices=[str(limit) for limit in limits])
    await bid.check(worst(limits, Decimal(16)), "16", "0")
    assert await bid.amend(quantity="12")
    await bid.check(worst(limits, Decimal(12)), "12", "0")

    assert await bid.served("cheap", 5, "3", "17.00") == ("17.77", "1279.44"), "the resting bid's limit is the price"
    await bid.check(worst(limits, Decimal(9)), "9", "3")
    assert await bid.served("other", 30, "2", "9.00") == ("10.30", "741.60")
    await bid.check(worst(limits, Decimal(7)), "7", "5")

    limits = [Decimal("8.00")] * 31 + [Decimal("9.00")]
    assert not await bid.amend(prices=[str(limit) for limit in limits], quantity="11")
    await bid.check(worst(limits, Decimal(6)), "6", "5")
    await house.advance("PT1H")  # the last alternative may start at 01:00 and no later
    await bid.check(worst(limits, Decimal(6)), "6", "5")
    await house.advance("PT1S")
    assert worst(limits, Decimal(6), 31) < worst(limits, Decimal(6))
    await bid.check(worst(limits, Decimal(6), 31), "6", "5")

    assert not await bid.amend(price="7.00")
    await bid.check(worst([Decimal("7.00")] * 32, Decimal(6), 31), "6", "5")
    canceled = (await house.call("DELETE", "/v1/bids/bid-1", alice)).body["bid"]
    assert (canceled["state"], canceled["canceled"], canceled["open_alternatives"]) == ("canceled", "6", [])
    await bid.check(Decimal(0), "0", "5")
    tops = [entry for market in (await house.get("/v1/markets"))["items"] for entry in market["tenors"]]
    assert len(tops) == 32 * 7
    assert not any(entry["best_bid"] for entry in tops), "nothing of it is left in any book"
