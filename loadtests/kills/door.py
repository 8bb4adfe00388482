"""How errands get to the server: buyers' over REST, providers' over the stream, and what of the answers is kept."""

import asyncio

import msgspec

from gateway import answers, schema, schema_money
from gateway.client.errors import Refused, Unreachable
from gateway.client.following import AccountFollower, Gap
from gateway.client.rest import Client
from gateway.client.stream import Stream
from loadtests.kills.notebook import Errand, Notebook

_NOT_NOW = ("busy", "not_ready", "shutting_down")  # refused for now: nothing was done
_OVER_STREAM: dict[str, type[answers.Answer]] = {
    "ask.place": answers.AskAnswer,
    "ask.amend": answers.AskAmended,
    "ask.cancel": answers.AskCanceled,
    "lease.start": answers.LeaseAnswer,
    "lease.meter": answers.LeaseAnswer,
}
_OVER_REST: dict[str, tuple[str, str, type[answers.Answer]]] = {
    "bid.place": ("POST", "/v1/bids", answers.BidAnswer),
    "bid.amend": ("PATCH", "/v1/bids/{}", answers.BidAmended),
    "bid.cancel": ("DELETE", "/v1/bids/{}", answers.BidCanceled),
    "deposit": ("POST", "/v1/sandbox/deposits", answers.AccountAnswer),
    "lease.release": ("POST", "/v1/leases/{}/release", answers.LeaseAnswer),
}


class Gone(Exception):
    """The server does not answer, or not now; whoever hears it waits for the next act."""


class Door:
    """One account's way in."""

    def __init__(self, account_id: str, client: Client, notebook: Notebook, *, streams: bool) -> None:
        self.account_id = account_id
        self.client = client
        self.news: asyncio.Queue[schema_money.Lease] = asyncio.Queue(maxsize=10_000)  # leases it was told of
        self.follower: AccountFollower | None = None  # of its channel, over all connections
        self.told_transfers: set[str] = set()
        self._notebook = notebook
        self._streams = streams
        self._since = 0  # the seq after which its channel was first opened
        self._stream: Stream | None = None
        self._listening: asyncio.Task[None] | None = None

    async def open(self) -> None:
        """Open the stream, anew when there was one: the account's channel goes on where it was."""
        await self.close()
        if not self._streams:
            return
        self._stream = await self.client.stream()
        from_seq = None if self.follower is None else self.follower.seq
        opened = await self._stream.subscribe("account", from_seq=from_seq)
        if self.follower is None:
            self.follower, self._since = AccountFollower(opened.seq), opened.seq
        self.follower.restart()
        listening = self._listen(self._stream, self.follower)
        self._listening = asyncio.create_task(listening, name=f"news of {self.account_id}")

    async def close(self) -> None:
        """Close the stream."""
        if self._stream is not None:
            await self._stream.close()
        if self._listening is not None:
            await self._listening
        self._stream = self._listening = None

    async def pay_in(self, key: str, amount: str) -> None:
        """Deposit money."""
        body = schema.OwnDepositBody(amount=amount, reference=key)
        await self.send(Errand(what="deposit", account_id=self.account_id, name=key, body=body))

    async def send(self, errand: Errand) -> answers.Answer | None:
        """Send an errand and note how it ends; None when it was refused. Raises Gone."""
        self._notebook.sent(errand)
        try:
            answer = await self._asked(errand)
        except Unreachable as silence:
            self._notebook.doubted(errand)
            raise Gone from silence
        except Refused as refusal:
            if refusal.problem.outcome == "unknown":
                self._notebook.refusals[refusal.problem.code] += 1
                self._notebook.doubted(errand)
                raise Gone from refusal
            self._notebook.refused(errand, refusal.problem.code)
            if refusal.problem.code in _NOT_NOW:
                raise Gone from refusal
            return None
        self._notebook.told(errand, answer)
        return answer

    def missed(self, transfer: schema_money.Transfer) -> bool:
        """Whether the channel has told everything up to this transfer and beyond, and not the transfer."""
        if self.follower is None or not self._since < transfer.seq <= self.follower.seq:
            return False
        return transfer.transfer_id not in self.told_transfers

    async def now(self) -> str:
        """The market's time."""
        try:
            return (await self.client.time()).now
        except (Unreachable, Refused) as failure:
            raise Gone from failure

    async def _asked(self, errand: Errand) -> answers.Answer:
        if errand.what in _OVER_STREAM and self._stream is not None:
            return await self._stream.request(errand.what, errand.body, _OVER_STREAM[errand.what])
        method, path, takes = _OVER_REST[errand.what]
        body = None if method == "DELETE" else errand.body
        key = errand.name if errand.what in ("deposit", "lease.release") else ""
        return await self.client.call(method, path.format(errand.subject), takes, body, idempotency_key=key)

    async def _listen(self, stream: Stream, follower: AccountFollower) -> None:
        """Note what the account hears of until the connection ends: nothing is left out, and nothing comes twice."""
        try:
            async for push in stream.pushes():
                if push.channel != "account":
                    continue
                if push.seq <= follower.seq:
                    self._notebook.find("doubled", f"{self.account_id} was told {push} after seq {follower.seq}")
                for whole in follower.take(push):
                    self._hear(whole)
        except Gap as gap:
            self._notebook.find("lost", f"of what {self.account_id} was to be told: {gap}")
        except Unreachable:
            return

    def _hear(self, push: answers.Push) -> None:
        if push.type == "transfer":
            self.told_transfers.add(msgspec.json.decode(push.data, type=schema_money.Transfer).transfer_id)
        elif push.type.startswith("lease."):
            lease = msgspec.json.decode(push.data, type=schema_money.Lease)
            self._notebook.note_lease(lease, push.seq)
            if lease.state == "scheduled" and lease.access_given_at is None and not self.news.full():
                self.news.put_nowait(lease)
