"""The brakes at the terminal: market states, bands, blocks, keys, programmes, leases, rulings."""

from typing import get_args

import click
from rich.console import RenderableType
from rich.text import Text

from gateway import answers_brakes, requests, requests_money, requests_operator, schema
from gateway.cli.names import CHIP, REGION
from gateway.cli.operator_asking import How, brakes, pull
from gateway.cli.session import Session
from gateway.cli.tables import brake_line, lease_card
from gateway.cli.tables import state as colored

_STATES = click.Choice(get_args(schema.MarketState))
_AS_RULES_SAY = "rules"
_ACCOUNT = click.argument("account_id", metavar="ACCOUNT")


@click.command()
@click.argument("region", type=REGION)
@click.argument("chip", type=CHIP)
@click.argument("state", type=_STATES)
@brakes
async def market(session: Session, how: How, region: str, chip: str, state: schema.MarketState) -> None:
    """Set the state of the market of REGION and CHIP; what was closed opens through post_only."""

    async def send(preview: bool) -> answers_brakes.MarketStateSet:
        body = requests.MarketStateBody(state=state, reason=how.reason, preview=preview)
        return await session.client.set_market_state(region, chip, body, how.once)

    await pull(session, how, send, _state_lines)


@click.command()
@click.option("--region", type=REGION, help="Only in this region.")
@click.option("--chip", type=CHIP, help="Only for chips of this type.")
@click.option("--state", type=_STATES, default="halted", show_default=True, help="What to set it to.")
@brakes
async def halt(session: Session, how: How, region: str | None, chip: str | None, state: schema.MarketState) -> None:
    """Brake the whole venue, or a region, or a chip type; with another --state the way back, too."""

    async def send(preview: bool) -> answers_brakes.MarketStateSet:
        body = requests.HaltBody(region=region, chip=chip, state=state, reason=how.reason, preview=preview)
        return await session.client.halt(body, how.once)

    await pull(session, how, send, _state_lines)


@click.command()
@click.argument("region", type=REGION)
@click.argument("chip", type=CHIP)
@click.argument("share", metavar=f"SHARE|{_AS_RULES_SAY}")
@brakes
async def band(session: Session, how: How, region: str, chip: str, share: str) -> None:
    """Keep orders within SHARE of the reference price, such as 0.2, up or down; 0 lets them be anywhere."""
    wanted = None if share == _AS_RULES_SAY else share

    async def send(preview: bool) -> answers_brakes.BandSet:
        body = requests_operator.BandBody(band=wanted, reason=how.reason, preview=preview)
        return await session.client.set_band(region, chip, body, how.once)

    def draw(done: answers_brakes.BandSet) -> list[RenderableType]:
        said = "as the market rules say" if done.band is None else done.band
        return [f"The price band of [bold]{done.region}/{done.chip}[/] is {said}."]

    await pull(session, how, send, draw)


@click.command()
@_ACCOUNT
@brakes
async def block(session: Session, how: How, account_id: str) -> None:
    """Block ACCOUNT: it begins nothing new, its open orders are canceled, its leases go on."""

    async def send(preview: bool) -> answers_brakes.Braked:
        return await session.client.block_account(account_id, _why(how, preview), how.once)

    await pull(session, how, send, lambda done: [f"[bold]{done.subject}[/] is blocked; its orders are being canceled."])


@click.command()
@_ACCOUNT
@brakes
async def unblock(session: Session, how: How, account_id: str) -> None:
    """Lift the block of ACCOUNT."""

    async def send(preview: bool) -> answers_brakes.Braked:
        return await session.client.unblock_account(account_id, _why(how, preview), how.once)

    await pull(session, how, send, lambda done: [f"[bold]{done.subject}[/] may trade again."])


@click.command(name="cancel-orders")
@_ACCOUNT
@click.option("--region", type=REGION, help="Only in this region.")
@click.option("--chip", type=CHIP, help="Only for chips of this type.")
@brakes
async def cancel_orders(session: Session, how: How, account_id: str, region: str | None, chip: str | None) -> None:
    """Cancel the open orders of ACCOUNT, without blocking it."""

    async def send(preview: bool) -> answers_brakes.Braked:
        body = requests_operator.OrdersBody(region=region, chip=chip, reason=how.reason, preview=preview)
        return await session.client.cancel_orders(account_id, body, how.once)

    await pull(session, how, send, lambda done: [f"The orders of [bold]{done.subject}[/] are being canceled."])


@click.command()
@click.argument("key_id", metavar="KEY")
@brakes
async def revoke(session: Session, how: How, key_id: str) -> None:
    """Revoke the key with the id KEY, for good."""

    async def send(preview: bool) -> answers_brakes.Braked:
        return await session.client.brake_key(key_id, _why(how, preview), how.once)

    await pull(session, how, send, lambda done: [f"[bold]{done.subject}[/] is revoked."])


@click.command()
@click.argument("programme")
@brakes
async def pause(session: Session, how: How, programme: str) -> None:
    """Stop PROGRAMME from committing more vouchers; what is committed stays."""

    async def send(preview: bool) -> answers_brakes.Braked:
        return await session.client.pause_programme(programme, _why(how, preview), how.once)

    await pull(session, how, send, lambda done: [f"[bold]{done.subject}[/] is paused."])


@click.command()
@click.argument("programme")
@brakes
async def resume(session: Session, how: How, programme: str) -> None:
    """Let PROGRAMME commit vouchers again."""

    async def send(preview: bool) -> answers_brakes.Braked:
        return await session.client.resume_programme(programme, _why(how, preview), how.once)

    await pull(session, how, send, lambda done: [f"[bold]{done.subject}[/] goes on."])


@click.command()
@click.argument("lease_id", metavar="LEASE")
@brakes
async def cancel(session: Session, how: How, lease_id: str) -> None:
    """End LEASE, and what was resold out of it; the buyers get back what has not been delivered."""

    async def send(preview: bool) -> answers_brakes.LeaseCancelled:
        body = requests_money.CancelLeaseBody(reason=how.reason, preview=preview)
        return await session.client.cancel_lease(lease_id, body, how.once)

    await pull(session, how, send, lambda done: [lease_card(done.lease)])


@click.command()
@click.argument("contest_id", metavar="CONTEST")
@click.option("--delivered", required=True, help="The chip-hours that were really delivered in the period.")
@click.option("--used", required=True, help="Of them, those that were used.")
@brakes
async def rule(session: Session, how: How, contest_id: str, delivered: str, used: str) -> None:
    """Rule on CONTEST, such as contest-31-0: what was settled stands, or less was delivered and money goes back."""

    async def send(preview: bool) -> answers_brakes.ContestRuled:
        body = requests_money.RulingBody(delivered=delivered, used=used, reason=how.reason, preview=preview)
        return await session.client.rule(contest_id, body, how.once)

    await pull(session, how, send, lambda done: [f"[bold]{done.contest_id}[/] is ruled on", lease_card(done.lease)])


COMMANDS = (market, halt, band, block, unblock, cancel_orders, revoke, pause, resume, cancel, rule)


def _why(how: How, preview: bool) -> requests_operator.BrakeBody:
    return requests_operator.BrakeBody(reason=how.reason, preview=preview)


def _state_lines(done: answers_brakes.MarketStateSet) -> list[RenderableType]:
    """What was set, and what holds where a wider brake is stricter."""
    drawn: list[RenderableType] = [brake_line(done)]
    if done.effective not in (None, done.state):
        drawn.append(Text("Another brake is stricter: the market is ") + colored(done.effective or ""))
    return drawn
