"""Honest orders on a timetable while a server is attacked: what they wait, before, meanwhile and after."""

import asyncio
import os
import selectors
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final, NamedTuple
from urllib.parse import urlsplit

import msgspec

from gateway.client.sync import SyncClient
from gateway.settings import Limits
from loadtests.bench.report import Promise, Result
from loadtests.edge.orders import Orders, Said, said
from loadtests.edge.rows import Wrong, compare
from loadtests.edge.served import Served, leasebook
from loadtests.hostile.attacker import Became
from loadtests.hostile.attacks import attacks
from loadtests.openloop.latencies import Latencies
from loadtests.openloop.lines import Line, RestLine, StreamLine, opened
from loadtests.openloop.running import open_loop
from loadtests.openloop.scene import every_order, newcomer, now_s

RATE: Final = 100  # honest orders a second by each of the two doors
P99_MAX_MS: Final = 250.0
RSS_MAX_MIB: Final = 1024
_REST_LINES: Final = 8
_NO_TIME: Final = (b'"busy"', b'"rate_limited"')
_OPEN_DOOR: Final = "streams"  # the one attack that more is let in for than a server lets in by itself
_LIMITED: Final = ("read_per_s", "trade_per_s", "cancel_per_s", "anonymous_per_s", "shed_waiting", "shed_lag_ms")


class Plan(NamedTuple):
    """Seconds of calm before all, of each attack, and of the calm after it; and which attacks."""

    before_s: float
    attack_s: float
    after_s: float
    names: tuple[str, ...]


PLAN: Final = Plan(5.0, 5.0, 3.0, tuple(attacks("")))
QUICK: Final = Plan(0.5, 1.0, 0.5, ("reads", "pieces", "text"))


class Meanwhile(NamedTuple):
    """What honest orders waited by each door, and how many the server had no time for."""

    rest: Latencies
    stream: Latencies
    sent_away: int


class Told(NamedTuple):
    """One attack: what became of it, what the server was like at its end, and the honest meanwhile and after."""

    what: str
    became: Became
    rss_mib: int
    files: int
    during: Meanwhile
    after: Meanwhile


class Found(NamedTuple):
    """All of it; `checked` orders were as they had been answered."""

    before: Meanwhile
    told: list[Told]
    checked: int


def bench_hostile(plan: Plan, tell: Callable[[str], None]) -> Result:
    """Attack one server after the other way, check its final state, and put it into a table. Raises Wrong."""
    shut = tuple(name for name in plan.names if name != _OPEN_DOOR)
    found = [_besieged(plan, shut, (), tell)]
    if _OPEN_DOOR in plan.names:
        found.append(_besieged(plan, (_OPEN_DOOR,), (*_open_door(),), tell))
    return _result(plan, found)


def _besieged(plan: Plan, names: tuple[str, ...], words: tuple[str, ...], tell: Callable[[str], None]) -> Found:
    usual = [word for name in _LIMITED for word in ("--limit", f"{name}={getattr(Limits(), name)}")]
    with leasebook([*usual, *words]) as served, SyncClient(served.url, served.operator) as operator:
        keys = {
            name: newcomer(operator, name, ("buyer", "provider"), ("read", "trade", "provide"))
            for name in ("honest-rest", "honest-stream", "mallory")
        }
        with _timetables() as runner:
            found = runner.run(_watched(plan, names, served, keys, now_s(operator), tell))
        if violations := operator.audit().violations:
            raise Wrong(f"the audit finds {violations[:3]}")
        return found


async def _watched(
    plan: Plan, names: tuple[str, ...], served: Served, keys: dict[str, str], begins_s: int, tell: Callable[[str], None]
) -> Found:
    parts = urlsplit(served.url)
    host, rest_key, stream_key = parts.netloc, keys["honest-rest"], keys["honest-stream"]
    rest: list[Line] = [
        RestLine(Orders("turn", f"r{number}", begins_s, host, rest_key, streams=False)) for number in range(_REST_LINES)
    ]
    stream: list[Line] = [StreamLine(Orders("turn", "s", begins_s, host, stream_key, streams=True), host, stream_key)]
    await opened(served.url, rest + stream)

    async def meanwhile(for_s: float) -> Meanwhile:
        before = _sent_away(rest + stream)
        ran = await asyncio.gather(open_loop(rest, RATE, 0, for_s), open_loop(stream, RATE, 0, for_s))
        return Meanwhile(ran[0].latencies, ran[1].latencies, _sent_away(rest + stream) - before)

    before, told = await meanwhile(plan.before_s), []
    for name in names:
        what = attacks("")[name].what
        tell(what)
        attacking = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "loadtests.hostile.attacker", name, str(parts.port), keys["mallory"]),
            str(plan.attack_s), stdout=asyncio.subprocess.PIPE,
        )  # fmt: skip
        assert attacking.stdout is not None
        await attacking.stdout.readline()  # it is up
        during = await meanwhile(plan.attack_s)
        rss, files = served.rss_bytes(), _files(served)
        became = msgspec.json.decode((await attacking.communicate())[0], type=Became)
        told.append(Told(what, became, rss >> 20, files, during, await meanwhile(plan.after_s)))
    for line in rest + stream:
        line.end()
    checked = _check(served, rest_key, rest) + _check(served, stream_key, stream)
    return Found(before, told, checked)


def _files(served: Served) -> int:
    """Files that the server has open, connections among them."""
    return len(os.listdir(f"/proc/{served.process.pid}/fd"))  # noqa: PTH208 - names alone, and no Path for each


def _sent_away(lines: list[Line]) -> int:
    """How many requests the server had no time for. Cancels may also come too early for the ask to be known."""
    return sum(any(code in text for code in _NO_TIME) for line in lines for text in line.refused.values())


def _check(served: Served, key: str, lines: list[Line]) -> int:
    """Every honest order is as the last answer told it."""
    told: dict[str, Said] = {}
    for line in lines:
        for number in sorted(line.texts):
            order = said(line.texts[number])
            if order is None:
                raise Wrong(f"an answer without an order: {line.texts[number]!r}")
            told[order.client_order_id] = order
    with SyncClient(served.url, key) as client:
        held = {order.client_order_id: order for order in every_order(client, "asks")}
    compare(told, held, exact=True)
    return len(told)


@contextmanager
def _timetables() -> Iterator[asyncio.Runner]:
    """A timetable wants a loop that wakes to the microsecond, which `select` does."""
    make = lambda: asyncio.SelectorEventLoop(selectors.SelectSelector())  # noqa: E731 - a factory, used once
    with asyncio.Runner(loop_factory=make) as runner:
        yield runner


def _open_door() -> Iterator[str]:
    for limit in ("connections_max=12000", "connections_per_address_max=12000", "anonymous_per_s=1000000"):
        yield "--limit"
        yield limit


# ------------------------------------------------------------------------------------------------------------ report

COLUMNS: Final = (
    "attack", "connections", "made", "ended", "sent MB", "REST p50 ms", "p99", "stream p50 ms", "p99 ",
    "after: REST p99", "stream p99", "sent away", "RSS MiB", "files",
)  # fmt: skip


def _result(plan: Plan, found: list[Found]) -> Result:
    told = [each for part in found for each in part.told]
    calm = found[0].before
    rows: list[tuple[str, ...]] = [("none", "", "", "", "", *_waits(calm), "", "", str(calm.sent_away), "", "")]
    rows += [_row(each) for each in told]
    figures = [_figures(each) for each in told]
    worst = max(max(each.during.rest.p99_ms, each.during.stream.p99_ms) for each in told)
    after = max(max(each.after.rest.p99_ms, each.after.stream.p99_ms) for each in told)
    sent_away = sum(each.during.sent_away + each.after.sent_away for each in told)
    memory = max(each.rss_mib for each in told)
    bound = f"< {P99_MAX_MS:g} ms"
    promises = [
        Promise("p99 of honest orders during any attack", bound, f"{worst:.1f} ms", worst < P99_MAX_MS),
        Promise("and after it", bound, f"{after:.1f} ms", after < P99_MAX_MS),
        Promise("honest orders sent away", "0", str(sent_away), sent_away == 0),
        Promise("memory of the server", f"< {RSS_MAX_MIB} MiB", f"{memory} MiB", memory < RSS_MAX_MIB),
    ]
    timetable = (
        f"Meanwhile {RATE} honest orders a second over {_REST_LINES} connections of REST and {RATE} over one stream, "
        "an ask that rests and its cancel in turn, on a timetable: latency counts from the planned instant."
    )
    attacked = (
        f"{plan.attack_s:g} s of each attack from five addresses of the machine itself, then {plan.after_s:g} s of "
        "calm. Server, PostgreSQL, attacker and honest clients share the machine's cores."
    )
    checked = (
        f"{sum(part.checked for part in found):,} honest orders were afterwards as they had been answered, and the "
        "audit found nothing. Ended are connections that the server closed; most attackers then make another."
    )
    limits = "Limits are a server's own but for the idle streams, which more connections are let in for."
    return Result(
        "hostile",
        "Honest orders while a server is attacked",
        COLUMNS,
        rows,
        figures,
        promises,
        (timetable, attacked, checked, limits),
    )


def _figures(told: Told) -> dict[str, Any]:
    named = {"what": told.what, "became": msgspec.structs.asdict(told.became), "rss_mib": told.rss_mib}
    waits = {"during": _named(told.during), "after": _named(told.after)}
    return {**named, "files": told.files, **waits}


def _named(meanwhile: Meanwhile) -> dict[str, Any]:
    rest, stream, sent_away = meanwhile
    return {"rest": rest._asdict(), "stream": stream._asdict(), "sent_away": sent_away}


def _row(told: Told) -> tuple[str, ...]:
    became = told.became
    return (
        told.what, f"{became.open:,}", f"{became.made:,}", f"{became.ended:,}", f"{became.sent_bytes / 1e6:,.1f}",
        *_waits(told.during), f"{told.after.rest.p99_ms:.1f}", f"{told.after.stream.p99_ms:.1f}",
        str(told.during.sent_away + told.after.sent_away), f"{told.rss_mib:,}", f"{told.files:,}",
    )  # fmt: skip


def _waits(meanwhile: Meanwhile) -> tuple[str, str, str, str]:
    rest, stream = meanwhile.rest, meanwhile.stream
    return f"{rest.p50_ms:.2f}", f"{rest.p99_ms:.1f}", f"{stream.p50_ms:.2f}", f"{stream.p99_ms:.1f}"
