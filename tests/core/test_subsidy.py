"""Section 8 of the rulebook: which programme pays how much on a lease, beside a second reading of the same page.

Terms, claimants and what was granted before are generated from few values, so that limits meet and tie often.
"""

from collections import Counter
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from exchange.core.books.capacity import Capacity
from exchange.core.books.order import Ask, Bid
from exchange.core.planning import draft_bid
from exchange.core.state import Participant, State
from exchange.core.vouchers import funding
from exchange.core.vouchers.granting import choose, pair
from exchange.core.vouchers.programme import Programme
from exchange.core.vouchers.subsidy import Standing, bounded, share_micros
from exchange.language.claims import Claimant
from exchange.language.commands import AUTO_VOUCHERS, Cap, DefineProgramme, PlaceBid, Rate
from exchange.language.events import RESTING, AccountOpened
from exchange.language.instants import year_of
from tests.reference import vouchers as naive

TAGS = ("sme", "maker", "dishonest")
PLACES = ("", "beijing", "wuxi")
REGIONS = ("wuxi", "hangzhou")
NAMES = ("one", "two")
YEARS = (2025, 2026)
JUNE_S = 1_748_736_000  # of 2025, when the first instants are; the others are a year later
INSTANTS_S = (JUNE_S, JUNE_S + 10, JUNE_S + 365 * 86_400)
COSTS = (5_000_000, 2_000_000, 1_000_000, 999_999, 3)
AMOUNTS = (1, 30, 100_000, 200_000, 300_000, 600_000, 1_000_000)
SHARES_BP = (3000, 2000, 1500, 500, 10_000)

tags = st.sampled_from(((), *((tag,) for tag in TAGS), TAGS[:2]))
rates = st.builds(
    Rate,
    share_bp=st.sampled_from(SHARES_BP),
    supply=st.sampled_from(("any", "any", "any", "any", "local", "remote")),
    chip=st.sampled_from(("any", "any", "any", "any", "domestic", "foreign")),
    use=st.sampled_from(("", "", "", "", "maas")),
)
grants = st.builds(
    naive.Grant,
    group=st.sampled_from(("acme", "acme", "bolt")),
    year=st.sampled_from(YEARS),
    amount=st.sampled_from((1, 50_000, 100_000, 200_000)),
)
WORDINGS: tuple[dict[str, Any], ...] = (
    *({},) * 8,
    {"claimants": (("sme", "maker"),)},
    {"claimants": (("sme",), ("maker", "dishonest"))},
    {"claimant_places": ("beijing",)},
    {"barred_tags": ("dishonest",)},
    {"unaffiliated": True},
    {"local_supplier_tags": ("maker",)},
    {"from_s": JUNE_S + 5},
    {"from_s": JUNE_S, "until_s": JUNE_S + 10},
)


@st.composite
def caps(draw: st.DrawFn, granted: int) -> Cap:
    return Cap(
        scope=draw(st.sampled_from(("total", "year", "contract"))),
        amount_micros=draw(st.sampled_from(AMOUNTS)) + draw(st.sampled_from((granted, 0))),
        only_tags=draw(st.sampled_from(((), (), (), ("sme",)))),
        except_tags=draw(st.sampled_from(((), (), (), ("maker",)))),
    )


@st.composite
def programmes(draw: st.DrawFn, name: str) -> naive.Programme:
    """A programme with some grants, within its pool where that is a most."""
    granted = draw(st.lists(grants, max_size=3))
    pool_is = draw(st.sampled_from(("", "ceiling", "floor", "total")))
    least = sum(grant.amount for grant in granted)
    says = DefineProgramme(
        programme=name,
        name_en=name,
        name_zh=name,
        rates=tuple(draw(st.lists(rates, min_size=1, max_size=2))),
        caps=tuple(draw(st.lists(caps(least), max_size=3))),
        pool_micros=least + draw(st.sampled_from(AMOUNTS)) if pool_is else None,
        pool_is=pool_is,
        local_regions=draw(st.sampled_from(((), ("wuxi",)))),
        excludes=draw(st.sampled_from(((), (), (), (), ("*",), ("two" if name == "one" else "one",)))),
        **draw(st.sampled_from(WORDINGS)),
    )
    return naive.Programme(says, grants=granted)


@st.composite
def claims(draw: st.DrawFn) -> naive.Claim:
    at_s = draw(st.sampled_from(INSTANTS_S))
    return naive.Claim(
        at=at_s,
        year=year_of(at_s),
        buyer=account("alice", "acme", draw(tags), draw(st.sampled_from(PLACES))),
        provider=account("hz", "hz", draw(tags), ""),
        related=draw(st.booleans()),
        region=draw(st.sampled_from(REGIONS)),
        domestic=draw(st.booleans()),
        use=draw(st.sampled_from(("", "maas", "training"))),
        cost=draw(st.sampled_from(COSTS)),
    )


def account(name: str, group: str, its_tags: tuple[str, ...], place: str) -> AccountOpened:
    return AccountOpened(account_id=name, roles=("buyer",), owner_group=group, tags=its_tags, place=place)


def state_of(all_of_them: dict[str, naive.Programme], claim: naive.Claim) -> State:
    """The market's state in which a claim is made, with running sums for what the second reading keeps one by one."""
    state = State()
    state.now_s, state.year = claim.at, claim.year
    for who in (claim.buyer, claim.provider):
        state.participants[who.account_id] = Participant(
            who.account_id, who.roles, who.owner_group, who.tags, who.place
        )
    if claim.related:
        state.affiliated[pair(claim.provider.owner_group, claim.buyer.owner_group)] = None
    for name, known in all_of_them.items():
        programme = state.programmes[name] = Programme(definition=known.says)
        for grant in known.grants:
            programme.count(grant.group, grant.year, grant.amount)
        funding.fill(state, programme)
    return state


def an_ask(claim: naive.Claim) -> Ask:
    return Ask(
        ask_id=1,
        account_id=claim.provider.account_id,
        owner_group=claim.provider.owner_group,
        priority=1,
        region=claim.region,
        chip="h800",
        site="",
        quantity_milli=1000,
        start_s=0,
        end_s=3600,
        price_micros=1,
        lot_milli=1000,
        min_duration_s=3600,
        take_or_pay_bp=0,
        time_in_force="gtc",
        expires_s=None,
        self_trade="skip",
        post_only=False,
        free=Capacity(0, 3600, 1000),
        bond_micros=0,
        posted_micros=0,
        state=RESTING,
        offered_area=3_600_000,
        domestic=claim.domestic,
    )


def a_bid(state: State, claim: naive.Claim, wanted: tuple[str, ...]) -> Bid:
    order = PlaceBid(
        account_id=claim.buyer.account_id,
        client_order_id="",
        quantity_milli=1000,
        alternatives=(),
        vouchers=wanted,
        use=claim.use,
    )
    return draft_bid(state, order, claim.buyer.owner_group)


wishes = st.sampled_from((AUTO_VOUCHERS, AUTO_VOUCHERS, ("one",), ("one", "two"), ("two", "one"), ()))


def test_the_programme_that_pays_and_what_it_pays_are_those_of_a_second_reading() -> None:
    met: Counter[str] = Counter()

    @settings(max_examples=600, deadline=None, derandomize=True)
    @given(st.tuples(*(programmes(name) for name in NAMES)), claims(), wishes)
    def agree(given_programmes: tuple[naive.Programme, ...], claim: naive.Claim, wanted: tuple[str, ...]) -> None:
        all_of_them = {programme.says.programme: programme for programme in given_programmes}
        state = state_of(all_of_them, claim)
        found = choose(state, a_bid(state, claim, wanted), an_ask(claim), claim.cost)
        assert (found.programme, found.amount_micros, found.bound) == naive.choose(all_of_them, wanted, claim, set())
        assert (found.group, found.year) == (claim.buyer.owner_group, claim.year)
        assert 0 <= found.amount_micros <= claim.cost
        met[found.bound] += 1

    agree()
    assert met.keys() == {"", "rate", "contract", "year", "total", "pool"}


def test_a_resale_is_paid_for_by_nobody() -> None:
    says = DefineProgramme(programme="one", name_en="one", name_zh="one", rates=(Rate(share_bp=3000),))
    parties = (account("alice", "acme", (), ""), account("hz", "hz", (), ""))
    claim = naive.Claim(JUNE_S, 2025, *parties, related=False, region="wuxi", domestic=False, use="", cost=1000)
    state, first_hand, resale = state_of({"one": naive.Programme(says)}, claim), an_ask(claim), an_ask(claim)
    resale.lease_id = 1
    bid = a_bid(state, claim, AUTO_VOUCHERS)
    assert choose(state, bid, first_hand, 1000)[:3] == ("one", 300, "rate")
    assert choose(state, bid, resale, 1000)[:3] == (None, 0, "")


ANYBODY = Claimant("acme", (), "", 0)
ENOUGH = Standing(0, 0, 10**12)


def capped(*its_caps: Cap) -> DefineProgramme:
    return DefineProgramme(programme="p", name_en="p", name_zh="p", caps=its_caps)


def test_a_share_is_rounded_down() -> None:
    assert share_micros(3_333_333, 3000) == 999_999


def test_of_equal_limits_the_first_is_told() -> None:
    terms = capped(
        Cap(scope="contract", amount_micros=300),
        Cap(scope="year", amount_micros=400),
        Cap(scope="total", amount_micros=200),
    )
    assert bounded(terms, ANYBODY, 300, ENOUGH) == (200, "total")
    assert bounded(terms, ANYBODY, 300, Standing(200, 0, 10**12)) == (200, "year")
    assert bounded(terms, ANYBODY, 200, ENOUGH) == (200, "rate")
    assert bounded(terms, ANYBODY, 300, Standing(0, 0, 200)) == (200, "total")
    assert bounded(terms, ANYBODY, 300, Standing(0, 0, 199)) == (199, "pool")


def test_a_cap_that_was_lowered_below_what_was_granted_leaves_nothing() -> None:
    terms = capped(Cap(scope="year", amount_micros=100))
    assert bounded(terms, ANYBODY, 300, Standing(150, 150, 10**12)) == (0, "year")
