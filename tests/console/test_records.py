"""What operators did, what they hold and who listens, as the console shows it: all of it, and in words."""

import json

import pytest
import pytest_asyncio
from playwright.async_api import Locator, Page, Route, expect

from exchange.language.events import LEASE_REASONS, TRANSFER_REASONS
from tests.console.desk import ConsoleHouse, faults, log_in, look, visit
from tests.gateway.house import at

pytestmark = pytest.mark.asyncio(loop_scope="session")

CLOSINGS = 50  # of proposals, after the one that stays open


SCREENS = (("en", 1280, "light"), ("zh", 390, "dark"), ("en", 390, "light"), ("zh", 1280, "dark"))


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def waits(house: ConsoleHouse) -> str:
    """Something of everything is held; a proposal waits, however many have been closed since, and this is its id."""
    second = await house.second()
    for name in ("bo", "cy"):
        await house.account(name)
        await house.brake(f"accounts/{name}/block")
    await house.brake("halt", region="jinan", state="halted", reason="the site is without power until the grid is back")
    await house.brake("markets/guian/h800-sxm/band", band="0.2")
    await house.brake("programmes/cd-2022/pause")
    made = await house.brake("accounts/bo/unblock", reason="the key that was seen in public is revoked")
    for _ in range(CLOSINGS):
        proposed = await house.brake("accounts/cy/unblock")
        await house.post(f"/v1/operator/proposals/{proposed['proposal_id']}/reject", second, {"reason": "not yet"})
    await house.brake("contests/contest-1-0/ruling", delivered="3", used="3")
    cancelled = await house.brake("leases/lease-1/cancel")
    await house.post(f"/v1/operator/proposals/{cancelled['proposal_id']}/confirm", second, {})
    await house.advance("PT45M")  # the leases are over, the proposal waits for some minutes more
    proposal_id: str = made["proposal_id"]
    return proposal_id


async def cell(row: Locator, place: int) -> tuple[str, list[str | None]]:
    """What a cell says, and where it leads."""
    found = row.locator("td").nth(place)
    links = [await link.get_attribute("href") for link in await found.locator("a").all()]
    return (await found.inner_text()).replace("\n", " "), links


async def test_the_log_names_what_was_acted_on(page: Page, house: ConsoleHouse, waits: str) -> None:
    """And whose it is where that is another thing, and the proposal where there is one."""
    (key, *_), proposals = [
        (await house.get(f"/v1/operator/{path}", house.operator))[name]
        for path, name in (("accounts/cy", "keys"), ("proposals?state=confirmed&limit=1", "items"))
    ]
    confirmed = proposals[0]["proposal_id"]
    await log_in(page, house, "#/audit")
    rows = page.locator("main tbody tr")
    alice = "#/account/alice"
    await expect(rows.first).to_contain_text("confirm proposal")
    assert await cell(rows.nth(0), 4) == (f"{confirmed} alice", [alice])
    assert await cell(rows.nth(1), 4) == (f"lease-1 alice {confirmed}", ["#/lease/lease-1", alice])
    assert await cell(rows.nth(2), 4) == ("contest-1-0 alice", ["#/lease/lease-1", alice])
    await page.get_by_label("Action").select_option("unblock account")
    await expect(rows.first).to_contain_text("unblock account")
    assert (await cell(rows.nth(0), 4))[1] == ["#/account/cy"]
    await page.get_by_label("Action").select_option("register key")
    await expect(rows.first).to_contain_text("register key")
    assert await cell(rows.nth(0), 4) == (f"{key['key_id']} cy", ["#/account/cy"])
    await page.get_by_label("Action").select_option("set rules")
    await expect(rows.first).to_contain_text("set rules")
    assert await cell(rows.nth(0), 4) == ("rules", [])


async def test_what_waits_is_shown_however_much_was_closed_since(page: Page, house: ConsoleHouse, waits: str) -> None:
    """And the newest of the closed ones; everything held says since when."""
    await log_in(page, house, "#/brakes")
    panels = page.locator("main section.panel")
    await expect(panels.filter(has_text="Waiting for a second operator").locator("b").first).to_have_text(waits)
    closed = panels.filter(has_text="Closed proposals").locator("tbody tr")
    await expect(closed).to_have_count(10)
    await expect(closed.first).to_contain_text("cancel lease · lease-1")
    await expect(closed.last).to_contain_text("rejected")
    since = panels.filter(has_text="Held now").locator("tbody td:nth-child(5)")
    assert await since.all_inner_texts() == ["12-01 02:30"] * 5, at(2.5)


@pytest.mark.parametrize(("language", "width", "theme"), SCREENS)
async def test_what_is_held_and_told_on_every_screen(
    page: Page, house: ConsoleHouse, waits: str, language: str, width: int, theme: str
) -> None:
    await look(page, language, width, theme)
    await log_in(page, house)
    for view in ("brakes", "audit", "figures"):
        await visit(page, view)
        assert await faults(page) == [], view


async def test_reasons_are_told_in_the_words_of_the_language(page: Page, house: ConsoleHouse, waits: str) -> None:
    """Of leases and of transfers; the code is in the title."""
    await look(page, "zh", 1280, "light")
    await log_in(page, house)
    views = {
        "lease/lease-2": "长时间未上报计量",
        "lease/lease-1": "运营取消",
        "lease/lease-3": "未按时开始",
        "leases": "运营取消",
    }
    for view, word in (views | {"account/alice": "转入租约托管"}).items():
        await visit(page, view)
        shown = await page.locator("main").inner_text()
        assert word in shown, view
        assert [code for code in (*LEASE_REASONS, *TRANSFER_REASONS) if code in shown] == [], view
    await expect(page.get_by_title("lease_escrow").first).to_have_text("转入租约托管")


async def test_every_open_stream_can_be_come_to(page: Page, house: ConsoleHouse) -> None:
    """More of them than the server tells at a time; how long each is silent is by a clock that no market turns."""
    socket = await house.connect(house.keys["alice"])
    await socket.do("ping")
    (one, *_) = (await house.get("/v1/operator/sessions", house.operator))["items"]
    crowd = [one | {"session_id": f"s-{number}", "silent_s": number} for number in range(503)]

    async def answer(route: Route) -> None:
        begins = int(route.request.url.partition("cursor=")[2] or 0)
        ends = min(begins + 500, len(crowd))
        cursor = None if ends == len(crowd) else str(ends)
        await route.fulfill(body=json.dumps({"items": crowd[begins:ends], "cursor": cursor}))

    await page.route("**/v1/operator/sessions*", answer)
    await log_in(page, house, "#/sessions")
    rows, more = page.locator("main tbody tr"), page.get_by_role("button", name="More")
    await expect(rows).to_have_count(500)
    await expect(rows.nth(15)).to_contain_text("15 s ago")
    await more.click()
    await expect(rows).to_have_count(503)
    await expect(more).to_be_hidden()
