"""The console in a headless Chromium against a real sandbox: what it shows is what the market says."""

import asyncio
import json
import re
from collections.abc import Callable
from decimal import Decimal

import pytest
from playwright.async_api import Page, WebSocketRoute, expect

from tests.console.desk import MARKET, REFUSED, RICH, ConsoleHouse, faults, log_in, look, visit
from tests.gateway.house import at

pytestmark = pytest.mark.asyncio(loop_scope="session")

VIEWS = (
    "", "market/shanghai/h800-sxm/P1D", "capacity", "capacity/shanghai/h800-sxm", "leases", "lease/lease-1",
    "accounts", "account/alice/held", "programmes", "alerts", "contests", "sessions", "books",
    "figures", "brakes", "audit",
)  # fmt: skip
LATEST = at(20)


async def levels(page: Page, side: str) -> list[list[str]]:
    """The ladder's price, chips and orders, best first."""
    rows = await page.locator(f".ladder tbody.{side} tr").all()
    texts = [(await row.locator("td").all_inner_texts())[:3] for row in rows]
    return texts[::-1] if side == "asks" else texts


async def test_login(page: Page, house: ConsoleHouse) -> None:
    """A wrong key is refused by name; the right one stays in the tab's own storage; logging out forgets it."""
    house.expected.append(REFUSED.format(status="401 (Unauthorized)"))
    await page.goto("/console")
    await page.fill("#key", "lbk_nobody")
    await page.press("#key", "Enter")
    await expect(page.get_by_role("alert")).to_contain_text("unauthenticated")
    assert await faults(page) == []
    await page.fill("#key", house.operator)
    await page.press("#key", "Enter")
    await expect(page.locator("#cell-shanghai-h800-sxm .price")).to_have_text("14.00")
    assert await page.evaluate("sessionStorage.getItem('leasebook.key')") == house.operator
    assert house.operator not in json.dumps(await page.evaluate("({...localStorage})")) + page.url
    await page.reload()
    await expect(page.locator("#sync[data-sync=in]")).to_be_visible()
    await page.click("#logout")
    await expect(page.locator("#key")).to_be_focused()
    assert await page.evaluate("sessionStorage.length") <= 1, "the tenor at most"
    await page.fill("#key", house.keys["alice"])
    await page.press("#key", "Enter")
    house.expected.append(REFUSED.format(status="403 (Forbidden)"))
    await expect(page.get_by_role("alert")).to_contain_text("scope_missing")


async def test_the_front_door_leads_by_keyboard_to_a_live_ladder(page: Page, house: ConsoleHouse) -> None:
    """Arrows walk the grid, Enter opens a market, arrows change the tenor; orders and trades show as they happen."""
    await log_in(page, house)
    await page.focus("#cell-shanghai-h800-sxm")
    await page.keyboard.press("ArrowRight")
    await expect(page.locator("#cell-shanghai-l40s")).to_be_focused()
    await page.keyboard.press("ArrowLeft")
    await page.keyboard.press("Enter")
    await expect(page.locator(".ladder tbody.asks tr")).to_have_count(2)
    book = await house.get(f"/v1/markets/{MARKET}/book?tenor=P1D")
    assert await levels(page, "asks") == [[price, chips, str(orders)] for price, chips, orders in book["asks"]]
    await house.ask("live", price="13.90", start="now", end=at(24 * 5))
    await expect(page.locator(".ladder tbody.asks tr").last.locator(".price")).to_have_text("13.90")
    placed = await house.bid("lifts", quantity="3", price="14.00", earliest_start="now", latest_start=LATEST)
    trade = placed["leases"][0]["lease_id"].replace("lease", "trade")
    await expect(page.locator(f"[data-trade={trade}] .num").first).to_have_text("13.90")
    book = await house.get(f"/v1/markets/{MARKET}/book?tenor=P1D")
    assert await levels(page, "asks") == [[price, chips, str(orders)] for price, chips, orders in book["asks"]]
    await page.keyboard.press("d")
    await expect(page.locator(".ladder tbody.asks tr").last.locator(".price")).to_have_text("5.4297")
    await page.keyboard.press("d")
    await page.get_by_role("tab", name="1 d", exact=True).first.focus()
    await page.keyboard.press("ArrowRight")
    await expect(page).to_have_url(re.compile("/P7D$"))
    await page.keyboard.press("Escape")
    await page.locator("body").press("3")
    await expect(page).to_have_url(re.compile("#/leases$"))
    await page.locator("body").press("?")
    await expect(page.get_by_role("dialog")).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("dialog")).to_have_count(0)


async def test_prices_far_apart_have_a_spread_of_all_its_digits(page: Page, house: ConsoleHouse) -> None:
    """On the map and in the market, in CNY and per 度."""
    await log_in(page, house)
    await expect(page.locator(f"#cell-{RICH}-h800-sxm")).to_contain_text("spread 1,499.00")
    await page.keyboard.press("d")
    await expect(page.locator(f"#cell-{RICH}-h800-sxm")).to_contain_text("spread 585.5469")
    await page.keyboard.press("d")
    await page.click(f"#cell-{RICH}-h800-sxm")
    await expect(page.locator(".ladder tr.middle")).to_contain_text("spread 1,499.00 · 99.9 %")


@pytest.mark.parametrize("spoil", ["drop", "change"])
async def test_the_sync_light_is_red_while_a_frame_is_missing_or_wrong(
    page: Page, house: ConsoleHouse, spoil: str
) -> None:
    spoiled: list[str] = []
    spoiling = asyncio.Event()

    def between(socket: WebSocketRoute) -> None:
        server = socket.connect_to_server()
        server.on_message(passing(socket, spoil, spoiled, spoiling))

    await page.route_web_socket("**/v1/stream", between)
    await log_in(page, house, f"#/market/{MARKET}/P1D")
    await expect(page.locator(".ladder .bids .price")).not_to_have_count(0)
    light = page.locator("#sync")
    await expect(light).to_have_text("in sync")
    for number in range(2):  # the one is spoiled, of a gap the next one tells
        await house.bid(f"{spoil}-{number}", price=f"10.0{number + 1}", quantity="1", earliest_start="now",
                        latest_start=LATEST)  # fmt: skip
        await spoiling.wait()  # what comes sooner than a fifth of a second after it would come in the same frame
        if number == 0 and spoil == "drop":
            await expect(light).to_have_attribute("data-sync", "in")
    await expect(light).to_have_attribute("data-sync", "lost")
    await expect(light).to_contain_text("out of sync")
    await expect(light).to_have_attribute("data-sync", "in")
    assert len(spoiled) == 1
    book = await house.get(f"/v1/markets/{MARKET}/book?tenor=P1D&depth=10")
    assert await levels(page, "bids") == [[price, chips, str(orders)] for price, chips, orders in book["bids"]]


def passing(
    socket: WebSocketRoute, spoil: str, spoiled: list[str], spoiling: asyncio.Event
) -> Callable[[str | bytes], None]:
    """Pass frames on but for the first update of a book, which is dropped, or altered."""

    def pass_on(frame: str | bytes) -> None:
        text = str(frame)
        if not spoiled and '"channel":"book:' in text and '"type":"update"' in text:
            spoiled.append(text)
            spoiling.set()
            if spoil == "drop":
                return
            text = re.sub(r'("bids":\[\["[0-9.]+",")', r"\g<1>1", text)  # ten times as many chips, and some
        socket.send(text)

    return pass_on


async def test_the_light_is_red_while_there_is_no_connection(page: Page, house: ConsoleHouse) -> None:
    routes: list[WebSocketRoute] = []

    def between(socket: WebSocketRoute) -> None:
        routes.append(socket)
        socket.connect_to_server()

    await page.route_web_socket("**/v1/stream", between)
    await log_in(page, house, f"#/market/{MARKET}/P1D")
    await routes[0].close(code=1001)
    await expect(page.locator("#sync")).to_have_attribute("data-sync", "lost")
    await expect(page.locator("#sync")).to_have_attribute("data-sync", "in")
    assert len(routes) == 2


async def test_a_balance_leads_to_its_transfers(page: Page, house: ConsoleHouse) -> None:
    """Of the purse that was clicked on: the newest transfer left what it holds, and each change adds up to it."""
    await log_in(page, house, "#/accounts")
    account = await house.get("/v1/account", house.keys["alice"])
    await page.locator("tr", has=page.get_by_role("link", name="alice")).locator("a[href$='/held']").click()
    await expect(page.locator("#purse-held")).to_have_attribute("aria-pressed", "true")
    shown = (await page.locator("#purse-held .value").inner_text()).replace(",", "")
    assert Decimal(shown) == Decimal(account["held"])
    rows = [await row.locator("td").all_inner_texts() for row in await page.locator("main .w8 tbody tr").all()]
    figures = [(Decimal(row[2].replace(",", "")), Decimal(row[3].replace(",", ""))) for row in rows]
    assert figures[0][1] == Decimal(account["held"])
    assert sum(change for change, _ in figures) == figures[0][1]
    await page.locator("#purse-escrow").click()
    await page.get_by_role("link", name="lease-1").first.click()
    await page.wait_for_url("**/lease/lease-1")
    statement = await house.get("/v1/leases/lease-1/statement", house.keys["alice"])
    panel = page.locator("section.panel", has=page.get_by_role("heading", name="Statement"))
    await expect(panel.locator("tbody tr")).to_have_count(len(statement["items"]))
    heads = await panel.locator("thead th").all_inner_texts()
    assert heads[:3] == ["Time", "Reason", "Amount"], "in sight however long the names of accounts are"
    await expect(page.locator(".timeline")).to_contain_text(re.compile("contested|ruled on"))


async def test_a_programme_without_a_figure_is_not_told_as_one_whose_pool_is_empty(
    page: Page, house: ConsoleHouse
) -> None:
    await log_in(page, house, "#/programmes")
    for one in (await house.get("/v1/programmes"))["items"]:
        told = page.locator("main tr, main section.w4").filter(has=page.get_by_text(one["programme"], exact=True))
        pool = told.locator("td:nth-child(2), dt:text-is('In the pool') + dd")
        figure = re.compile("no ceiling" if "pool" not in one["definition"] else r"[\d,]+\.\d\d")
        await expect(pool).to_have_text(figure)


async def test_the_lines_of_an_axis_are_told_apart(page: Page, house: ConsoleHouse) -> None:
    """Where all trades were within a cent no line is between two prices: it would bear the figures of one of them."""
    await page.goto("/")
    told = """async (prices) => {
        const {candleChart} = await import("/console/charts.js");
        const all = (price) => ({open: price, high: price, low: price, close: price, volume: 1, trades: 1});
        const candles = prices.map((price, hour) => ({start: `2026-12-01T0${hour}:00:00Z`, ...all(price)}));
        const lines = candleChart(candles, {label: "candles", show() {}}).querySelectorAll("line.axis + text");
        return [...lines].map((line) => line.textContent);
    }"""
    assert await page.evaluate(told, [3.22, 3.23]) == ["3.22", "3.23"]
    assert await page.evaluate(told, [3, 3.3]) == ["3.00", "3.10", "3.20", "3.30"]


async def test_the_book_as_it_was(page: Page, house: ConsoleHouse) -> None:
    """Any past command's book, proved by its digest, while the book of now goes on."""
    then = house.market.reads.seq
    book = await house.get(f"/v1/markets/{MARKET}/book?tenor=P1D&depth=10")
    digest = (await house.get("/v1/operator/invariants", house.operator))["digest"]
    await house.bid("afterwards", price="10.50", quantity="1", earliest_start="now", latest_start=LATEST)
    await log_in(page, house, f"#/market/{MARKET}/P1D")
    await page.fill("#past-seq", str(then))
    await page.click("#past-go")
    past = page.locator("#past-book")
    await expect(past).to_have_attribute("data-seq", str(then), timeout=60_000)
    await expect(past).to_contain_text(digest[:32])
    rows = [await row.locator("td").all_inner_texts() for row in await past.locator("tbody tr").all()]
    bids = [row[1:] for row in rows if "bid" in row[0]]
    assert bids == [[price, chips, str(orders)] for price, chips, orders in book["bids"]]
    assert "10.50" in [level[0] for level in await levels(page, "bids")]


@pytest.mark.parametrize(("language", "width", "theme"), [("en", 1280, "light"), ("zh", 390, "dark")])
async def test_every_view(page: Page, house: ConsoleHouse, language: str, width: int, theme: str) -> None:
    """In both languages, themes and widths: no error, no sideways scrolling, nothing that axe finds serious."""
    await look(page, language, width, theme)
    await log_in(page, house)
    for view in VIEWS:
        await visit(page, view)
        if theme == "dark" or view in ("", "capacity"):  # axe takes its time
            assert await faults(page) == [], view
    assert await page.evaluate("document.documentElement.lang") == ("zh-CN" if language == "zh" else "en")


async def test_the_market_for_anyone(page: Page, house: ConsoleHouse) -> None:
    """Prices, ladder, candles and index without a key; language and theme are switched and kept."""
    await page.goto("/")
    await expect(page.locator(".card .value").first).not_to_have_text("–")
    await expect(page.locator("#cell-shanghai-l40s .price")).to_have_text("11.00")
    await expect(page.locator(".ladder tbody.asks tr")).not_to_have_count(0)
    await expect(page.locator("svg.chart .up, svg.chart .down")).not_to_have_count(0)
    assert await faults(page) == []
    await page.click("#language")
    await expect(page.locator("h1", has_text="上海")).to_be_visible()
    await page.click("#theme")
    await page.reload()
    assert await page.evaluate("document.documentElement.dataset.theme") == "dark"
    await expect(page.locator("#sync")).to_have_text("已同步")
    await page.set_viewport_size({"width": 390, "height": 844})
    assert await page.evaluate("document.documentElement.scrollWidth") <= 390
    assert await faults(page) == []
