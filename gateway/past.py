"""The market as it was after some command, in the words of the wire: what `leasebook replay` prints."""

from collections.abc import Iterator

from msgspec import Struct

from exchange.language.commands import OPEN
from exchange.language.instants import format_instant
from exchange.language.port import Reads
from gateway import answers, intake, schema, schema_money, wire, wire_public
from gateway.errors import Refusal

DEPTH = 10
_PAGE = 500


class Past(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The whole market; the orders and leases of one account, or one order, where that was asked for."""

    seq: int
    now: str
    digest: str
    state: str  # of the venue
    brakes: tuple[answers.Brake, ...]
    books: tuple[answers.Book, ...]  # of every tenor in which there is an order
    accounts: tuple[schema_money.Account, ...]
    bids: tuple[schema.Bid, ...] = ()
    asks: tuple[schema.Ask, ...] = ()
    leases: tuple[schema_money.Lease, ...] = ()


def past_market(reads: Reads, digest: str, account_id: str | None, order_id: str | None) -> Past:
    """The market that these reads are of. Refusal when it has no such account or order."""
    bids, asks, leases = _of_account(reads, account_id) if account_id else ((), (), ())
    if order_id:
        bids, asks, leases = _of_order(reads, order_id)
    brakes = [brake for brake in reads.brakes() if brake.state != OPEN]
    return Past(
        seq=reads.seq,
        now=format_instant(reads.now_s),
        digest=digest,
        state=next((brake.state for brake in brakes if brake.region is None and brake.chip is None), OPEN),
        brakes=tuple(answers.Brake(region=b.region, chip=b.chip, state=b.state, reason=b.reason) for b in brakes),
        books=tuple(_books(reads)),
        accounts=tuple(wire.account(view) for view in reads.accounts() if account_id in (None, view.account_id)),
        bids=bids,
        asks=asks,
        leases=leases,
    )


def _books(reads: Reads) -> Iterator[answers.Book]:
    catalog = reads.catalog()
    rates_milli = {chip.chip: chip.du_milli for chip in catalog.chips}
    for region, chip in reads.markets():
        for tenor_s in catalog.tenors_s:
            book = reads.book(region, chip, tenor_s, DEPTH)
            if book.asks or book.bids:
                yield wire_public.book(book, rates_milli[chip])


_Orders = tuple[tuple[schema.Bid, ...], tuple[schema.Ask, ...], tuple[schema_money.Lease, ...]]


def _of_account(reads: Reads, account_id: str) -> _Orders:
    if reads.account(account_id) is None:
        raise Refusal("unknown_account", "account", f"There was no account {account_id} at seq {reads.seq}.")
    return (
        tuple(map(wire.bid, reads.bids(account_id, None, None, _PAGE))),
        tuple(map(wire.ask, reads.asks(account_id, None, None, _PAGE))),
        tuple(map(wire.lease_in_brief, reads.leases(account_id, None, None, _PAGE))),
    )


def _of_order(reads: Reads, order_id: str) -> _Orders:
    kind = "ask" if order_id.startswith("ask-") else "bid"
    number = intake.order_number(order_id, kind)
    bid = reads.bid(number) if kind == "bid" else None
    ask = reads.ask(number) if kind == "ask" else None
    if bid is None and ask is None:
        raise Refusal("unknown_order", "order", f"There was no order {order_id} at seq {reads.seq}.")
    return ((wire.bid(bid),) if bid else ()), ((wire.ask(ask),) if ask else ()), ()
