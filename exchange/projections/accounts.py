"""Accounts with their balances, their keys, and every transfer: by account, and by lease as its statement."""

from exchange.language.events import AccountOpened, KeyRegistered, KeyRevoked, Transferred
from exchange.language.units import Seconds
from exchange.language.views import AccountView, KeyView, TransferView


class Accounts:
    """Who there is, what each has, and how it came to have it."""

    def __init__(self) -> None:
        self.accounts: dict[str, AccountView] = {}
        self.keys_by_hash: dict[str, KeyView] = {}
        self.hashes: dict[str, str] = {}  # key id -> hash of its secret
        self.transfers_of: dict[str, list[TransferView]] = {}  # in order of transfer number
        self.statements: dict[int, list[TransferView]] = {}  # lease number -> its transfers

    def opened(self, event: AccountOpened) -> None:
        """An account has been opened."""
        self.accounts[event.account_id] = AccountView(
            account_id=event.account_id,
            roles=event.roles,
            owner_group=event.owner_group,
            tags=event.tags,
            place=event.place,
        )

    def key_registered(self, event: KeyRegistered) -> None:
        """A key speaks for an account."""
        self.hashes[event.key_id] = event.secret_hash
        self.keys_by_hash[event.secret_hash] = KeyView(
            key_id=event.key_id,
            account_id=event.account_id,
            scopes=event.scopes,
            expires_s=event.expires_s,
            addresses=event.addresses,
        )

    def key_revoked(self, event: KeyRevoked) -> None:
        """A key speaks for nobody any more."""
        secret_hash = self.hashes[event.key_id]
        self.keys_by_hash[secret_hash] = self.keys_by_hash[secret_hash].but(revoked=True)

    def transferred(self, event: Transferred, seq: int, now_s: Seconds) -> tuple[TransferView, list[str]]:
        """Money has moved; the transfer, and the accounts it concerns."""
        view = TransferView(seq=seq, at_s=now_s, transfer=event)
        concerned: list[str] = []
        for purse, change in ((event.debit, -event.amount_micros), (event.credit, event.amount_micros)):
            account_id, slash, kind = purse.partition("/")
            if not slash:
                continue  # external or fees
            field = f"{kind}_micros"
            account = self.accounts[account_id]
            self.accounts[account_id] = account.but(**{field: getattr(account, field) + change})
            if account_id not in concerned:
                concerned.append(account_id)
                self.transfers_of.setdefault(account_id, []).append(view)
        if event.lease_id is not None:
            self.statements.setdefault(event.lease_id, []).append(view)
        return view, concerned

    def keys_of(self, account_id: str) -> list[KeyView]:
        """An account's keys, in order of their making."""
        return [key for key in self.keys_by_hash.values() if key.account_id == account_id]
