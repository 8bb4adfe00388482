"""The keeper has snapshots taken by processes of their own, tells what came of it, and leaves none behind."""

import asyncio
import os
import sys
from pathlib import Path

import pytest

from exchange.runtime import keeper
from exchange.runtime.keeper import Keeping, keeping_snapshots
from exchange.runtime.meters import Meters

SAYS_WHERE = "import json, os; print(json.dumps({'seq': 7, 'of': os.environ['DATABASE_URL']}))"
SAID = '{"seq": 7, "of": "the dsn"}'
SAYS_NOTHING = "print('taken')"
FAILS = "import sys; sys.exit('no room')"
WAITS = "import os, signal, sys; print(os.getpid(), file=open(sys.argv[1], 'w'), flush=True); signal.pause()"


@pytest.fixture(autouse=True)
def looking_all_the_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keeper, "LOOK_S", 0)


@pytest.mark.parametrize(
    ("program", "told", "newest_seq"),
    [
        (SAYS_WHERE, (True, SAID), 7),
        (FAILS, (False, "no room"), 50),
        (SAYS_NOTHING, (False, "it said what is no report: taken"), 50),
    ],
)
async def test_one_is_taken_after_so_many_commands_and_what_came_of_it_is_told(
    program: str, told: tuple[bool, str], newest_seq: int
) -> None:
    meters = Meters(50)
    reports = asyncio.Queue[tuple[bool, str, int]]()
    seq = iter(range(10**9))
    last_seq = 0

    def look() -> int:
        nonlocal last_seq
        last_seq = next(seq)
        return last_seq

    keeping = Keeping(
        every=100,
        command=(sys.executable, "-c", program),
        report=lambda well, said: reports.put_nowait((well, said, last_seq)),
    )
    async with keeping_snapshots(keeping, "the dsn", look, meters):
        first, second = await reports.get(), await reports.get()
    assert (first[:2], second[:2]) == (told, told)
    assert (first[2], second[2]) == (151, 252), "each a hundred after the last, which took one look more"
    assert meters.of_snapshots().seq == newest_seq, "what the snapshot is of, not where the market was"


async def test_a_program_that_is_not_there_is_told_of() -> None:
    reports = asyncio.Queue[tuple[bool, str]]()
    keeping = Keeping(every=1, command=("/nowhere",), report=lambda *told: reports.put_nowait(told))
    async with keeping_snapshots(keeping, "", lambda: 1, Meters()):
        well, said = await reports.get()
    assert not well
    assert said.startswith("no process could be started")


async def test_what_is_under_way_ends_with_the_market(tmp_path: Path) -> None:
    fifo = tmp_path / "pid"
    os.mkfifo(fifo)
    keeping = Keeping(every=1, command=(sys.executable, "-c", WAITS, str(fifo)), report=lambda *_: None)
    async with keeping_snapshots(keeping, "", lambda: 1, Meters()):
        pid = int(await asyncio.to_thread(fifo.read_text))
        os.kill(pid, 0)
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


async def test_one_that_hangs_is_ended_and_the_next_is_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keeper, "TAKES_MOST_S", 0.2)
    reports, seq = asyncio.Queue[tuple[bool, str]](), iter(range(10**9))
    command = (sys.executable, "-c", WAITS, os.devnull)
    keeping = Keeping(every=1, command=command, report=lambda *told: reports.put_nowait(told))
    async with asyncio.timeout(60), keeping_snapshots(keeping, "", lambda: next(seq), Meters()):
        for _ in range(2):
            assert await reports.get() == (False, "it did not come to an end in 0.2 s, so it was ended")
