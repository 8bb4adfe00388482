"""Whatever the client does with a secret, it does with a key that signs: both faces, and the stream."""

import asyncio

import pytest

from gateway import answers, schema
from gateway.client import wire
from gateway.client.errors import Refused
from gateway.client.rest import Client
from gateway.client.sync import SyncClient
from gateway.signing import Signer, new_pair
from tests.gateway.house import House


async def test_signed_requests_and_streams(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    now_ms = wire.now_ms
    monkeypatch.setattr(wire, "now_ms", lambda: now_ms() + 900)  # the server has just started
    await house.account("alice")
    pem, public_key = new_pair()
    async with Client(house.url, house.operator) as operator:
        enrolled = schema.KeyBody(account_id="alice", scopes=("read", "trade"), public_key=public_key)
        made = await operator.create_key(enrolled)
    assert made.key is None
    signer = Signer.from_pem(made.key_id, pem)
    async with Client(house.url, signer) as client:
        assert (await client.account()).account_id == "alice"
        assert (await client.bids(schema.OrderPage(state="resting", limit=5))).items == ()
        with pytest.raises(Refused, match="unknown_order"):
            await client.cancel_bid("bid-1")
        with pytest.raises(Refused, match="bad_decimal"):
            await client.pay_in(schema.OwnDepositBody(amount="0.0000001"))
        for _ in range(2):  # each handshake has a nonce of its own
            async with await client.stream() as stream:
                assert (await stream.request("bid.list", schema.OrderPage(), answers.Bids)).items == ()
        async with client.follow("account") as live:
            assert live.connected
    with SyncClient(house.url, signer) as waiting:
        assert (await asyncio.to_thread(waiting.account)).account_id == "alice"
    stranger = Signer.from_pem(made.key_id, new_pair()[0])
    async with Client(house.url, stranger) as client:
        with pytest.raises(Refused, match="bad_signature"):
            await client.account()
        with pytest.raises(Refused, match="bad_signature"):
            await client.stream()
