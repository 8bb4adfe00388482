"""An account followed for as long as it takes: a connection that is lost is made again, and the channel resumed."""

import asyncio
from collections.abc import AsyncGenerator

from gateway import answers
from gateway.client.errors import Unreachable
from gateway.client.following import AccountFollower, Gap
from gateway.client.rest import Client

ACCOUNT = "account"


async def follow_account(
    client: Client, from_seq: int | None = None, patience_s: float = 1.0
) -> AsyncGenerator[tuple[answers.Push, ...], None]:
    """All that the client's account is told after a command, from now on when none is named: a command at a time.

    Nothing is left out and nothing comes twice, whatever becomes of the connection; `patience_s` lies between attempts.
    Raises Refused, such as for a key that has been revoked.
    """
    follower = None if from_seq is None else AccountFollower(from_seq)
    while True:
        try:
            async with await client.stream() as stream:
                opened = await stream.subscribe(ACCOUNT, from_seq=None if follower is None else follower.seq)
                if follower is None:
                    follower = AccountFollower(opened.seq)
                follower.restart()
                async for push in stream.pushes():
                    if push.channel == ACCOUNT and (whole := follower.take(push)):
                        yield whole
        except (Unreachable, Gap):
            await asyncio.sleep(patience_s)
