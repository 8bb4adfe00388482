"""The proof from outside in small: a few disturbances lose and double nothing, and what was lost would be found."""

from collections import Counter
from pathlib import Path
from random import Random

import asyncpg
import pytest

from exchange.language.instants import format_instant, parse_instant
from exchange.language.units import DAY_S
from exchange.store.embedded import reach_embedded
from gateway import answers, schema, schema_money
from loadtests.kills import campaign as campaigning
from loadtests.kills import scene as acting
from loadtests.kills.campaign import AT_THE_END, BESIDE, EMBEDDED, Campaign, Played, Skipped
from loadtests.kills.disturbances import KILLS, KINDS, plan
from loadtests.kills.door import Door
from loadtests.kills.notebook import Errand, Finding, Notebook, Order
from loadtests.kills.scene import Act, Scene, Size, staged
from loadtests.kills.settle import Settled
from loadtests.kills.table import line_of, result_of

pytestmark = pytest.mark.rehearsal

ACME = schema_money.Account(
    account_id="acme",
    roles=("buyer",),
    owner_group="acme",
    tags=(),
    place="",
    available="1",
    held="0",
    escrow="0",
    bond="0",
    contestable="0",
    blocked=False,
)

SMALL = Size(buyers=1, providers=1, hands=8, speed=600, answers=(40, 90), snapshot_every=100)


async def test_kill_9_loses_and_doubles_nothing_and_what_was_lost_would_be_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with staged(tmp_path, SMALL, "test") as scene:
        for kind in ("kill -9 server", "kill -9 PostgreSQL"):
            act = await play(scene, kind)
            assert act.findings == []
            assert len(act.restarts) == 1
            assert act.answered >= SMALL.answers[0]
        await scene.begin()
        await scene.work()
        monkeypatch.setattr(acting, "send_again", nothing)  # it could send what is forged, and so make it true
        await forge(scene.doors["buyer-0"], scene.notebook)
        findings = (await scene.finish("forged", 0)).findings
    assert Counter(finding.kind for finding in findings) == {"lost": 2, "doubled": 2}, findings


async def test_a_server_whose_database_is_elsewhere_ends_by_name_and_goes_on(tmp_path: Path) -> None:
    async with staged(tmp_path, SMALL, "test", given=True) as scene:
        act = await play(scene, "reset PostgreSQL")
        assert act.findings == []
        assert len(act.restarts) == 1


async def play(scene: Scene, kind: str) -> Act:
    before = scene.notebook.answered
    await scene.begin()
    await scene.work()
    await KINDS[kind](scene)
    return await scene.finish(kind, before)


async def nothing(*_: object) -> None:
    pass


async def forge(door: Door, notebook: Notebook) -> None:
    """As if the server had lost an order and a deposit, and had another of each from nowhere."""
    order = Order(client_order_id="secret", account_id=door.account_id, side="bid")
    body = schema.BidBody(
        client_order_id="secret",
        quantity="1",
        regions=("wuhu",),
        chips=("t4",),
        duration="PT1H",
        earliest_start="now",
        latest_start=format_instant(parse_instant(await door.now()) // DAY_S * DAY_S + 9 * DAY_S),
        price="0.01",
    )
    await door.send(Errand(what="bid.place", account_id=door.account_id, name="secret", body=body, order=order))
    await door.pay_in("secret", "5")
    del notebook.orders["secret"]
    lost = Order(client_order_id="lost", account_id=door.account_id, side="bid", placed=order.placed)
    notebook.orders["lost"] = notebook.touched["lost"] = lost
    notebook.deposits["lost"] = notebook.deposits.pop("secret")


def test_a_place_in_the_journal_is_of_one_errand() -> None:
    notebook, answer = Notebook(), answers.AccountAnswer(seq=7, account=ACME)
    body = schema.OwnDepositBody(amount="1", reference="one")
    for name in ("one", "one", "two"):
        errand = Errand(what="deposit", account_id="acme", name=name, body=body)
        notebook.sent(errand)
        notebook.told(errand, answer)
    assert [finding.kind for finding in notebook.findings] == ["lost"]


@pytest.mark.parametrize("given", [False, True])
def test_a_plan_has_as_many_kills_as_were_asked_for(given: bool) -> None:
    kinds = plan(37, Random(1), given=given)
    assert sum(KILLS.get(kind, 0) for kind in kinds) == 37
    assert set(KILLS) < set(kinds) <= set(KINDS)
    assert kinds == plan(37, Random(1), given=given)


def test_the_table_breaks_its_promise_when_something_is_lost() -> None:
    campaign = Campaign(kills=1)
    kept = Played(EMBEDDED, Act("kill -9 server", [1.5], 1, 700, Settled(done=3, not_done=29), [], []))
    end = Played(EMBEDDED, Act(AT_THE_END, [], 0, 700, Settled(), [], [], verified=True))
    assert all(promise.kept for promise in result_of(campaign, [kept, end]).promises)
    lost = Played(EMBEDDED, Act("kill -9 server", [1.5], 1, 700, Settled(), [Finding("lost", "bid-7")], []))
    result = result_of(campaign, [kept, lost, end, Skipped("a disk", "no mount")])
    assert [promise.kept for promise in result.promises] == [True, False, True, True, True, True]
    assert result.rows[1][:7] == ("kill -9 server", EMBEDDED, "2", "1.50", "1.50", "1,400", "3")
    assert "3 unknown" not in line_of(lost)
    assert "back in 1.50 s" in line_of(lost)


def test_the_table_breaks_its_promises_when_no_start_had_a_snapshot_or_a_place_was_not_verified() -> None:
    bare = Played(EMBEDDED, Act("kill -9 server", [1.5], 0, 700, Settled(), [], []))
    end = Played(EMBEDDED, Act(AT_THE_END, [], 0, 700, Settled(), [], [], verified=True))
    elsewhere = Played(BESIDE, Act(AT_THE_END, [], 0, 700, Settled(), [], []))
    promises = result_of(Campaign(kills=1), [bare, end, elsewhere]).promises
    assert [promise.kept for promise in promises] == [True, True, True, True, False, False]


async def test_what_verify_finds_at_the_end_is_a_finding(tmp_path: Path) -> None:
    async with staged(tmp_path, SMALL, "test") as scene:
        act = await campaigning._last(scene)
        assert (act.findings, act.verified) == ([], True)
        async with reach_embedded(scene.victim.data_dir) as dsn:
            connection = await asyncpg.connect(dsn)
            await connection.execute("UPDATE statements.orders SET state = 'lost' WHERE (side, order_id) = ('ask', 1)")
            await connection.close()
        spoilt = await campaigning._verified(scene, act)
    assert not spoilt.verified
    assert "statements.orders ask 1: state is lost" in spoilt.findings[0].detail
