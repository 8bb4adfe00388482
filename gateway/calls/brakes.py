"""The operators' brakes: market states, blocks, bands, pauses, leases and contests; each can be tried before.

What is large goes to the market as a proposal, and the market says whether it must wait for a second operator.
"""

from typing import Any

from msgspec import Struct

from exchange.language.commands import CancelLease, Command, Large, Propose, RevokeKey, SetMarketState
from exchange.language.commands_operator import (
    BlockAccount,
    CancelOrders,
    PauseProgramme,
    SetBand,
    UnblockAccount,
)
from exchange.language.events_operator import (
    BLOCK_ACCOUNT,
    CANCEL_ORDERS,
    PAUSE_PROGRAMME,
    RESUME_PROGRAMME,
    REVOKE_KEY,
    UNBLOCK_ACCOUNT,
)
from exchange.language.hits import Hits
from exchange.language.instants import format_instant
from exchange.language.rejects import Reject
from exchange.language.units import Seconds
from exchange.language.views import LeaseView
from gateway import answers_brakes as answers
from gateway import intake, intake_money, schema_money, wire, wire_money, wire_operator
from gateway import requests_operator as requests
from gateway.calls.leases import lease_then
from gateway.calls.markets import known_rate
from gateway.desk import Call
from gateway.errors import Refusal
from gateway.requests import HaltBody
from gateway.schema import NoParams


class Pull(Struct, frozen=True):
    """What became of a brake, as the market said it."""

    seq: int
    proposal: int | None = None
    expires_s: Seconds | None = None
    hits: Hits | None = None

    @property
    def previewed(self) -> bool:
        """Whether nothing has happened."""
        return self.hits is not None and self.proposal is None

    def told(self) -> dict[str, Any]:
        """The fields that every brake's answer has."""
        done = "done" if self.hits is None else "proposed" if self.proposal else "preview"
        return {
            "seq": self.seq,
            "outcome": done,
            "proposal_id": None if self.proposal is None else wire_operator.proposal_id(self.proposal),
            "expires_at": None if self.expires_s is None else format_instant(self.expires_s),
            "hits": None if self.hits is None else wire_operator.hits(self.hits),
        }


async def set_market_state(call: Call[requests.MarketBrake]) -> answers.MarketStateSet:
    known_rate(call.desk, call.params.region, call.params.chip)
    return await _set_state(call)


async def halt(call: Call[HaltBody]) -> answers.MarketStateSet:
    """A wide brake; with another state than "halted" the way back, too."""
    return await _set_state(call)


async def set_band(call: Call[requests.BandBrake]) -> answers.BandSet:
    """How far from the reference price an order may be in one market."""
    said = call.params
    known_rate(call.desk, said.region, said.chip)
    pulled = await _pull(
        call,
        SetBand(
            operator_id=call.caller.account_id,
            region=said.region,
            chip=said.chip,
            band_bp=None if said.band is None else intake.share(said.band, "band"),
            reason=said.reason,
            idempotency_key=call.idempotency_key,
        ),
    )
    return answers.BandSet(region=said.region, chip=said.chip, band=said.band, reason=said.reason, **pulled.told())


async def block(call: Call[requests.AccountBrake]) -> answers.Braked:
    """The block answers; the cancels of what the account has open follow by themselves."""
    said = call.params
    command = BlockAccount(
        operator_id=call.caller.account_id,
        account_id=said.account_id,
        reason=said.reason,
        idempotency_key=call.idempotency_key,
    )
    return await _braked(call, command, BLOCK_ACCOUNT, said.account_id)


async def unblock(call: Call[requests.AccountBrake]) -> answers.Braked:
    """The account may begin new business again; its orders that were canceled stay canceled."""
    said = call.params
    command = UnblockAccount(
        operator_id=call.caller.account_id,
        account_id=said.account_id,
        reason=said.reason,
        idempotency_key=call.idempotency_key,
    )
    return await _braked(call, command, UNBLOCK_ACCOUNT, said.account_id)


async def cancel_orders(call: Call[requests.OrdersBrake]) -> answers.Braked:
    """Those that are open now; the account may place others."""
    said = call.params
    command = CancelOrders(
        operator_id=call.caller.account_id,
        account_id=said.account_id,
        reason=said.reason,
        region=said.region,
        chip=said.chip,
        idempotency_key=call.idempotency_key,
    )
    return await _braked(call, command, CANCEL_ORDERS, said.account_id)


async def revoke_key(call: Call[requests.KeyBrake]) -> answers.Braked:
    said = call.params
    command = RevokeKey(
        key_id=said.key_id,
        operator_id=call.caller.account_id,
        reason=said.reason,
        idempotency_key=call.idempotency_key,
    )
    return await _braked(call, command, REVOKE_KEY, said.key_id)


async def pause(call: Call[requests.ProgrammeBrake]) -> answers.Braked:
    """No more of the programme is committed; what is stays."""
    return await _braked(call, _pausing(call, paused=True), PAUSE_PROGRAMME, call.params.programme)


async def resume(call: Call[requests.ProgrammeBrake]) -> answers.Braked:
    return await _braked(call, _pausing(call, paused=False), RESUME_PROGRAMME, call.params.programme)


async def cancel_lease(call: Call[requests.LeaseBrake]) -> answers.LeaseCancelled:
    """An operator ends a lease; the lease as it stood then."""
    lease_id = intake.lease_number(call.params.lease_id)
    command = CancelLease(
        operator_id=call.caller.account_id,
        lease_id=lease_id,
        reason=call.params.reason,
        idempotency_key=call.idempotency_key,
    )
    pulled = await _pull(call, command)
    return answers.LeaseCancelled(lease=_lease(call, lease_id, pulled), **pulled.told())


async def rule(call: Call[requests.RulingBrake]) -> answers.ContestRuled:
    """The period's money is where the ruling says when the answer comes."""
    command = intake_money.ruling_command(call.caller.account_id, call.params, call.idempotency_key)
    pulled = await _pull(call, command)
    return answers.ContestRuled(
        contest_id=wire_money.contest_id(command.lease_id, command.index),
        lease=_lease(call, command.lease_id, pulled),
        **pulled.told(),
    )


async def listing(call: Call[NoParams]) -> answers.Braking:
    """All that operators hold back now."""
    reads = call.desk.market.reads
    return wire_operator.braking(reads.seq, reads.curbs())


async def _braked(call: Call[Any], command: Command, action: str, subject: str) -> answers.Braked:
    pulled = await _pull(call, command)
    return answers.Braked(action=action, subject=subject, reason=call.params.reason, **pulled.told())


async def _pull(call: Call[Any], command: Command) -> Pull:
    """Carry a brake out, or only look whom it would hit."""
    market = call.desk.market
    if not call.params.preview:
        return await carry_out(call, command)
    found = market.preview(command)
    if isinstance(found, Reject):
        raise Refusal.by_market(found)
    return Pull(market.reads.seq, hits=found)


async def carry_out(call: Call[Any], command: Command) -> Pull:
    """Carry out what an operator wants, or have it proposed if it is large."""
    if isinstance(command, Large):
        command = Propose(action=command)
    outcome = await call.carry_out(command)
    proposed = call.desk.market.reads.proposal_of(outcome.seq)
    if proposed is None:
        return Pull(outcome.seq)
    return Pull(outcome.seq, proposed.made.proposal_id, proposed.made.expires_s, proposed.made.hits)


async def _set_state(call: Call[requests.MarketBrake] | Call[HaltBody]) -> answers.MarketStateSet:
    wanted, reads = call.params, call.desk.market.reads
    pulled = await _pull(
        call,
        SetMarketState(
            operator_id=call.caller.account_id,
            state=wanted.state,
            reason=wanted.reason,
            region=wanted.region,
            chip=wanted.chip,
            idempotency_key=call.idempotency_key,
        ),
    )
    effective: str | None = None
    if wanted.region is not None and wanted.chip is not None:
        place = wanted.region, wanted.chip
        keyed = call.idempotency_key and not pulled.previewed
        effective = reads.market_state_at(*place, pulled.seq) if keyed else reads.market_state(*place)
    return answers.MarketStateSet(
        region=wanted.region,
        chip=wanted.chip,
        state=wanted.state,
        reason=wanted.reason,
        effective=effective,
        **pulled.told(),
    )


def _pausing(call: Call[requests.ProgrammeBrake], *, paused: bool) -> PauseProgramme:
    return PauseProgramme(
        operator_id=call.caller.account_id,
        programme=call.params.programme,
        reason=call.params.reason,
        paused=paused,
        idempotency_key=call.idempotency_key,
    )


def _lease(call: Call[Any], lease_id: int, pulled: Pull) -> schema_money.Lease:
    """The lease as the command left it; as it is, where nothing was done to it."""
    if pulled.hits is None or (call.idempotency_key and not pulled.previewed):
        return lease_then(call.desk, lease_id, pulled.seq)
    found: LeaseView | None = call.desk.market.reads.lease(lease_id)
    assert found is not None, "the market knows it"
    return wire.lease_in_brief(found)
