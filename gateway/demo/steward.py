"""The operator's rounds in the demo: one market is halted for a drill now and then, and reopened through post_only.

In that market alone: what anybody tries in the others is left alone. Each drill ends a lease there, if one is open, as
when a hall must be cleared. Two owner groups of the cast are declared affiliated, so that supervision has work.
"""

import asyncio

from gateway import requests, requests_money
from gateway.client.errors import Refused, Unreachable
from gateway.client.rest import Client
from gateway.demo.cast import Drill
from gateway.demo.tally import Tally
from gateway.schema import MarketState

_REASON = "a drill of the demo"


class Steward:
    """An operator with one duty."""

    def __init__(self, client: Client, drill: Drill, tally: Tally) -> None:
        self._client = client
        self._drill = drill
        self._tally = tally

    async def run(self) -> None:
        """Make the rounds until cancelled; what a start before left braked is opened first."""
        while True:
            try:
                await self._declare()
                await self._open()
                await asyncio.sleep(self._drill.every_s)
                await self._round()
            except Unreachable:
                await asyncio.sleep(1)
            except Refused as refusal:
                self._tally.refused[refusal.problem.code] += 1
                await asyncio.sleep(self._drill.holds_s)

    async def _round(self) -> None:
        await self._set("halted")
        await self._clear()
        await asyncio.sleep(self._drill.holds_s)
        self._tally.drills += 1

    async def _open(self) -> None:
        """Back to open, by the way that the market asks for."""
        state = (await self._client.market(self._drill.region, self._drill.chip)).state
        if state in ("halted", "cancel_only"):
            await self._set("post_only")
            await asyncio.sleep(self._drill.holds_s)
        if state != "open":
            await self._set("open")

    async def _set(self, state: MarketState) -> None:
        brake = requests.MarketStateBody(state=state, reason=_REASON)
        await self._client.set_market_state(self._drill.region, self._drill.chip, brake)

    async def _clear(self) -> None:
        """End the lease that was made last, unless it is over."""
        for trade in (await self._client.trades(self._drill.region, self._drill.chip, 1)).items:
            lease_id = trade.trade_id.replace("trade", "lease")
            try:
                await self._client.cancel_lease(lease_id, requests_money.CancelLeaseBody(reason=_REASON), lease_id)
            except Refused as refusal:
                if refusal.problem.code != "lease_over":
                    raise

    async def _declare(self) -> None:
        group, other = self._drill.affiliated
        said = requests_money.RelationBody(group=group, other_group=other, reason="one shareholder has a third of both")
        await self._client.relate(said, "demo-affiliated")
