"""What the console is looked at with: a market with something of everything, and the few verbs of its tests."""

from typing import Any

import aiohttp
from axe_playwright_python.async_playwright import Axe  # type: ignore[import-untyped]  # it says no types
from playwright.async_api import Page, expect

from exchange.runtime.exchange import Exchange
from tests.gateway.house import House, a_bid, an_ask, at

MARKET = "shanghai/h800-sxm"
RICH = "guian"  # where somebody asks a lot, and somebody bids little
SECOND = "op-two"
SERIOUS = ("serious", "critical")
REFUSED = "Failed to load resource: the server responded with a status of {status}"


class ConsoleHouse(House):
    """A house with participants whose keys are kept."""

    def __init__(self, url: str, market: Exchange, http: aiohttp.ClientSession) -> None:
        super().__init__(url, market, http)
        self.keys: dict[str, str] = {}
        self.expected: list[str] = []  # what a page may say as an error, as a test refuses itself something

    async def ask(self, name: str, **changes: Any) -> Any:
        return await self.post("/v1/asks", self.keys["hz"], an_ask(name, **changes))

    async def bid(self, name: str, **changes: Any) -> Any:
        return await self.post("/v1/bids", self.keys["alice"], a_bid(name, **changes))

    async def second(self) -> str:
        """The key of another operator, with whom large actions wait for a second word."""
        if SECOND not in self.keys:
            await self.account(SECOND, ["operator"], deposit=None)
            self.keys[SECOND] = await self.key(SECOND, ["read", "operate"])
        return self.keys[SECOND]

    async def brake(self, path: str, **body: Any) -> Any:
        """What a brake answers that the first operator pulls."""
        return await self.post(f"/v1/operator/{path}", self.operator, {"reason": "a drill", **body})


async def furnish(house: ConsoleHouse) -> None:
    """Asks and bids at prices near and far, a lease that runs with a settled and a contested hour, one that is over."""
    house.keys["hz"] = await house.account("hz", ["provider"])
    house.keys["alice"] = await house.account("alice", tags=["startup"])
    await house.ask("deep", quantity="32", start=at(1), end=at(24 * 20), price="14.00", site="hall-1")
    await house.ask("dear", quantity="8", start=at(1), end=at(24 * 9), price="15.50", site="hall-2")
    await house.ask("other", chip="l40s", quantity="8", end=at(24 * 9), price="11.00")
    await house.ask("rich", region=RICH, quantity="1", end=at(24 * 9), price="1500.00")
    await house.bid("poor", regions=[RICH], quantity="1", price="1.00", latest_start=at(20))
    for number, price in enumerate(("13.10", "12.80")):
        await house.bid(f"wait-{number}", price=price, latest_start=at(20))
    await house.bid("runs", quantity="4", duration="PT6H", price="14.20")
    await house.bid("released", quantity="2", duration="PT6H", price="14.20")
    await house.bid("day", quantity="1", price="14.20")
    for lease in ("lease-1", "lease-2"):
        await house.post(f"/v1/leases/{lease}/start", house.keys["hz"], {"access": {"ssh": "x"}})
    await house.advance("PT2H")
    await house.post("/v1/leases/lease-1/meter", house.keys["hz"], {"through": at(2), "delivered": "4", "used": "3"})
    await house.advance("PT30M")
    contest = {"period": 0, "reason": "one machine gave no answer"}
    await house.post("/v1/leases/lease-1/contest", house.keys["alice"], contest)
    await house.post("/v1/leases/lease-2/release", house.keys["alice"], {})
    related = {"group": "hz", "other_group": "alice", "reason": "one owner", "related": True}
    await house.post("/v1/operator/relations", house.operator, related)


async def faults(page: Page) -> list[str]:
    """What axe finds serious, with the first place of each."""
    found = (await Axe().run(page)).response["violations"]
    return [f"{fault['id']}: {fault['nodes'][0]['html']}" for fault in found if fault["impact"] in SERIOUS]


async def look(page: Page, language: str, width: int, theme: str) -> None:
    """Have all pages that are opened from here on in a language, a width and a theme."""
    await page.set_viewport_size({"width": width, "height": 844})
    await page.add_init_script(
        f"localStorage.setItem('leasebook.language', '{language}'); localStorage.setItem('leasebook.theme', '{theme}')"
    )


async def visit(page: Page, view: str) -> None:
    """Go to a view of the console, and see that it is drawn without an error and fits into the page."""
    await page.evaluate(f"location.hash = '#/{view}'")
    await expect(page.locator("main > div > *").first).to_be_visible()
    await expect(page.locator("main .loading")).to_have_count(0)
    assert await page.locator("[role=alert]").count() == 0, view
    size = page.viewport_size
    assert size is not None
    assert await page.evaluate("document.documentElement.scrollWidth") <= size["width"], view


async def log_in(page: Page, house: ConsoleHouse, address: str = "#/") -> None:
    """The console at an address, logged in by typing the key."""
    await page.goto(f"/console{address}")
    await page.fill("#key", house.operator)
    await page.press("#key", "Enter")
    await page.wait_for_selector("#sync[data-sync=in]")
