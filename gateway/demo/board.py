"""What the demo shows while it runs: how to look closer, the markets' best prices, and what has been counted."""

import asyncio

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from gateway import answers
from gateway.cli.tables import facts, per_du, table
from gateway.cli.values import grouped, plain_time
from gateway.client.rest import Client
from gateway.demo.cast import Cast
from gateway.demo.tally import Tally

TENOR = "P1D"


class Board:
    """Draws from public reads alone. `look` asks the server, `drawn` is what it saw last."""

    def __init__(self, client: Client, cast: Cast, tally: Tally) -> None:
        self._client = client
        self._tally = tally
        self._markets = sorted({(offer.region, offer.chip) for part in cast.provider for offer in part.offers})
        self._status: answers.Status | None = None
        self._summaries: list[answers.MarketSummary] = []

    async def look(self) -> None:
        """Ask for the status and the summaries of all markets."""
        self._status = await self._client.status()
        self._summaries = await asyncio.gather(*(self._client.market(*market) for market in self._markets))

    def line(self) -> str:
        """One line for a log."""
        if self._status is None:
            return ""
        counts = "  ".join(f"{value} {name}" for name, value in self._counts())
        return f"{plain_time(self._status.now)} UTC  seq {self._status.seq}  {counts}"

    def drawn(self) -> RenderableType:
        """The table of markets with the counts below it."""
        if self._status is None:
            return Text("opening …", style="dim")
        head = Text.assemble((f"{plain_time(self._status.now)} UTC", "bold"), (f"   seq {self._status.seq}", "dim"))
        counts = Text("   ".join(f"{grouped(value)} {name}" for name, value in self._counts()), style="dim")
        return Group(head, Text(), self._prices(), Text(), counts)

    def _prices(self) -> Table:
        columns = ("market", "bid", "chips", "ask", "chips ", "per 度", "last trade", "")
        drawn = table(*columns, right=columns[1:6])
        for market in self._summaries:
            best = next((tenor for tenor in market.tenors if tenor.tenor == TENOR), None)
            bid, ask = (best.best_bid, best.best_ask) if best else (None, None)
            last = market.last_trade
            drawn.add_row(
                f"{market.region} {market.chip}",
                Text(bid[0] if bid else "–", style="green"),
                bid[1] if bid else "",
                Text(ask[0] if ask else "–", style="red"),
                ask[1] if ask else "",
                per_du(ask[0], market.du_rate) if ask else "",
                f"{last.quantity} @ {last.price}" if last else "–",
                Text(plain_time(last.at)[5:16] if last else "", style="dim"),
            )
        return drawn

    def _counts(self) -> list[tuple[str, str]]:
        tally = self._tally
        pairs = [
            ("bids", tally.bids),
            ("asks", tally.asks),
            ("cancels", tally.cancels),
            ("leases", tally.leases),
            ("metered", tally.metered),
            ("ended", tally.ended),
            ("defaulted", tally.defaulted),
            ("subsidised", tally.subsidised),
            ("resales", tally.resales),
            ("released", tally.released),
            ("contests", tally.contested),
            ("newcomers", tally.arrived),
            ("drills", tally.drills),
            ("refused", tally.refused.total()),
        ]
        return [(name, str(value)) for name, value in pairs]


def welcome(url: str, operator_key_file: str, keys_file: str) -> RenderableType:
    """Where to look, printed once."""
    example = f"leasebook book hangzhou h800-sxm --tenor {TENOR} --url {url}"
    curl = f"curl '{url}/v1/markets/hangzhou/h800-sxm/book?tenor={TENOR}'"
    return Group(
        Text("A market that trades by itself. Ctrl-C ends it; started again it goes on.\n"),
        facts(
            [
                ("open", f"{url}/ (the market), {url}/console (operators, by the operator's key)"),
                ("keys", f"{operator_key_file} (operator), {keys_file} (participants)"),
                ("look", example),
                ("", curl),
            ]
        ),
        Text(),
    )
