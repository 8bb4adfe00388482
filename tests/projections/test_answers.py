"""Keys by their ids and hashes, and what requests with an idempotency key were answered; a snapshot keeps both."""

from msgspec.structs import replace

from exchange.core.state_machine import StateMachine
from exchange.language.commands import (
    AdvanceTime,
    Command,
    DefineProgramme,
    Deposit,
    MeterLease,
    OpenAccount,
    RegisterKey,
    RevokeKey,
    SetMarketState,
    StartLease,
)
from exchange.language.port import Reads
from exchange.projections import snapshot
from exchange.projections.views import Views
from tests.core.world import BUYER, SETUP, ask, at, bid, wish

BEARER = RegisterKey(key_id="key-1", secret_hash="ab", account_id=BUYER, scopes=("read",))
SIGNED = RegisterKey(key_id="key-2", public_key=bytes(32), account_id=BUYER, scopes=("read",))


class Seen:
    """A market, what can be read of it, and what can be read of it once it was saved and loaded."""

    def __init__(self, *commands: Command) -> None:
        self.machine = StateMachine()
        self.views = Views()
        for command in (*SETUP, *commands):
            self.do(command)

    def do(self, command: Command) -> int:
        outcome, applied = self.machine.apply(self.views.seq + 1, command)
        assert outcome.reject is None, outcome.reject
        self.views.fold(applied)
        return outcome.seq

    def readers(self) -> tuple[Reads, Reads]:
        parts = list(snapshot.save(self.views))
        loaded = snapshot.load(iter(parts))
        assert list(snapshot.save(loaded)) == parts
        return self.views, loaded


def test_keys_are_found_by_id_and_bearers_by_hash() -> None:
    seen = Seen(BEARER, SIGNED, replace(SIGNED, key_id="key-3", public_key=b"3" * 32), RevokeKey(key_id="key-2"))
    for reads in seen.readers():
        bearer = reads.key_by_id("key-1")
        assert bearer is not None
        assert (reads.key("ab"), bearer.public_key, bearer.revoked) == (bearer, b"", False)
        assert [(key.key_id, key.public_key[:1], key.revoked) for key in reads.keys(BUYER)] == [
            ("key-1", b"", False), ("key-2", b"\0", True), ("key-3", b"3", False),
        ]  # fmt: skip
        assert reads.key("") is None, "no signed key has a secret"
        assert reads.key_by_id("key-4") is None


def test_what_was_answered_stays() -> None:
    def state(name: str, key: str = "") -> SetMarketState:
        return SetMarketState(
            operator_id="venue", state=name, reason="x", region="hz", chip="h800", idempotency_key=key
        )

    seen = Seen(ask("14"), bid(wish(hours=4, latest=0)))
    opened = seen.do(OpenAccount(account_id="zoe", roles=("buyer",), owner_group="zoe", idempotency_key="k1"))
    worded = DefineProgramme(programme="hz", name_en="old", name_zh="hz", idempotency_key="k2")
    defined = seen.do(worded)
    braked = seen.do(state("post_only", "k3"))
    started = seen.do(StartLease(account_id="p", lease_id=1, sealed_access=b"s", idempotency_key="k4"))
    plain = seen.do(state("open"))
    seen.do(Deposit(account_id="zoe", amount_micros=7))
    seen.do(replace(worded, name_en="new", idempotency_key=""))
    for reads in seen.readers():
        account, programme, lease = (
            reads.account_at("zoe", opened), reads.programme_at("hz", defined), reads.lease_at(1, started),
        )  # fmt: skip
        assert account is not None
        assert programme is not None
        assert lease is not None
        assert (account.available_micros, programme.definition.name_en, lease.delivered_until_s) == (0, "old", None)
        assert (reads.market_state_at("hz", "h800", braked), reads.market_state("hz", "h800")) == ("post_only", "open")
        assert reads.market_state_at("hz", "h800", plain) is None, "nobody will ask again"


def test_a_lease_is_kept_as_it_stood_after_its_meter() -> None:
    seen = Seen(ask("14"), bid(wish(hours=4, latest=0)), StartLease(account_id="p", lease_id=1, sealed_access=b"s"))
    meter = MeterLease(account_id="p", lease_id=1, through_s=at(1), delivered_uch=5, used_uch=5, idempotency_key="k1")
    seen.do(AdvanceTime(to_s=at(1)))
    first = seen.do(meter)
    seen.do(AdvanceTime(to_s=at(2)))
    second = seen.do(replace(meter, through_s=at(2), delivered_uch=9, used_uch=9, idempotency_key=""))
    for reads in seen.readers():
        then, now = reads.lease_at(1, first), reads.lease(1)
        assert then is not None
        assert now is not None
        assert (then.delivered_uch, now.delivered_uch) == (5, 9)
        assert reads.lease_at(1, second) is None
