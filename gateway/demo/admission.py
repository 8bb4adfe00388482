"""Accounts, keys and money for the cast: made once, found again on every later start.

Keys are kept in one file for its owner alone. Whoever is in the file with a key that the market knows is left as it is;
everybody else gets an account and a key, and the first money.
"""

from collections.abc import Sequence
from pathlib import Path

import msgspec

from gateway import schema
from gateway.client.errors import Refused
from gateway.client.rest import Client
from gateway.demo.cast import BuyerPart, Cast, Party
from gateway.private_file import write_private

KEYS_FILE = "demo-keys.json"


async def admit(url: str, operator_key: str, cast: Cast, data_dir: Path) -> dict[str, str]:
    """The keys of the whole cast by account, all of them good."""
    path = data_dir / KEYS_FILE
    keys = msgspec.json.decode(path.read_bytes(), type=dict[str, str]) if path.exists() else {}
    async with Client(url, operator_key) as operator:
        for party in (*cast.provider, *cast.buyer):
            if await _known(url, keys.get(party.account_id)):
                continue
            keys[party.account_id] = await enter(operator, party, cast.top_up)
            write_private(path, msgspec.json.format(msgspec.json.encode(keys), indent=2))
    return keys


async def top_up(client: Client, amount: str) -> None:
    """Money for an account of a sandbox, by its own hand."""
    await client.pay_in(schema.OwnDepositBody(amount=amount, reference="demo"))


async def _known(url: str, key: str | None) -> bool:
    if key is None:
        return False
    async with Client(url, key) as client:
        try:
            await client.account()
        except Refused as refusal:
            if refusal.problem.status == 401:
                return False
            raise
    return True


async def enter(operator: Client, party: Party, money: str) -> str:
    """A new account with money; its key."""
    buys = isinstance(party, BuyerPart)
    roles: Sequence[schema.Role] = ("buyer",) if buys else ("provider",)
    scopes: Sequence[schema.Scope] = ("read", "trade") if buys else ("read", "provide")
    await operator.open_account(
        schema.AccountBody(account_id=party.account_id, roles=tuple(roles), tags=party.tags, place=party.place)
    )
    made = await operator.create_key(schema.KeyBody(account_id=party.account_id, scopes=tuple(scopes)))
    await operator.deposit(schema.MoneyBody(account_id=party.account_id, amount=money, reference="demo"))
    assert made.key is not None, "it is a bearer's"
    return made.key
