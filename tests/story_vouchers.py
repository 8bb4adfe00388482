"""Stories about money that the naive market knows nothing of, with the naive books beside the real one instead.

    venue    opens 2025-06-02
    venue    defines wx
    venue    defines lf paying 0.2 local pool 100.00 ceiling cap 50.00 year
    venue    pauses wx
    venue    resumes wx
    venue    relates alice and bob
    venue    parts bob and alice
    alice    is sme,maker in wuxi
    hz       ask 8 h800 2025-06-02..2025-06-03 @ 14.00 in wuxi       rests
    alice    bid 8 h800 1h from 2025-06-02 @ 14.00 in wuxi by wx,lf for maas
             leases 8 2025-06-02..01:00 @ 14.00 from hz subsidy 33.60 by wx bound rate
    lease-1  scheduled escrow 78.96 subsidy 33.60 redeemed 0 returned 0
    wx       pool 0 committed 33.60 redeemed 0 funded 33.60 lapsed 0 granted 33.60

Days are of the calendar, regions those of the seeds, programmes worded as there but for the rate, the pool and the cap
that are told. `by nothing` is a bid without vouchers; one that does not say takes the best. Accounts are local to
nobody and bear no tags unless they are said to. `granted` is of the year, less what came back.
"""

import functools
import inspect
import re
from collections.abc import Callable, Iterable, Iterator

from msgspec.structs import replace

from exchange.core.conservation import audit
from exchange.core.state_machine import StateMachine
from exchange.language.commands import Cap, Command, DefineProgramme, DefineRegion, OpenAccount, Rate, RelateGroups
from exchange.language.commands_operator import PauseProgramme
from exchange.language.events import Event
from exchange.language.events_money import ProgrammeChanged
from exchange.language.port import Outcome
from exchange.runtime.seeds import default_seeds_dir, load_programmes, load_seeds
from tests.properties.observed import Observed
from tests.properties.twins import Twins
from tests.properties.world import REGIONS, catalogue
from tests.reference.books import Books
from tests.reference.market import Market
from tests.story import Line, Stage, Test, run_story
from tests.story_facts import Fact, read_details
from tests.story_words import NUM, Moment, StoryError, money_of, share_of

PROGRAMMES = {programme.programme: programme for programme in load_programmes(default_seeds_dir())}
PLACES = [seed for seed in load_seeds(default_seeds_dir()) if isinstance(seed, DefineRegion)]
DEFINES = re.compile(
    rf"defines (?P<name>[\w-]+)(?: paying (?P<share>{NUM})(?: (?P<supply>local|remote))?)?"
    rf"(?: pool (?P<pool>{NUM}) (?P<kind>\w+))?(?: cap (?P<cap>{NUM}) (?P<scope>\w+))?"
)
RELATES = re.compile(r"(?P<verb>relates|parts) (?P<one>\w+) and (?P<other>\w+)")
PAUSES = re.compile(r"(?P<verb>pauses|resumes) (?P<name>[\w-]+)")
IS = re.compile(r"is(?: (?!in )(?P<tags>\S+))?(?: in (?P<place>\w+))?")


class Kept(Twins):
    """The real market with the naive books beside it; of the naive market there is only the clock."""

    def __init__(self, setting: Iterable[Command]) -> None:
        self.machine = StateMachine()
        self.naive = Market()
        self.told = Observed()
        self.books = Books()
        self.programmes: dict[str, ProgrammeChanged] = {}
        self.commands: list[Command] = []
        for command in setting:
            outcome, _ = self.apply(command)
            assert outcome.reject is None, outcome.reject

    def apply(self, command: Command) -> tuple[Outcome, tuple[Event, ...]]:
        """Carry out a command, after which all books agree."""
        self.commands.append(command)
        outcome, applied = self.machine.apply(len(self.commands), command)
        self.naive.now = applied.at_s
        self.told.fold(applied.events)
        self.books.fold(applied.events)
        own = {account: amount for account, amount in self.machine.state.ledger.balances.items() if amount}
        own.pop("external", None)
        self.same("balances", own, self.books.balances())
        self.same("violations", audit(self.machine.state), [])
        for event in applied.events:
            if isinstance(event, ProgrammeChanged):
                self.programmes[event.programme] = event
        return outcome, applied.events

    def history(self) -> str:
        return "\n".join(f"    {command!r}," for command in self.commands)


class MoneyStage(Stage):
    """The stage of stories about vouchers, contests and resale."""

    twins: Kept

    def market(self, lines: list[Line]) -> Kept:
        day = next((line.says.partition(" ")[2] for line in lines if line.says.startswith("opens ")), None)
        regions = [region for region in PLACES if region.region not in REGIONS]
        opened = catalogue() if day is None else catalogue(at_s=Moment(0).at(day))
        return Kept([*opened, *regions, *self.opening(lines)])

    def opening(self, lines: list[Line]) -> Iterator[Command]:
        """Everybody who is named and no programme, with their tags and where they are registered."""
        sorts = {line.who: IS.fullmatch(line.says) for line in lines if IS.fullmatch(line.says)}
        for command in super().opening([line for line in lines if line.who not in PROGRAMMES]):
            found = sorts.get(command.account_id) if isinstance(command, OpenAccount) else None
            if isinstance(command, OpenAccount) and found is not None:
                tags = tuple((found["tags"] or "").split(",")) if found["tags"] else ()
                yield replace(command, tags=tags, place=found["place"] or "")
            else:
                yield command

    def play(self, line: Line) -> None:
        if line.says.startswith("opens ") or IS.fullmatch(line.says):
            return
        if line.who in PROGRAMMES:
            claim = Fact("", "has", read_details(line.says, self.moment))
            self.check_claim(line, claim, self.money_of_programme(line.who))
        else:
            super().play(line)

    def money_of_programme(self, name: str) -> Fact:
        """Where a programme's money is."""
        told = self.twins.programmes.get(name)
        if told is None:
            raise StoryError(f"nobody has defined {name}")
        return Fact(
            name,
            "has",
            {
                "pool": told.pool_micros,
                "committed": told.committed_micros,
                "redeemed": told.redeemed_micros,
                "funded": told.funded_micros,
                "lapsed": told.lapsed_micros,
                "granted": told.granted_micros,
            },
        )

    def command(self, who: str, says: str) -> Command:
        if found := DEFINES.fullmatch(says):
            return worded(found, who)
        if found := PAUSES.fullmatch(says):
            paused = found["verb"] == "pauses"
            return PauseProgramme(operator_id=who, programme=found["name"], paused=paused, reason="as told")
        if found := RELATES.fullmatch(says):
            related = found["verb"] == "relates"
            return RelateGroups(
                operator_id=who, group=found["one"], other_group=found["other"], related=related, reason="as told"
            )
        return super().command(who, says)


def worded(found: re.Match[str], who: str) -> DefineProgramme:
    """A programme of the seeds, with a rate, pool or cap of the story's own."""
    programme = PROGRAMMES.get(found["name"])
    if programme is None:
        raise StoryError(f"the seeds have no {found['name']}")
    programme = replace(programme, operator_id=who)
    if found["share"]:
        rate = Rate(share_bp=share_of(found["share"]), supply=found["supply"] or "any")
        programme = replace(programme, rates=(rate,))
    if found["pool"]:
        programme = replace(programme, pool_micros=money_of(found["pool"]), pool_is=found["kind"])
    if found["cap"]:
        programme = replace(programme, caps=(Cap(scope=found["scope"], amount_micros=money_of(found["cap"])),))
    return programme


def money_story(test: Test) -> Callable[[], None]:
    """The test that the docstring tells, on the market with its books kept twice."""
    text = inspect.getdoc(test)
    assert text, f"{test.__name__} tells no story"

    @functools.wraps(test)
    def told() -> None:
        run_story(text, MoneyStage)

    return told
