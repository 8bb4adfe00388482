"""Tests that read as the specification: the left column says, the right answers.

    hz       ask 8 h800 mon..wed @ 14.00       rests P1D
    alice    bid 8 h800 1d from mon @ 15.00    leases 8 mon..tue @ 14.00 from hz
    lease-1  scheduled escrow 2701.44
    hz       start lease-1                     running
    clock    mon 01:15                         lease-1 settles mon..01:00 paid 0 refunded 112.00

`@story` runs a function's docstring on the real market, with the naive one beside it. Columns are two blanks apart or
more; a line that begins with blanks goes on answering the one before. Whoever is named takes part: as buyer and
provider, alone in an owner group unless the story says `joins acme`, with a million CNY unless it says `has 1000.00`.
It is Monday, midnight.

A line is a command (ask, bid, amend, cancel, start, meter, deposits, sets, clock) with what it brings about, a question
(quote, explain) with what the market says, or a claim about how somebody's money or some order or lease stands. Every
trade, refusal and prevented match has to be told, as has whether an amended order keeps its place, every order that
rests anew or ends without being filled, and every lease that is over. Details may be left out: `rests` says less than
`rests 4 P1D`.
"""

import functools
import inspect
import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

from exchange.language.commands import (
    AdvanceTime,
    AmendAsk,
    AmendBid,
    CancelAsk,
    CancelBid,
    CancelLease,
    Command,
    ContestPeriod,
    Deposit,
    MeterLease,
    OpenAccount,
    PlaceAsk,
    PlaceBid,
    ReleaseLease,
    RuleContest,
    StartLease,
)
from exchange.language.units import CHIP_HOUR_PLACES, MICROS_PER_CNY, parse_decimal
from tests.properties.twins import Twins
from tests.properties.world import catalogue
from tests.story_advice import QUESTION, Advisor
from tests.story_changes import read_band, read_change
from tests.story_facts import MONEY, Fact, facts_of, how_it_stands, money_of_account, read_details, read_fact
from tests.story_watches import RESTART, read_watch, restart
from tests.story_words import AT, NUM, Moment, StoryError, money_of, read_ask, read_bid

Test = Callable[[], None]

FORTUNE_MICROS = 1_000_000 * MICROS_PER_CNY
THING = re.compile(r"(bid|ask|lease)-(\d+)")
METER = re.compile(rf"meter lease-(\d+) through ({AT}) delivered ({NUM}) used ({NUM})")
NOBODYS = ("clock", "venue")
IN_ORDER = {"leases": "leases", "gets": "leases", "try": "changes"}


class StoryFailed(AssertionError):
    """A story in which something was told that is not so, or not told that is."""


class Line(NamedTuple):
    """A line of a story: who, what, and the answers."""

    number: int
    who: str
    says: str
    answers: list[str]

    def __str__(self) -> str:
        return f"line {self.number}: {self.who}  {self.says}"


def story(test: Test) -> Test:
    """The test that the docstring tells."""
    text = inspect.getdoc(test)
    assert text, f"{test.__name__} tells no story"

    @functools.wraps(test)
    def told() -> None:
        run_story(text)

    return told


def run_story(text: str, set_up: "Callable[[list[Line]], Stage] | None" = None) -> None:
    """Run a story, on a stage of another kind if told; StoryFailed names the line, what was expected and what came."""
    lines = list(read_lines(text))
    stage = (set_up or Stage)(lines)
    for line in lines:
        try:
            stage.play(line)
        except (StoryError, AssertionError) as error:
            raise StoryFailed(f"{line}\n{error}") from error


def read_lines(text: str) -> Iterator[Line]:
    """The lines of a story, each with the answers that go on below it."""
    line: Line | None = None
    for number, raw in enumerate(text.splitlines(), 1):
        columns = [part for column in re.split(r" {2,}", raw.strip()) for part in column.split(", ") if part]
        if raw.startswith(" ") and line is not None:
            line.answers.extend(columns)
        elif columns:
            if line is not None:
                yield line
            who, says, *answers = [*columns, ""] if len(columns) == 1 else columns
            line = Line(number, who, says, answers)
    if line is not None:
        yield line


class Stage:
    """The market on which a story plays."""

    def __init__(self, lines: list[Line]) -> None:
        self.twins = self.market(lines)
        self.advisor = Advisor(self.twins)
        self.orders = 0

    def market(self, lines: list[Line]) -> Twins:
        """The market before the first line."""
        band = next((line.says.partition(" ")[2] for line in lines if line.says.startswith("allows ")), None)
        return Twins([*catalogue(*read_band(band)), *self.opening(lines)])

    def opening(self, lines: list[Line]) -> Iterator[Command]:
        """Everybody who is named, with what they have before the first line."""
        said = {(line.who, line.says.partition(" ")[0]): line.says.partition(" ")[2] for line in lines}
        for who in dict.fromkeys(line.who for line in lines):
            if who in NOBODYS or THING.fullmatch(who):
                continue
            group = said.get((who, "joins"), who)
            yield OpenAccount(account_id=who, roles=("buyer", "provider"), owner_group=group)
            cash = money_of(said[who, "has"]) if (who, "has") in said else FORTUNE_MICROS
            if cash:
                yield Deposit(account_id=who, amount_micros=cash)

    def play(self, line: Line) -> None:
        """Carry out a command and compare, or check a claim."""
        word = line.says.partition(" ")[0]
        if (word in {"has", "joins"} and line.who not in NOBODYS) or word == "allows":
            return
        if line.says == RESTART:
            restart(self.twins)
        elif THING.fullmatch(line.who):
            self.check_claim(line, read_fact(line.says, self.moment), how_it_stands(self.twins, line.who))
        elif word in MONEY:
            claim = Fact("", "has", read_details(line.says, self.moment))
            self.check_claim(line, claim, money_of_account(self.twins, line.who))
        elif QUESTION.fullmatch(line.says):
            answer = self.advisor.answer(line.who, line.says, self.moment)
            compare([read_fact(told, self.moment) for told in line.answers], answer, [""])
        else:
            self.carry_out(line)

    @property
    def moment(self) -> Moment:
        return Moment(self.twins.naive.now)

    def check_claim(self, line: Line, claim: Fact, actual: Fact) -> None:
        if line.answers:
            raise StoryError("a claim has no answer")
        if not claim.says(actual, [line.who]):
            raise StoryFailed(f"  but {actual}")

    def carry_out(self, line: Line) -> None:
        expected = [read_fact(answer, self.moment) for answer in line.answers]
        *first, command = self.commands(line.who, line.says)
        for other in first:
            outcome, _ = self.twins.apply(other)
            assert outcome.reject is None, outcome.reject
        before = self.how_things_stand()
        outcome, events = self.twins.apply(command)
        own = own_name(command, outcome.subject)
        compare(expected, facts_of(self.twins, outcome, events, before, own), ["", line.who, own])

    def how_things_stand(self) -> dict[str, str]:
        told = self.twins.told
        names = [
            *(f"bid-{n}" for n in told.bids),
            *(f"ask-{n}" for n in told.asks),
            *(f"lease-{n}" for n in told.leases),
        ]
        return {name: how_it_stands(self.twins, name).verb for name in names}

    def commands(self, who: str, says: str) -> list[Command]:
        """What a line asks of the market; the last command is that which the line is about."""
        if says != "takes advice":
            return [self.command(who, says)]
        self.orders += 1
        return list(self.advisor.take(who, f"order-{self.orders}"))

    def command(self, who: str, says: str) -> Command:
        """What a line asks of the market."""
        if who == "clock":
            return AdvanceTime(to_s=self.moment.at(says))
        change = read_change(who, says) or read_watch(who, says)
        if change is not None:
            return change
        verb, _, rest = says.partition(" ")
        match verb:
            case "ask" | "bid":
                self.orders += 1
                read = read_ask if verb == "ask" else read_bid
                return read(who, says, self.moment, f"order-{self.orders}")
            case "deposits":
                return Deposit(account_id=who, amount_micros=money_of(rest))
            case "meter":
                return self.report(who, says)
        found = THING.fullmatch(rest)
        match (verb, found and found[1]):
            case ("cancel", "bid"):
                return CancelBid(account_id=who, bid_id=number_of(rest))
            case ("cancel", "ask"):
                return CancelAsk(account_id=who, ask_id=number_of(rest))
            case ("start", "lease"):
                return StartLease(account_id=who, lease_id=number_of(rest), sealed_access=b"sealed")
        raise StoryError(f"nobody can {says!r}")

    def report(self, who: str, says: str) -> MeterLease:
        found = METER.fullmatch(says)
        if found is None:
            raise StoryError(f"no report: {says!r}")
        lease, through, delivered, used = found.groups()
        return MeterLease(
            account_id=who,
            lease_id=int(lease),
            through_s=self.moment.at(through),
            delivered_uch=parse_decimal(delivered, CHIP_HOUR_PLACES),
            used_uch=parse_decimal(used, CHIP_HOUR_PLACES),
        )


def number_of(thing: str) -> int:
    return int(thing.partition("-")[2])


def own_name(command: Command, subject: int) -> str:
    """The order or lease that a command was about."""
    match command:
        case PlaceBid() | CancelBid() | AmendBid():
            return f"bid-{subject}"
        case PlaceAsk() | CancelAsk() | AmendAsk():
            return f"ask-{subject}"
        case StartLease() | MeterLease() | ReleaseLease() | CancelLease() | ContestPeriod() | RuleContest():
            return f"lease-{subject}"
    return ""


def compare(expected: list[Fact], actual: list[Fact], names: list[str]) -> None:
    """Every answer must be true, leases and changes in order; everything that has to be told must be."""
    left = list(actual)
    wrong = []
    for fact in expected:
        true = next((other for other in left if fact.says(other, names)), None)
        if true is None:
            wrong.append(f"  expected  {fact}")
        else:
            left.remove(true)
    wrong += [f"  not told  {fact}" for fact in left if fact.must]
    for verb, what in IN_ORDER.items():
        told = [fact for fact in expected if fact.verb == verb]
        came = [fact for fact in actual if fact.verb == verb]
        if not wrong and not all(fact.says(other, names) for fact, other in zip(told, came, strict=True)):
            wrong.append(f"  expected  the same {what} in another order")
    if wrong:
        got = [f"  got       {fact}" for fact in actual] or ["  got       nothing"]
        raise StoryFailed("\n".join([*wrong, *got]))
