"""What a scene is made of before load comes, and what is looked at after: accounts, orders, the audit."""

from exchange.language.instants import parse_instant
from exchange.language.units import Seconds
from gateway import answers, schema
from gateway.client.sync import SyncClient

MONEY = "1000000000"


def newcomer(operator: SyncClient, name: str, roles: tuple[schema.Role, ...], scopes: tuple[schema.Scope, ...]) -> str:
    """Open an account with money; a key of its."""
    operator.open_account(schema.AccountBody(account_id=name, roles=roles))
    operator.deposit(schema.MoneyBody(account_id=name, amount=MONEY))
    key = operator.create_key(schema.KeyBody(account_id=name, scopes=scopes)).key
    assert key is not None, "it is no signer's"
    return key


def now_s(client: SyncClient) -> Seconds:
    """The market's time."""
    return parse_instant(client.time().now)


def every_order(client: SyncClient, noun: str) -> list[schema.Ask | schema.Bid]:
    """All "asks" or all "bids" of the account, whatever has become of them."""
    found: list[schema.Ask | schema.Bid] = []
    cursor: str | None = None
    while True:
        page = schema.OrderPage(cursor=cursor, limit=500)
        stretch: answers.Asks | answers.Bids = client.asks(page) if noun == "asks" else client.bids(page)
        found.extend(stretch.items)
        cursor = stretch.cursor
        if cursor is None:
            return found
