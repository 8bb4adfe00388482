"""One good request for every call that takes something, in the order of a story: a market in which each of them works.

They are made of the wire's own types. The story needs a provider `turing-town`, and its `lease-2` and `bid-3` of a
second and third bid, and two proposals of another operator; a test tells it from beginning to end.
"""

from typing import Any, Final

import msgspec
from msgspec import Raw, Struct

from exchange.language.instants import format_instant
from exchange.language.units import HOUR_S
from gateway import params, requests, requests_money, requests_operator, requests_overview, schema

PROVIDER: Final = "turing-town"
BUYER: Final = "acme-ai"
REGION: Final = "hangzhou"
CHIP: Final = "h800-sxm"

_REASON: Final = "the site's own log"
_WEEK_H: Final = 7 * 24


def requests_at(now_s: int) -> dict[str, Struct]:
    """By call, whatever its route takes. Instants are whole hours from `now_s` on."""
    return _opening() | _trading(now_s) | _leasing(now_s) | _looking(now_s) | _braking() | _ending()


def as_sent(example: Struct) -> dict[str, Any]:
    """An example as JSON on the wire: path, query and body together."""
    sent: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(example))
    return sent


def at(now_s: int, hours: int) -> str:
    """An instant so many hours after the first whole hour from now on."""
    return format_instant((-(-now_s // HOUR_S) + hours) * HOUR_S)


def a_bid(now_s: int) -> schema.BidBody:
    """Eight chips for two hours, by either of two alternatives."""
    return schema.BidBody(
        client_order_id="train-42",
        quantity="8",
        min_quantity="8",
        regions=(REGION, "shanghai"),
        chips=(CHIP,),
        duration="PT2H",
        earliest_start="now",
        latest_start=at(now_s, 6),
        price="15.20",
    )


def an_ask(now_s: int) -> schema.AskBody:
    """Two machines of eight for a week, whole machines only."""
    return schema.AskBody(
        client_order_id="site-1-week-49",
        region=REGION,
        chip=CHIP,
        quantity="16",
        start="now",
        end=at(now_s, _WEEK_H),
        price="14.00",
        lot="8",
        site="turing-1",
        tags=("infiniband",),
        pue="1.25",
    )


def _opening() -> dict[str, Struct]:
    return {
        "POST /v1/operator/accounts": schema.AccountBody(
            account_id=BUYER, roles=("buyer",), owner_group=BUYER, tags=("startup",), place=REGION
        ),
        "POST /v1/operator/keys": schema.KeyBody(account_id=BUYER, scopes=("read", "trade")),
        "POST /v1/operator/deposits": schema.MoneyBody(account_id=BUYER, amount="100000.00", reference="bank-2"),
        "POST /v1/operator/withdrawals": schema.MoneyBody(account_id=BUYER, amount="10.00", reference="bank-3"),
        "POST /v1/sandbox/deposits": schema.OwnDepositBody(amount="10.00", reference="play money"),
        "POST /v1/operator/programmes": requests_money.ProgrammeBody(
            programme="example-town",
            name_en="Example Town's vouchers",
            name_zh="示例镇算力券",
            place="example-town",
            rates=(requests_money.RateBody(share="0.2"),),
            caps=(requests_money.CapBody(scope="year", amount="100000.00"),),
            pool="1000000.00",
            pool_is="ceiling",
        ),
        "POST /v1/operator/relations": requests_money.RelationBody(
            group=BUYER, other_group="acme-labs", reason="one owner"
        ),
    }


def _trading(now_s: int) -> dict[str, Struct]:
    bid, ask = a_bid(now_s), an_ask(now_s)
    wanted = requests.QuoteBody(**{name: getattr(bid, name) for name in bid.__struct_fields__})
    return {
        "POST /v1/asks": ask,
        "POST /v1/quotes": wanted,
        "POST /v1/bids": bid,
        "PATCH /v1/bids/{bid_id}": requests.BidAmendParams(bid_id="bid-3", price="13.50"),
        "PATCH /v1/asks/{ask_id}": requests.AskAmendParams(ask_id="ask-1", price="14.50"),
        "ask.place": ask,
        "bid.quote": wanted,
        "bid.place": bid,
        "bid.amend": requests.BidAmendParams(bid_id="bid-3", price="13.60"),
        "ask.amend": requests.AskAmendParams(ask_id="ask-1", price="14.60"),
    }


def _leasing(now_s: int) -> dict[str, Struct]:
    start = schema.StartParams(lease_id="lease-1", access=Raw(b'{"ssh": "ssh acme@10.0.0.8"}'))
    first = schema.MeterParams(lease_id="lease-1", through=at(now_s, 1), delivered="8", used="6")
    return {
        "POST /v1/leases/{lease_id}/start": start,
        "lease.start": start,
        "POST /v1/sandbox/clock": schema.ClockBody(advance="PT1H"),
        "POST /v1/leases/{lease_id}/meter": first,
        "lease.meter": first,
        "POST /v1/leases/{lease_id}/contest": requests_money.ContestParams(
            lease_id="lease-1", period=0, reason="two machines gave no answer"
        ),
        "POST /v1/operator/contests/{contest_id}/ruling": requests_operator.RulingBrake(
            contest_id="contest-1-0", delivered="4", used="4", reason=_REASON
        ),
    }


def _looking(now_s: int) -> dict[str, Struct]:
    market = params.MarketRef(region=REGION, chip=CHIP)
    lease = params.LeaseRef(lease_id="lease-1")
    listed = schema.OrderPage(state="resting", limit=20)
    return {
        "GET /docs/{page}": params.PageRef(page="start.md"),
        "GET /console/{file}": params.ConsoleRef(file="console.js"),
        "GET /v1/markets/{region}/{chip}": market,
        "GET /v1/markets/{region}/{chip}/book": params.BookParams(region=REGION, chip=CHIP, tenor="P1D"),
        "GET /v1/markets/{region}/{chip}/trades": params.TradesParams(region=REGION, chip=CHIP, limit=20),
        "GET /v1/markets/{region}/{chip}/candles": params.CandlesParams(
            region=REGION, chip=CHIP, tenor="P1D", interval="PT1H", limit=24
        ),
        "GET /v1/bids": listed,
        "GET /v1/bids/{bid_id}": schema.BidRef(bid_id="bid-1"),
        "GET /v1/bids/{bid_id}/explain": schema.BidRef(bid_id="bid-3"),
        "GET /v1/asks": listed,
        "GET /v1/asks/{ask_id}": schema.AskRef(ask_id="ask-1"),
        "GET /v1/orders/by-client-id/{client_order_id}": params.ClientOrderRef(client_order_id="train-42"),
        "GET /v1/leases": schema.LeasePage(limit=20),
        "GET /v1/leases/{lease_id}": lease,
        "GET /v1/leases/{lease_id}/statement": lease,
        "GET /v1/leases/{lease_id}/access": lease,
        "GET /v1/account/transfers": requests_money.TransferPage(since=at(now_s, -24), until=at(now_s, 24), limit=20),
        "GET /v1/operator/accounts": schema.Page(limit=20),
        "GET /v1/operator/accounts/{account_id}": params.AccountRef(account_id=BUYER),
        "GET /v1/operator/accounts/{account_id}/transfers": params.AccountTransfers(account_id=BUYER, limit=20),
        "GET /v1/operator/leases": requests_overview.AllLeasesPage(state="running", region=REGION, chip=CHIP, limit=20),
        "GET /v1/operator/leases/{lease_id}": lease,
        "GET /v1/operator/leases/{lease_id}/statement": lease,
        "GET /v1/operator/capacity": requests_overview.CapacityPage(days=7),
        "GET /v1/operator/capacity/{region}/{chip}": params.MarketCapacity(region=REGION, chip=CHIP, days=7),
        "GET /v1/operator/past/book": requests_overview.PastBookQuery(seq=1, region=REGION, chip=CHIP, tenor="P1D"),
        "GET /v1/operator/contests": schema.Page(limit=20),
        "GET /v1/operator/alerts": requests_money.FlagPage(kind="related_party", limit=20),
        "GET /v1/operator/sessions": schema.Page(limit=20),
        "bid.list": listed,
        "ask.list": listed,
        "lease.list": schema.LeasePage(limit=20),
        "bid.explain": schema.BidRef(bid_id="bid-3"),
        "login": schema.LoginParams(key="lbk_..."),
        "subscribe": schema.SubscribeParams(channels=("account", f"book:{REGION}/{CHIP}/P1D"), from_seq=0),
        "unsubscribe": schema.UnsubscribeParams(channels=(f"book:{REGION}/{CHIP}/P1D",)),
    }


def _braking() -> dict[str, Struct]:
    account = requests_operator.AccountBrake(account_id=BUYER, reason="a stolen key", preview=True)
    programme = requests_operator.ProgrammeBrake(programme="example-town", reason="its sponsor asks")
    return {
        "POST /v1/operator/markets/{region}/{chip}/band": requests_operator.BandBrake(
            region=REGION, chip=CHIP, band="0.2", reason="prices run"
        ),
        "POST /v1/operator/accounts/{account_id}/block": account,
        "POST /v1/operator/accounts/{account_id}/unblock": account,
        "POST /v1/operator/accounts/{account_id}/cancel-orders": requests_operator.OrdersBrake(
            account_id=BUYER, region=REGION, reason="its owner asks", preview=True
        ),
        "POST /v1/operator/keys/{key_id}/revoke": requests_operator.KeyBrake(
            key_id="key-0123456789abcdef", reason="it was stolen", preview=True
        ),
        "POST /v1/operator/programmes/{programme}/pause": programme,
        "POST /v1/operator/programmes/{programme}/resume": programme,
        "GET /v1/operator/proposals": requests_operator.ProposalPage(state="open", limit=20),
        "POST /v1/operator/proposals/{proposal_id}/confirm": requests_operator.WordParams(
            proposal_id="proposal-1", reason="agreed"
        ),
        "POST /v1/operator/proposals/{proposal_id}/reject": requests_operator.WordParams(
            proposal_id="proposal-2", reason="not yet"
        ),
        "GET /v1/operator/audit": requests_operator.AuditPage(action="set_market_state", limit=20),
    }


def _ending() -> dict[str, Struct]:
    all_of_it = schema.CancelAllBody(region=REGION)
    return {
        "bid.cancel": schema.BidRef(bid_id="bid-3"),
        "DELETE /v1/bids/{bid_id}": schema.BidRef(bid_id="bid-4"),
        "DELETE /v1/bids": all_of_it,
        "bid.cancel_all": all_of_it,
        "POST /v1/leases/{lease_id}/release": params.LeaseRef(lease_id="lease-1"),
        "POST /v1/operator/leases/{lease_id}/cancel": requests_operator.LeaseBrake(lease_id="lease-2", reason=_REASON),
        "DELETE /v1/asks/{ask_id}": schema.AskRef(ask_id="ask-1"),
        "ask.cancel": schema.AskRef(ask_id="ask-2"),
        "session.cancel_on_disconnect": schema.CancelOnDisconnectParams(enabled=True),
        "session.dead_man": schema.DeadManParams(seconds=30),
        "DELETE /v1/asks": all_of_it,
        "ask.cancel_all": all_of_it,
        "DELETE /v1/operator/keys/{key_id}": params.KeyRef(key_id="key-0123456789abcdef"),
        "POST /v1/operator/markets/{region}/{chip}/state": requests_operator.MarketBrake(
            region=REGION, chip=CHIP, state="cancel_only", reason="a feed is wrong"
        ),
        "POST /v1/operator/halt": requests.HaltBody(region="shanghai", reason="a feed is wrong"),
    }
