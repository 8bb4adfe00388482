"""Accounts with their balances and keys, and statements of them and of leases.

A purse is "acme-ai/held"; what belongs to no account (external, fees, the purses of programmes) is kept by transfers
alone.
"""

from bisect import bisect_left
from collections.abc import Iterator
from itertools import islice
from typing import Final

from exchange.language.events import TRANSFER_REASONS, AccountOpened, KeyRegistered, KeyRevoked, Transferred
from exchange.language.events_money import ContestableChanged
from exchange.language.units import Micros, Seconds
from exchange.language.views import AccountView, Balances, KeyView, LeaseView, TransferView
from exchange.language.views_money import AccountStatement, LeaseStatement
from exchange.projections.transfers import Transfers

NOTHING = Balances()
PLACES: Final = {"available": 0, "held": 1, "escrow": 2, "bond": 3}  # of an account's purses


class Accounts:
    """Who there is, what each has, and how it came to have it."""

    def __init__(self) -> None:
        self.as_opened: dict[str, AccountView] = {}
        self._purses: dict[str, list[Micros]] = {}  # account -> what is in each purse, by place
        self.contestable: dict[str, Micros] = {}
        self.keys: dict[str, KeyView] = {}  # by id
        self.key_ids: dict[str, str] = {}  # hash of a bearer key's secret -> its id
        self.transfers = Transfers()
        self._owners: dict[str, tuple[str | None, int]] = {}  # purse -> account, place; as they have come up
        self.moved_at: dict[tuple[str, int], AccountView] = {}  # account, seq of a request about it

    # -- writing ----------------------------------------------------------------------------------------------------

    def opened(self, event: AccountOpened) -> None:
        """An account has been opened."""
        self.as_opened[event.account_id] = AccountView(
            account_id=event.account_id,
            roles=event.roles,
            owner_group=event.owner_group,
            tags=event.tags,
            place=event.place,
        )
        self.set_balances(event.account_id, NOTHING)

    def account_blocked(self, account_id: str, blocked: bool) -> AccountView:
        """An account is blocked, or no longer; the account as it is then."""
        self.as_opened[account_id] = self.as_opened[account_id].but(blocked=blocked)
        account = self.account(account_id)
        assert account is not None
        return account

    def key_registered(self, event: KeyRegistered) -> None:
        """A key speaks for an account."""
        if event.secret_hash:
            self.key_ids[event.secret_hash] = event.key_id
        self.keys[event.key_id] = KeyView(
            key_id=event.key_id,
            account_id=event.account_id,
            scopes=event.scopes,
            expires_s=event.expires_s,
            addresses=event.addresses,
            public_key=event.public_key,
        )

    def key_revoked(self, event: KeyRevoked) -> None:
        """A key speaks for nobody any more."""
        self.keys[event.key_id] = self.keys[event.key_id].but(revoked=True)

    def transferred(self, event: Transferred, seq: int, now_s: Seconds) -> list[tuple[str, TransferView]]:
        """Money has moved; the transfer as each account sees it that it concerns."""
        owners, purses, amount = self._owners, self._purses, event.amount_micros
        payer, debit = owners.get(event.debit) or self._of(event.debit)
        payee, credit = owners.get(event.credit) or self._of(event.credit)
        if payer is not None:
            purses[payer][debit] -= amount
        if payee is not None:
            purses[payee][credit] += amount
        # Mostly it goes from one purse of an account to another.
        first = payee if payer is None else payer
        if first is None:
            self.transfers.add(event, seq, now_s)
            return []
        view = TransferView(seq=seq, at_s=now_s, transfer=event, after=self.balances(first))
        if payee is None or payee == first:
            self.transfers.add(event, seq, now_s, (first,), view.after)
            return [(first, view)]
        its = TransferView(seq=seq, at_s=now_s, transfer=event, after=self.balances(payee))
        self.transfers.add(event, seq, now_s, (first, payee), view.after, its.after)
        return [(first, view), (payee, its)]

    def contestable_changed(self, event: ContestableChanged) -> None:
        """Another part of what an account has available can be contested."""
        self.contestable[event.account_id] = event.contestable_micros

    def keep_moved(self, account_id: str, seq: int) -> None:
        """A request about an account is over: this is what its caller is told, now and on a repeat."""
        account = self.account(account_id)
        assert account is not None
        self.moved_at[account_id, seq] = account

    def set_balances(self, account_id: str, held: Balances) -> None:
        """An account holds this, whatever came before."""
        self._purses[account_id] = [held.available_micros, held.held_micros, held.escrow_micros, held.bond_micros]

    def _of(self, purse: str) -> tuple[str | None, int]:
        """Whose purse this is, None for nobody's, and which."""
        found = self._owners.get(purse)
        if found is None:
            account_id, slash, kind = purse.partition("/")
            owned = slash and account_id in self._purses
            found = self._owners[purse] = (account_id, PLACES[kind]) if owned else (None, 0)
        return found

    # -- reading ----------------------------------------------------------------------------------------------------

    def balances(self, account_id: str) -> Balances:
        """What an account holds."""
        available, held, escrow, bond = self._purses[account_id]
        return Balances(available_micros=available, held_micros=held, escrow_micros=escrow, bond_micros=bond)

    def account(self, account_id: str) -> AccountView | None:
        """An account with its balances."""
        opened = self.as_opened.get(account_id)
        if opened is None:
            return None
        held = self.balances(account_id)
        return opened.but(
            available_micros=held.available_micros,
            held_micros=held.held_micros,
            escrow_micros=held.escrow_micros,
            bond_micros=held.bond_micros,
            contestable_micros=self.contestable.get(account_id, 0),
        )

    def all(self) -> Iterator[AccountView]:
        """Every account, in the order of their opening."""
        for account_id in self.as_opened:
            account = self.account(account_id)
            assert account is not None
            yield account

    def latest(self, before: int | None, limit: int) -> list[tuple[int, AccountView]]:
        """Up to `limit` accounts with their numbers, counted from 1 as they were opened, newest first."""
        end = len(self.as_opened) if before is None else before - 1
        numbered = zip(range(len(self.as_opened), 0, -1), reversed(self.as_opened), strict=True)
        found: list[tuple[int, AccountView]] = []
        for number, account_id in islice(numbered, max(0, len(self.as_opened) - end), None):
            if len(found) == limit:
                break
            account = self.account(account_id)
            assert account is not None
            found.append((number, account))
        return found

    def keys_of(self, account_id: str) -> list[KeyView]:
        """An account's keys, in order of their making."""
        return [key for key in self.keys.values() if key.account_id == account_id]

    def key_of_hash(self, secret_hash: str) -> KeyView | None:
        """The bearer key whose secret has this hash."""
        key_id = self.key_ids.get(secret_hash)
        return None if key_id is None else self.keys[key_id]

    def statement(
        self, account_id: str, before: int | None, limit: int, from_s: Seconds | None, until_s: Seconds | None
    ) -> AccountStatement:
        """Up to `limit` transfers of an account in `[from, until)`, newest first, with the balances at both ends."""
        transfers = self.transfers
        numbers = transfers.of_account(account_id)
        first = 0 if from_s is None else bisect_left(numbers, from_s, key=transfers.at_s)
        after = len(numbers) if until_s is None else bisect_left(numbers, until_s, key=transfers.at_s)
        if before is not None:
            after = min(after, bisect_left(numbers, before))
        first = min(after, max(first, after - limit))
        items = [transfers.view(number, account_id) for number in reversed(numbers[first:after])]
        opening = transfers.view(numbers[first - 1], account_id).after if first else None
        closing = items[0].after if items else opening
        return AccountStatement(items=tuple(items), opening=opening or NOTHING, closing=closing or NOTHING)

    def lease_statement(self, lease: LeaseView) -> LeaseStatement:
        """Every transfer of a lease, with their sums by reason and what they leave in its buyer's escrow."""
        items = [self.transfers.view(number) for number in self.transfers.of_lease(lease.lease_id)]
        escrow, closing = f"{lease.buyer}/escrow", 0
        totals: dict[str, Micros] = {}
        for view in items:
            moved = view.transfer
            closing += moved.amount_micros * ((moved.credit == escrow) - (moved.debit == escrow))
            totals[moved.reason] = totals.get(moved.reason, 0) + moved.amount_micros
        return LeaseStatement(
            lease=lease,
            items=tuple(items),
            totals=tuple((reason, totals[reason]) for reason in TRANSFER_REASONS if reason in totals),
            opening_micros=0,
            closing_micros=closing,
        )
