"""The operator's part in the demo: rules on contests, some for the buyer, some for the provider."""

import asyncio
from random import Random

from exchange.language.units import CHIP_HOUR_PLACES, format_decimal, parse_decimal
from gateway import requests_money, schema, schema_money
from gateway.client.errors import Refused, Unreachable
from gateway.client.rest import Client
from gateway.demo.tally import Tally

_PAUSE_S = 3  # of real time, between two looks at the contests
_WON_PERCENT = 60  # of contests that the buyer wins
_SHARE_PERCENT = (20, 95)  # of what was settled, that was really delivered then


class Referee:
    """A ruling is drawn from the contest's own id, so it is the same whoever asks again."""

    def __init__(self, client: Client, seed: int, tally: Tally) -> None:
        self._client = client
        self._seed = seed
        self._tally = tally

    async def run(self) -> None:
        """Rule until cancelled; while nobody answers, wait."""
        while True:
            try:
                await self.look()
            except Unreachable:
                pass
            except Refused as refusal:
                self._tally.refused[refusal.problem.code] += 1
            await asyncio.sleep(_PAUSE_S)

    async def look(self) -> None:
        """Rule on every contest that waits for it."""
        for contest in (await self._client.contests(schema.Page(limit=100))).items:
            if contest.ruled_at is None and contest.period is not None:
                await self._rule(contest, contest.period)

    async def _rule(self, contest: schema_money.Contest, period: schema_money.Period) -> None:
        draw = Random(f"{self._seed}:{contest.contest_id}")
        won = draw.randrange(100) < _WON_PERCENT
        percent = draw.randint(*_SHARE_PERCENT) if won else 100
        delivered, used = (
            format_decimal(parse_decimal(total, CHIP_HOUR_PLACES) * percent // 100, CHIP_HOUR_PLACES)
            for total in (period.delivered, period.used)
        )
        reason = f"{percent} % of it was delivered." if won else "The meter was right."
        ruling = requests_money.RulingBody(delivered=delivered, used=used, reason=reason)
        await self._client.rule(contest.contest_id, ruling, contest.contest_id)
        self._tally.ruled += 1
