"""The whole cast on stage: everybody admitted, then each at work in a task of its own until the troupe is sent home."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

from gateway.client.rest import Client
from gateway.demo.admission import admit
from gateway.demo.arrivals import Arrivals
from gateway.demo.buyer import Buyer
from gateway.demo.cast import Cast
from gateway.demo.provider import Provider
from gateway.demo.referee import Referee
from gateway.demo.steward import Steward
from gateway.demo.tally import Tally


@asynccontextmanager
async def on_stage(url: str, operator_key: str, cast: Cast, data_dir: Path) -> AsyncIterator[Tally]:
    """Everybody trades while the context is open. What breaks one of them is raised here.

    Order ids are numbered within a visit, which is named after the market's seq at its start: a visit that placed an
    order moved the seq, so no two visits share a name.
    """
    keys = await admit(url, operator_key, cast, data_dir)
    tally = Tally()
    async with AsyncExitStack() as stack:
        operator = await stack.enter_async_context(Client(url, operator_key))
        visit = f"demo-{(await operator.status()).seq}"
        everybody: list[Provider | Buyer | Referee | Steward | Arrivals] = [
            Referee(operator, cast.seed, tally),
            Steward(operator, cast.drill, tally),
            Arrivals(url, operator, cast, cast.newcomers, visit, tally),
        ]
        for part in cast.provider:
            client = await stack.enter_async_context(Client(url, keys[part.account_id]))
            everybody.append(Provider(part, cast, client, visit, tally))
        for wish in cast.buyer:
            client = await stack.enter_async_context(Client(url, keys[wish.account_id]))
            everybody.append(Buyer(wish, cast, client, visit, tally))
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(who.run()) for who in everybody]
            try:
                yield tally
            finally:
                for task in tasks:
                    task.cancel()
