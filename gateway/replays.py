"""The market as it was after some command, for operators who look at it through the server.

Another process works it out (`leasebook replay`), one at a time and within a bound, so the server goes on as before;
the last answer is kept for whoever looks at another book of the same moment.
"""

import asyncio
import os
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from contextlib import suppress
from typing import Final

import msgspec
import structlog

from exchange.language.instants import format_duration
from exchange.language.units import MilliDu, Seconds
from gateway import answers, wire
from gateway.answers_overview import PastBook
from gateway.errors import Refusal
from gateway.past import Past
from gateway.settings import Settings
from gateway.wire_public import checksum

log = structlog.get_logger()

LONGEST_S: Final = 120.0
_END_S: Final = 3.0  # for the process to end by itself when it is told to

_decode: Final = msgspec.json.Decoder(Past).decode


class Moment:
    """The whole market after one command."""

    def __init__(self, past: Past) -> None:
        self.past = past

    def book(self, region: str, chip: str, tenor_s: Seconds, rate_milli: MilliDu | None) -> PastBook:
        """One book of it, empty when there was no order."""
        past, tenor = self.past, format_duration(tenor_s)
        wanted = (region, chip, tenor)
        found = next((book for book in past.books if (book.region, book.chip, book.tenor) == wanted), None)
        if found is None:
            found = answers.Book(
                region=region,
                chip=chip,
                tenor=tenor,
                seq=past.seq,
                asks=(),
                bids=(),
                du_rate=wire.du_rate(rate_milli),
                best_ask_per_du=None,
                best_bid_per_du=None,
                checksum=checksum((), ()),
            )
        return PastBook(
            seq=past.seq, now=past.now, digest=past.digest, state=past.state, brakes=past.brakes, book=found
        )


class Replays:
    """Moments of one market, made as they are asked for."""

    def __init__(self, settings: Settings | None = None) -> None:
        settings = settings or Settings()
        self._command = (sys.executable, "-m", "gateway", "replay", "--json", "--owner", str(os.getpid()))
        self._place = {"LEASEBOOK_DATA_DIR": str(settings.data_dir)}
        if settings.database_url is not None:
            self._place["DATABASE_URL"] = settings.database_url
        self._turn = asyncio.Lock()
        self._last: Moment | None = None

    async def at(self, seq: int) -> Moment:
        """The market after a command that the journal has. Refuses while another is being worked out."""
        if self._last is not None and self._last.past.seq == seq:
            return self._last
        if self._turn.locked():
            raise Refusal("busy", detail="Another replay is under way, and there is one at a time: ask again.")
        async with self._turn:
            self._last = Moment(await self._worked_out(seq))
        return self._last

    async def _worked_out(self, seq: int) -> Past:
        command = (*self._command, "--until", str(seq))
        process = await asyncio.create_subprocess_exec(
            *command, env=os.environ | self._place, stdin=DEVNULL, stdout=PIPE, stderr=PIPE
        )
        try:
            async with asyncio.timeout(LONGEST_S):
                said, complained = await process.communicate()
        except TimeoutError:
            detail = f"It took more than {LONGEST_S:.0f} s; `leasebook replay --until {seq}` has no such bound."
            raise Refusal("busy", detail=detail) from None
        finally:
            await _ended(process)
        if process.returncode:
            log.error("no replay", seq=seq, said=complained[-2000:].decode(errors="replace"))
            raise Refusal("internal", detail="The replay failed; the server's log says why.")
        return _decode(said)


async def _ended(process: Process) -> None:
    """See to it that a process is over."""
    if process.returncode is None:
        with suppress(ProcessLookupError):
            process.terminate()
        with suppress(TimeoutError):
            await asyncio.wait_for(process.wait(), _END_S)
    if process.returncode is None:
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()
