"""What all users were told, and whether the server holds to it once they have gone."""

from collections import Counter
from collections.abc import Iterator
from decimal import Decimal

from msgspec import Struct, field

from gateway import schema, schema_money
from gateway.client.sync import SyncClient

_STRETCH = schema.Page(limit=500).limit
DONE = ("filled", "canceled", "expired")
Order = schema.Ask | schema.Bid


class Member(Struct):
    """One account: its way in, and what it was told. `doubtful` orders were sent and never answered."""

    name: str
    client: SyncClient
    noun: str  # of what it places: "bids" or "asks"
    orders: dict[str, Order] = field(default_factory=dict)  # by client_order_id, as last told
    doubtful: set[str] = field(default_factory=set)
    leases: dict[str, schema_money.Lease] = field(default_factory=dict)

    def told(self, order: Order, leases: tuple[schema_money.Lease, ...] = ()) -> None:
        """An answer about an order, with the leases that it made."""
        self.orders[order.client_order_id] = order
        self.leases.update((lease.lease_id, lease) for lease in leases)

    def resting(self) -> list[Order]:
        """Orders that rested when they were last heard of."""
        return [order for order in self.orders.values() if order.state == "resting"]


def public_id(order: Order) -> str:
    return order.ask_id if isinstance(order, schema.Ask) else order.bid_id


def faults(members: list[Member], operator: SyncClient) -> Iterator[str]:
    """What is not at the server as it was told, in words; nothing when all is well."""
    for member in members:
        held = {order.client_order_id: order for order in _every(member)}
        yield from _order_faults(member, held)
        leases = {lease.lease_id for lease in _every_lease(member)}
        for lease_id in member.leases.keys() - leases:
            yield f"{member.name} was told of {lease_id}, which is not there"
    yield from operator.audit().violations


def _order_faults(member: Member, held: dict[str, Order]) -> Iterator[str]:
    for name, told in member.orders.items():
        found = held.get(name)
        if found is None or public_id(found) != public_id(told):
            yield f"{member.name} was told of {public_id(told)} for {name}, and there is {found}"
        elif told.state in DONE and (told.state, told.filled) != (found.state, found.filled):
            yield f"{member.name} was told that {name} is {told.state}, {told.filled} filled, and it is {found}"
        elif Decimal(found.quantity) != sum(map(Decimal, (found.leaves, found.filled, found.canceled))):
            yield f"the parts of {name} of {member.name} are not the whole: {found}"
    for name in held.keys() - member.orders.keys() - member.doubtful:
        yield f"{member.name} has {name}, of which it was never told"


def _every(member: Member) -> Iterator[Order]:
    cursor: str | None = None
    while True:
        page = schema.OrderPage(cursor=cursor, limit=_STRETCH)
        found = member.client.bids(page) if member.noun == "bids" else member.client.asks(page)
        yield from found.items
        cursor = found.cursor
        if cursor is None:
            return


def _every_lease(member: Member) -> Iterator[schema_money.Lease]:
    cursor: str | None = None
    while True:
        found = member.client.leases(schema.LeasePage(cursor=cursor, limit=_STRETCH))
        yield from found.items
        cursor = found.cursor
        if cursor is None:
            return


def counts(members: list[Member]) -> Counter[str]:
    """How much was checked."""
    found: Counter[str] = Counter()
    for member in members:
        found[member.noun] += len(member.orders)
        found["leases"] += len(member.leases)
    return found
