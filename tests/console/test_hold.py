"""The brakes from the console: who is hit is shown first, a second operator confirms, the log tells it all."""

import re

import pytest
from playwright.async_api import Page, expect

from tests.console.desk import MARKET, ConsoleHouse, faults, log_in

pytestmark = [
    pytest.mark.asyncio(loop_scope="session"),
]


async def brake(page: Page, reason: str, state: str | None = None) -> None:
    """Fill in the dialog that is open, look at who is hit, carry it out."""
    dialog = page.get_by_role("dialog")
    if state is not None:
        await dialog.get_by_label("State").select_option(state)
    await expect(dialog.locator("#carry-out")).to_be_disabled()
    await dialog.get_by_label("Reason").fill(reason)
    await dialog.locator("#preview").click()
    await expect(dialog.locator("#hits dd")).to_have_count(4)
    await dialog.locator("#carry-out").click()
    await expect(page.get_by_role("dialog")).to_have_count(0)


async def test_halt_and_reopen(page: Page, house: ConsoleHouse) -> None:
    """One market, by its own page: through post only, with the reason in the log."""
    await log_in(page, house, f"#/market/{MARKET}/P1D")
    for state, reason in (("halted", "a drill"), ("post_only", "the drill is over"), ("open", "all clear")):
        await page.click("#brake")
        if state == "halted":
            await page.get_by_role("dialog").get_by_label("Reason").fill("x")
            await page.locator("#preview").click()
            await expect(page.locator("#hits")).to_contain_text(MARKET)
            assert await faults(page) == []
        await brake(page, reason, state)
        await expect(page.locator(f"main .head .state.{state}")).to_be_visible()
        assert (await house.get(f"/v1/markets/{MARKET}"))["state"] == state
    await page.locator("body").press("a")
    rows = page.locator("main tbody tr")
    await expect(rows.first).to_contain_text("all clear")
    await expect(rows.nth(2)).to_contain_text("open → halted")


async def test_every_dialog_has_the_same_names_of_regions_and_chips(page: Page, house: ConsoleHouse) -> None:
    """Not their ids, which the console shows nowhere else; in a halt there is one for all of them besides."""
    await log_in(page, house, "#/brakes")
    offered = []
    for button in ("Halt or reopen", "Price band"):
        await page.get_by_role("button", name=button).click()
        dialog = page.get_by_role("dialog")
        names = [await dialog.get_by_label(label).locator("option").all_inner_texts() for label in ("Region", "Chip")]
        offered.append(names)
        await page.keyboard.press("Escape")
    halt, band = offered
    assert band == [names[1:] for names in halt]
    assert "Shanghai" in band[0] and "NVIDIA H800 SXM5 80GB" in band[1]


async def test_a_block_and_what_a_second_operator_confirms(page: Page, house: ConsoleHouse) -> None:
    """What tightens goes at once; to loosen it takes two, once there are two."""
    second = await house.second()
    await log_in(page, house, "#/account/alice")
    await page.get_by_role("button", name="Block account").click()
    await brake(page, "a key was seen in public")
    await expect(page.locator("main .head .state.blocked")).to_be_visible()
    await page.get_by_role("button", name="Unblock").click()
    await brake(page, "a new key was made")
    await expect(page.locator("main .head .state.blocked")).to_be_visible()
    await page.locator("body").press("b")
    await page.get_by_role("button", name="Confirm").click()
    await expect(page.locator(".toast").last).to_contain_text("own_proposal")
    house.expected.append("Failed to load resource: the server responded with a status of 403 (Forbidden)")
    await page.click("#logout")
    await page.fill("#key", second)
    await page.press("#key", "Enter")
    await expect(page.get_by_role("heading", name="Brakes")).to_be_visible()
    assert await faults(page) == []
    await page.get_by_role("button", name="Confirm").click()
    await expect(page.locator(".toast").last).to_contain_text(re.compile("proposal-1: confirmed"))
    await expect(page.locator("main")).to_contain_text("Nothing is held.")
    assert (await house.get("/v1/account", house.keys["alice"]))["blocked"] is False
