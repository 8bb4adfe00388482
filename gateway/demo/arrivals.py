"""Newcomers of the demo: buyers that nobody knew before arrive, trade for a while like one of the cast, and leave.

Each is an enterprise of its own, so vouchers that the cast has used up are claimed anew. Nobody keeps their keys: whom
the demo's end surprises has left, and what rests of theirs lapses by itself.
"""

import asyncio
from itertools import count
from random import Random

from msgspec import structs

from gateway.client.errors import Refused, Unreachable
from gateway.client.rest import Client
from gateway.demo.admission import enter
from gateway.demo.buyer import Buyer
from gateway.demo.cast import BuyerPart, Cast, Newcomers
from gateway.demo.tally import Tally


class Arrivals:
    """Who comes after the cast; `visit` makes their names their own among all starts of the demo."""

    def __init__(self, url: str, operator: Client, cast: Cast, plan: Newcomers, visit: str, tally: Tally) -> None:
        self._url = url
        self._operator = operator
        self._cast = cast
        self._plan = plan
        self._visit = visit
        self._tally = tally
        self._draw = Random(f"{cast.seed}:newcomers:{visit}")

    async def run(self) -> None:
        """Let them come until cancelled; who is there then leaves as they stand."""
        async with asyncio.TaskGroup() as group:
            here: set[asyncio.Task[None]] = set()
            for number in count(1):
                await asyncio.sleep(self._draw.uniform(*self._plan.every_s))
                here = {task for task in here if not task.done()}
                if len(here) < self._plan.most:
                    here.add(group.create_task(self._stay(f"{self._visit}-{number}")))

    async def _stay(self, name: str) -> None:
        model = self._draw.choice(self._cast.buyer)
        part = structs.replace(model, account_id=f"new-{name}", most=self._plan.chips)
        stay_s = self._draw.uniform(*self._plan.stay_s)
        try:
            key = await enter(self._operator, part, self._cast.top_up)
            self._tally.arrived += 1
            async with Client(self._url, key) as client:
                await self._trade(part, client, stay_s)
                await client.cancel_bids()
        except Unreachable:
            pass
        except Refused as refusal:
            self._tally.refused[refusal.problem.code] += 1

    async def _trade(self, part: BuyerPart, client: Client, stay_s: float) -> None:
        try:
            async with asyncio.timeout(stay_s):
                await Buyer(part, self._cast, client, self._visit, self._tally).run()
        except TimeoutError:
            pass
