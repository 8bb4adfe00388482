"""What operators' commands are told as in the audit log: who did what to what, why, and what that was before.

An act is made of the state as it stands before the command and of the command alone; it is told after the command has
been carried out, with a count of what it did. Reads only, but for the telling.
"""

from collections.abc import Callable
from typing import Any, Final

import msgspec
from msgspec import Struct

from exchange.core.curbs import market_name
from exchange.core.ledger.chart import AVAILABLE, purse
from exchange.core.state import State
from exchange.core.weighing import large
from exchange.language import commands as c
from exchange.language import commands_operator as o
from exchange.language import events
from exchange.language import events_operator as e
from exchange.language.events_operator import Change, Effects, OperatorActed, ProposalMade
from exchange.language.units import CHIP_HOUR_PLACES, SHARE_PLACES, BasisPoints, format_decimal, format_money


class Act(Struct, frozen=True, kw_only=True):
    """A command as the audit log tells it."""

    action: str
    operator_id: str
    subject: str
    account_id: str = ""
    reason: str = ""
    changes: tuple[Change, ...] = ()
    alone: bool = False
    proposal_id: int | None = None


def act_of(state: State, command: c.Command) -> Act:
    """What a command of an operator would be told as."""
    return ACTS[type(command)](state, command)


def tell(state: State, act: Act, superseded: list[int]) -> None:
    """An operator's command has been carried out, or waits: tell it, with what it did and what that closed."""
    number, proposed = act.proposal_id, False
    for event in state.events:
        if isinstance(event, ProposalMade):
            number, proposed = event.proposal_id, True
    state.emit(
        OperatorActed(
            operator_id=act.operator_id,
            action=act.action,
            subject=act.subject,
            account_id=act.account_id,
            reason=act.reason,
            changes=(*act.changes, *(Change(f"proposal-{each}", e.WAITING, e.SUPERSEDED) for each in superseded)),
            effects=_effects(state.events),
            alone=act.alone and not proposed,
            proposed=proposed,
            proposal_id=number,
        )
    )


def _effects(told: list[events.Event]) -> Effects:
    orders, leases, trades, transfers = dict[tuple[str, int], None](), dict[int, None](), 0, 0
    for event in told:
        match event:
            case events.BidChanged():
                orders["bid", event.bid_id] = None
            case events.AskChanged():
                orders["ask", event.ask_id] = None
            case events.LeaseChanged():
                leases[event.lease_id] = None
            case events.Traded():
                trades += 1
            case events.Transferred():
                transfers += 1
    return Effects(orders=len(orders), leases=len(leases), trades=trades, transfers=transfers)


# -- the commands, one by one -----------------------------------------------------------------------------------------


def _open_account(state: State, command: c.OpenAccount) -> Act:
    changes = (Change("roles", "", ", ".join(command.roles)), Change("owner_group", "", command.owner_group))
    name = command.account_id
    return Act(action=e.OPEN_ACCOUNT, operator_id=command.operator_id, subject=name, account_id=name, changes=changes)


def _register_key(state: State, command: c.RegisterKey) -> Act:
    return Act(
        action=e.REGISTER_KEY,
        operator_id=command.operator_id,
        subject=command.key_id,
        account_id=command.account_id,
        changes=(Change("scopes", "", ", ".join(command.scopes)),),
    )


def _revoke_key(state: State, command: c.RevokeKey) -> Act:
    key = state.keys.get(command.key_id)
    return Act(
        action=e.REVOKE_KEY,
        operator_id=command.operator_id,
        subject=command.key_id,
        account_id="" if key is None else key.account_id,
        reason=command.reason,
        changes=() if key is None else (Change("scopes", ", ".join(key.scopes), ""),),
    )


def _move_money(state: State, command: c.Deposit | c.Withdraw) -> Act:
    comes = isinstance(command, c.Deposit)
    before = state.ledger.balance(purse(command.account_id, AVAILABLE))
    after = before + command.amount_micros if comes else before - command.amount_micros
    return Act(
        action=e.DEPOSIT if comes else e.WITHDRAW,
        operator_id=command.operator_id,
        subject=command.account_id,
        account_id=command.account_id,
        reason=command.reference,
        changes=(Change("available", format_money(before), format_money(max(after, 0))),),
    )


def _define_programme(state: State, command: c.DefineProgramme) -> Act:
    known = state.programmes.get(command.programme)
    before = None if known is None else known.definition
    return Act(
        action=e.DEFINE_PROGRAMME,
        operator_id=command.operator_id,
        subject=command.programme,
        changes=_differences(before, command, ("operator_id", "idempotency_key", "programme")),
    )


def _pause_programme(state: State, command: o.PauseProgramme) -> Act:
    before = command.programme in state.curbs.paused
    return Act(
        action=e.PAUSE_PROGRAMME if command.paused else e.RESUME_PROGRAMME,
        operator_id=command.operator_id,
        subject=command.programme,
        reason=command.reason,
        changes=(Change("paused", _yes(before), _yes(command.paused)),),
    )


def _relate_groups(state: State, command: c.RelateGroups) -> Act:
    return Act(
        action=e.RELATE_GROUPS,
        operator_id=command.operator_id,
        subject=f"{command.group} and {command.other_group}",
        reason=command.reason,
        changes=(Change("related", _yes(not command.related), _yes(command.related)),),
    )


def _set_rules(state: State, command: c.SetRules) -> Act:
    return Act(
        action=e.SET_RULES,
        operator_id="",
        subject="rules",
        changes=_differences(state.catalog.rules, command.rules, ()),
    )


def _set_market_state(state: State, command: c.SetMarketState) -> Act:
    region, chip = command.region, command.chip
    before = state.brakes.get((region, chip), c.OPEN)
    return Act(
        action=e.SET_MARKET_STATE,
        operator_id=command.operator_id,
        subject="venue" if region is None and chip is None else market_name(region or "*", chip or "*"),
        reason=command.reason,
        changes=(Change("state", before, command.state),),
    )


def _set_band(state: State, command: o.SetBand) -> Act:
    name = market_name(command.region, command.chip)
    return Act(
        action=e.SET_BAND,
        operator_id=command.operator_id,
        subject=name,
        reason=command.reason,
        changes=(Change("band", _share(state.curbs.bands.get(name)), _share(command.band_bp)),),
    )


def _block(state: State, command: o.BlockAccount | o.UnblockAccount) -> Act:
    blocks = isinstance(command, o.BlockAccount)
    return Act(
        action=e.BLOCK_ACCOUNT if blocks else e.UNBLOCK_ACCOUNT,
        operator_id=command.operator_id,
        subject=command.account_id,
        account_id=command.account_id,
        reason=command.reason,
        changes=(Change("blocked", _yes(command.account_id in state.curbs.blocked), _yes(blocks)),),
    )


def _cancel_orders(state: State, command: o.CancelOrders) -> Act:
    which = market_name(command.region or "*", command.chip or "*")
    return Act(
        action=e.CANCEL_ORDERS,
        operator_id=command.operator_id,
        subject=command.account_id,
        account_id=command.account_id,
        reason=command.reason,
        changes=(Change("orders", f"open in {which}", events.CANCELED),),
    )


def _cancel_lease(state: State, command: c.CancelLease) -> Act:
    lease = state.leases.get(command.lease_id)
    return Act(
        action=e.CANCEL_LEASE,
        operator_id=command.operator_id,
        subject=f"lease-{command.lease_id}",
        account_id="" if lease is None else lease.buyer,
        reason=command.reason,
        changes=() if lease is None else (Change("state", lease.state, events.CANCELLED),),
    )


def _rule_contest(state: State, command: c.RuleContest) -> Act:
    lease = state.leases.get(command.lease_id)
    closed = None if lease is None else lease.contestable.get(command.index)
    pairs = (
        ("delivered", None if closed is None else closed.delivered_uch, command.delivered_uch),
        ("used", None if closed is None else closed.used_uch, command.used_uch),
    )
    return Act(
        action=e.RULE_CONTEST,
        operator_id=command.operator_id,
        subject=f"contest-{command.lease_id}-{command.index}",
        account_id="" if lease is None else lease.buyer,
        reason=command.reason,
        changes=tuple(Change(field, _hours(before), _hours(after)) for field, before, after in pairs),
    )


def _decide(state: State, command: o.ConfirmProposal | o.RejectProposal) -> Act:
    """What was proposed, and whose word it now has."""
    confirms, number = isinstance(command, o.ConfirmProposal), command.proposal_id
    found = [proposal.action for proposal in state.curbs.proposals if proposal.proposal_id == number]
    meant = act_of(state, found[0]) if found else None
    return Act(
        action=e.CONFIRM_PROPOSAL if confirms else e.REJECT_PROPOSAL,
        operator_id=command.operator_id,
        subject=f"proposal-{number}",
        account_id="" if meant is None else meant.account_id,
        reason=command.reason,
        changes=meant.changes if confirms and meant is not None else (),
        proposal_id=number,
    )


def _propose(state: State, command: c.Propose) -> Act:
    return msgspec.structs.replace(act_of(state, command.action), alone=large(state, command.action))


# Which commands are an operator's, and how each is told.
ACTS: Final[dict[type[c.Command], Callable[[State, Any], Act]]] = {
    c.OpenAccount: _open_account,
    c.RegisterKey: _register_key,
    c.RevokeKey: _revoke_key,
    c.Deposit: _move_money,
    c.Withdraw: _move_money,
    c.DefineProgramme: _define_programme,
    o.PauseProgramme: _pause_programme,
    c.RelateGroups: _relate_groups,
    c.SetRules: _set_rules,
    c.SetMarketState: _set_market_state,
    o.SetBand: _set_band,
    o.BlockAccount: _block,
    o.UnblockAccount: _block,
    o.CancelOrders: _cancel_orders,
    c.CancelLease: _cancel_lease,
    c.RuleContest: _rule_contest,
    o.ConfirmProposal: _decide,
    o.RejectProposal: _decide,
    c.Propose: _propose,
    c.ProposeBefore: _propose,
}


def _yes(so: bool) -> str:
    return "yes" if so else "no"


def _share(share_bp: BasisPoints | None) -> str:
    return "" if share_bp is None else format_decimal(share_bp, SHARE_PLACES)


def _hours(count_uch: int | None) -> str:
    return "" if count_uch is None else format_decimal(count_uch, CHIP_HOUR_PLACES)


def _differences(before: Struct | None, after: Struct, but: tuple[str, ...]) -> tuple[Change, ...]:
    """The fields in which two wordings differ, numbers and lists as they stand inside."""
    found = []
    for name in after.__struct_fields__:
        was, now = None if before is None else getattr(before, name), getattr(after, name)
        if name not in but and was != now and (was or now):
            found.append(Change(name, _plain(was), _plain(now)))
    return tuple(found)


def _plain(value: object) -> str:
    if value is None or value == ():
        return ""
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()
