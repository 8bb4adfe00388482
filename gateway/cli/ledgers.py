"""Statements as a treasurer reads them: what was there, every movement with its reason, what is there now.

Pure drawing. Movements are in order of time; of an account each purse has a column, which adds up from the opening
balance to the closing one.
"""

from collections.abc import Iterable, Sequence

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from exchange.language.units import MONEY_PLACES, Micros, format_money, parse_decimal
from gateway import answers_money, schema_money
from gateway.cli.tables import facts, frozen_lines, state, subsidy_lines, table
from gateway.cli.values import grouped, short_time

PURSES = ("available", "held", "escrow", "bond")


def words(reason: str) -> str:
    """A reason of the closed list, as it is read."""
    return reason.replace("_", " ")


def totals_of(transfers: Iterable[schema_money.Transfer]) -> tuple[schema_money.Total, ...]:
    """What transfers come to by reason, in order of first appearance."""
    sums: dict[str, Micros] = {}
    for transfer in transfers:
        sums[transfer.reason] = sums.get(transfer.reason, 0) + parse_decimal(transfer.amount, MONEY_PLACES)
    return tuple(schema_money.Total(reason=reason, amount=format_money(amount)) for reason, amount in sums.items())


def account_ledger(
    account_id: str,
    opening: schema_money.Balances,
    transfers: Sequence[schema_money.Transfer],
    closing: schema_money.Balances,
) -> Table:
    """An account's movements, oldest first, purse by purse, between its balances before and after."""
    drawn = table("at UTC", "reason", "about", *PURSES, right=PURSES, names=("about",), less=("about", "bond"))
    drawn.add_row("", Text("opening", style="bold"), "", *(grouped(getattr(opening, purse)) for purse in PURSES))
    for transfer in transfers:
        changes = _changes(account_id, transfer)
        cells = (_signed(changes[purse]) if purse in changes else "" for purse in PURSES)
        drawn.add_row(short_time(transfer.at), words(transfer.reason), about(transfer), *cells)
    drawn.add_section()
    drawn.add_row("", Text("closing", style="bold"), "", *(grouped(getattr(closing, purse)) for purse in PURSES))
    return drawn


def about(transfer: schema_money.Transfer) -> Text:
    """What a transfer was for: a lease, and of whose part of it; an order; or the reference that came with it."""
    if transfer.lease_id is not None and transfer.part_id not in (None, transfer.lease_id):
        return Text(f"{transfer.lease_id}, {transfer.part_id}")
    return Text(transfer.lease_id or transfer.order_id or transfer.reference or transfer.programme or "")


def totals_table(totals: Sequence[schema_money.Total]) -> Table:
    """What was moved, by reason."""
    drawn = table("reason", "CNY", right=("CNY",))
    for total in totals:
        drawn.add_row(words(total.reason), grouped(total.amount))
    return drawn


def transfer_table(transfers: Sequence[schema_money.Transfer]) -> Table:
    """Transfers between any purses, one a line."""
    drawn = table("at UTC", "reason", "from", "to", "about", "CNY", right=("CNY",), names=("from", "to", "about"))
    for transfer in transfers:
        drawn.add_row(
            short_time(transfer.at), words(transfer.reason), transfer.debit, transfer.credit, about(transfer),
            grouped(transfer.amount),
        )  # fmt: skip
    return drawn


def lease_statement(found: answers_money.Statement) -> RenderableType:
    """Every transfer of a lease, what they come to by reason, and how its cost adds up."""
    lease = found.lease
    head = Text.assemble((lease.lease_id, "bold"), "  ") + state(lease.state, lease.reason)
    sums = facts(
        (
            ("cost", f"{grouped(lease.cost)} CNY: {grouped(lease.earned)} earned, {grouped(lease.refunded)} refunded"),
            *subsidy_lines(lease),
            ("fees", f"{grouped(lease.buyer_fee_taken)} by the buyer, {grouped(lease.provider_fee)} by the provider"),
            ("penalties", f"{grouped(lease.penalties)} CNY from the bond to the user"),
            *frozen_lines(lease),
            ("escrow", f"{grouped(found.opening)} CNY at first, {grouped(found.closing)} now"),
        )
    )
    return Group(head, Text(), transfer_table(found.items), Text(), totals_table(found.totals), Text(), sums)


def _changes(account_id: str, transfer: schema_money.Transfer) -> dict[str, Micros]:
    """What a transfer did to each purse of an account that it touched."""
    amount_micros = parse_decimal(transfer.amount, MONEY_PLACES)
    moved = ((transfer.debit, -amount_micros), (transfer.credit, amount_micros))
    purses = ((purse.partition("/"), change) for purse, change in moved)
    return {kind: change for (owner, _, kind), change in purses if owner == account_id}


def _signed(amount_micros: Micros) -> str:
    return f"{'+' if amount_micros > 0 else ''}{grouped(format_money(amount_micros))}"
