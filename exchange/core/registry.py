"""Who and what the market knows: the catalogue, accounts, keys, and money coming in and going out."""

from exchange.core import risk
from exchange.core.catalog import rules_fault
from exchange.core.ledger.chart import AVAILABLE, EXTERNAL, purse
from exchange.core.state import Participant, State
from exchange.language import events, limits
from exchange.language.commands import (
    ROLES,
    SCOPES,
    DefineChip,
    DefineRegion,
    Deposit,
    OpenAccount,
    RegisterKey,
    RevokeKey,
    SetRules,
    SetTenors,
    Withdraw,
)
from exchange.language.events_money import MoneyMoved
from exchange.language.port import Outcome
from exchange.language.rejects import Code, Reject
from exchange.language.units import Micros, format_money

PUBLIC_KEY_BYTES = 32  # of Ed25519


def set_rules(state: State, command: SetRules) -> Outcome | Reject:
    """Set the market rules, while no order or lease has been made under others."""
    if state.bids or state.asks or state.leases:
        return Reject(Code.NOT_SUPPORTED, "rules", "rules change only while no order is open and no lease is running")
    if (fault := rules_fault(command.rules)) is not None:
        return Reject(Code.BAD_VALUE, f"rules.{fault}", "out of range, or periods are no multiple of the step")
    state.catalog.rules = command.rules
    state.emit(events.RulesSet(rules=command.rules))
    return Outcome(state.seq)


def set_tenors(state: State, command: SetTenors) -> Outcome | Reject:
    """Set the tenors, while no order rests in the book of another."""
    if state.bids or state.asks:
        return Reject(Code.NOT_SUPPORTED, "tenors", "tenors change only while no order is open")
    ascending = all(a < b for a, b in zip((0, *command.tenors_s), command.tenors_s, strict=False))
    if not command.tenors_s or not ascending or command.tenors_s[-1] > limits.LEASE_MAX_S:
        return Reject(Code.BAD_VALUE, "tenors", "at least one, ascending, none above the longest lease")
    state.catalog.tenors_s = command.tenors_s
    state.emit(events.TenorsSet(tenors_s=command.tenors_s))
    return Outcome(state.seq)


def define_region(state: State, command: DefineRegion) -> Outcome | Reject:
    """Add a region to the catalogue, or correct what is said about it."""
    state.catalog.regions[command.region] = command
    state.emit(
        events.RegionDefined(
            region=command.region,
            name_en=command.name_en,
            name_zh=command.name_zh,
            kind=command.kind,
            hub=command.hub,
        )
    )
    return Outcome(state.seq)


def define_chip(state: State, command: DefineChip) -> Outcome | Reject:
    """Add a chip type to the catalogue, or correct what is said about it."""
    if command.du_milli is not None and command.du_milli <= 0:
        return Reject(Code.BAD_VALUE, "du_rate", "more than 0, or left out when nobody has published a peak")
    state.catalog.chips[command.chip] = command
    state.emit(
        events.ChipDefined(
            chip=command.chip,
            vendor=command.vendor,
            model=command.model,
            du_milli=command.du_milli,
            memory_gb=command.memory_gb,
            per_node=command.per_node,
            domestic=command.domestic,
        )
    )
    return Outcome(state.seq)


def open_account(state: State, command: OpenAccount) -> Outcome | Reject:
    """Open an account. The same account again is answered as if it were the first time."""
    if not command.roles or any(role not in ROLES for role in command.roles):
        return Reject(Code.BAD_VALUE, "roles", f"one or more of {', '.join(ROLES)}")
    opened = Participant(command.account_id, command.roles, command.owner_group, command.tags, command.place)
    known = state.participants.get(command.account_id)
    if known is not None:
        if known == opened:
            return Outcome(state.seq, repeated=True)
        return Reject(Code.ACCOUNT_EXISTS, "account_id", f"{command.account_id} exists with other particulars")
    # ---- no return ----
    state.participants[command.account_id] = opened
    state.emit(
        events.AccountOpened(
            account_id=command.account_id,
            roles=command.roles,
            owner_group=command.owner_group,
            tags=command.tags,
            place=command.place,
        )
    )
    return Outcome(state.seq)


def check_key(state: State, command: RegisterKey) -> Reject | None:
    """Why a key cannot speak for an account."""
    if command.account_id not in state.participants:
        return Reject(Code.UNKNOWN_ACCOUNT, "account_id", f"no account is called {command.account_id}")
    public_key = command.public_key
    if command.key_id in state.keys:
        return Reject(Code.KEY_EXISTS, "key_id", "make another key")
    if public_key and any(key.public_key == public_key for key in state.keys.values()):
        return Reject(Code.KEY_EXISTS, "public_key", "it is another key's; make another pair")
    if bool(command.secret_hash) == bool(public_key) or len(public_key) not in (0, PUBLIC_KEY_BYTES):
        return Reject(Code.BAD_VALUE, "public_key", f"{PUBLIC_KEY_BYTES} bytes of a signed key, none of a bearer's")
    if not command.scopes or any(scope not in SCOPES for scope in command.scopes):
        return Reject(Code.BAD_VALUE, "scopes", f"one or more of {', '.join(SCOPES)}")
    if command.expires_s is not None and command.expires_s <= state.now_s:
        return Reject(Code.WINDOW_PAST, "expires_at", "a key must expire later than now")
    return None


def register_key(state: State, command: RegisterKey) -> Outcome | Reject:
    """Let a key speak for an account."""
    if (reject := check_key(state, command)) is not None:
        return reject
    # ---- no return ----
    state.keys[command.key_id] = command
    state.emit(
        events.KeyRegistered(
            key_id=command.key_id,
            secret_hash=command.secret_hash,
            account_id=command.account_id,
            scopes=command.scopes,
            expires_s=command.expires_s,
            addresses=command.addresses,
            public_key=command.public_key,
        )
    )
    return Outcome(state.seq)


def check_revoke(state: State, command: RevokeKey) -> Reject | None:
    """Why a key cannot be revoked."""
    if command.key_id not in state.keys:
        return Reject(Code.UNKNOWN_KEY, "key_id", f"no key is called {command.key_id}")
    if len(command.reason) > limits.TEXT_MAX_CHARS:
        return Reject(Code.BAD_VALUE, "reason", f"at most {limits.TEXT_MAX_CHARS} characters")
    return None


def revoke_key(state: State, command: RevokeKey) -> Outcome | Reject:
    """Take a key's voice away, for good."""
    if (reject := check_revoke(state, command)) is not None:
        return reject
    # ---- no return ----
    key = state.keys.pop(command.key_id)
    state.emit(events.KeyRevoked(key_id=command.key_id, account_id=key.account_id))
    return Outcome(state.seq)


def deposit(state: State, command: Deposit) -> Outcome | Reject:
    """Money comes in from outside."""
    if command.account_id not in state.participants:
        return Reject(Code.UNKNOWN_ACCOUNT, "account_id", f"no account is called {command.account_id}")
    room = limits.MONEY_MAX_MICROS + state.ledger.balance(EXTERNAL)
    most = min(limits.AMOUNT_MAX_MICROS, room)
    if not 0 < command.amount_micros <= most:
        return Reject(Code.AMOUNT_OUT_OF_RANGE, "amount", f"more than 0, at most {format_money(most)} CNY")
    # ---- no return ----
    available = purse(command.account_id, AVAILABLE)
    state.emit(
        state.ledger.post(EXTERNAL, available, command.amount_micros, events.DEPOSITED, reference=command.reference)
    )
    state.emit(_moved(command, command.amount_micros))
    return Outcome(state.seq)


def withdraw(state: State, command: Withdraw) -> Outcome | Reject:
    """Money goes out; only what is available can."""
    if command.account_id not in state.participants:
        return Reject(Code.UNKNOWN_ACCOUNT, "account_id", f"no account is called {command.account_id}")
    if not 0 < command.amount_micros <= limits.AMOUNT_MAX_MICROS:
        most = format_money(limits.AMOUNT_MAX_MICROS)
        return Reject(Code.AMOUNT_OUT_OF_RANGE, "amount", f"more than 0, at most {most} CNY")
    poor = risk.check_funds(state, command.account_id, command.amount_micros, "amount", "the withdrawal")
    if poor is not None:
        return poor
    # ---- no return ----
    available = purse(command.account_id, AVAILABLE)
    state.emit(
        state.ledger.post(available, EXTERNAL, command.amount_micros, events.WITHDRAWN, reference=command.reference)
    )
    state.emit(_moved(command, -command.amount_micros))
    return Outcome(state.seq)


def _moved(command: Deposit | Withdraw, amount_micros: Micros) -> MoneyMoved:
    return MoneyMoved(account_id=command.account_id, amount_micros=amount_micros, reference=command.reference)
