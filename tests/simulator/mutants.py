"""Defects of the kinds that lose orders, seeded one at a time: each must be found, and here is a seed that finds it.

A mutant is a change of the text of one function. When the function no longer has that text, its mutant fails loudly
and wants to be written anew. When the market's code changes, so do the histories of all seeds: the search begins at the
seed named here and goes on for a few. `python -m tests.simulator --seeds 100 --mutant NAME` says which finds it now.
"""

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from inspect import getsource
from textwrap import dedent
from typing import Any, Final, NamedTuple

PUMP: Final = "exchange.runtime.pump:Pump."
FEED: Final = "exchange.runtime.feed:"
APPEND: Final = "link = await self._journal.append(first_seq, len(commands), payload)"
LAST_LINE: Final = "self._scribe.poke()"


class Mutant(NamedTuple):
    """What it does wrong, in which function, by which changes of its text, and a seed that kills it."""

    what: str
    place: str
    changes: tuple[tuple[str, str], ...]
    seed: int


TRIES: Final = 40  # seeds, from its own on, of which one must find a defect

ALL: Final[dict[str, Mutant]] = {
    "canary": Mutant(
        "answers before the commit is durable",
        PUMP + "_carry_out", ((APPEND, "link = bytes(32)"), (LAST_LINE, f"{LAST_LINE}\n    {APPEND}")), 0,
    ),
    "tells-before-append": Mutant(
        "accounts are told before the commit is durable",
        PUMP + "_carry_out",
        (
            (APPEND, "link, answers = bytes(32), []"),
            ("_answer(batch[index - ahead], outcome)", "answers.append((batch[index - ahead], outcome))"),
            (LAST_LINE, f"{LAST_LINE}\n    {APPEND}\n    for each in answers:\n        _answer(*each)"),
        ), 1,
    ),
    "ignores-failed-append": Mutant(
        "goes on when an append fails",
        PUMP + "_carry_out", ((APPEND, f"try:\n        {APPEND}\n    except Exception:\n        link = bytes(32)"),), 0,
    ),
    "retries-append": Mutant(
        "appends again, over a new connection, when an answer does not come",
        "tests.simulator.journal:SimJournal.append",
        (
            ("link = await session.request(", "try:\n        link = await session.request("),
            (
                "    self._broken = False",
                ("    except JournalError:\n"
                "        again = database.connect(session.node)\n"
                "        again.epoch = session.epoch\n"
                "        link = await again.request(\n"
                '            "append", lambda: database.append(again, first_seq, count, RULES_VERSION, payload)\n'
                "        )\n"
                "    self._broken = False"),
            ),
        ), 17,
    ),
    "epoch-not-checked": Mutant(
        "the database lets a server append whose place another has taken",
        "tests.simulator.database:Database.append", (("session.epoch != self.epoch", "session is None"),), 4,
    ),
    "pages-not-fenced": Mutant(
        "the database takes a page of a server whose place another has taken",
        "tests.simulator.database:Database.write_page", (("epoch != self.epoch", "epoch is None"),), 40,
    ),
    "time-not-stamped": Mutant(
        "commands are carried out at the time of the one before",
        PUMP + "_stamp", (("if due or (commands and now_s > state.now_s):", "if due and not commands:"),), 0,
    ),
    "sleeps-through": Mutant(
        "what is due waits for the next command",
        PUMP + "_idle_s", (("return None if due_s is None else self._clock.wait_s(due_s)", "return None"),), 1,
    ),
    "digest-one-late": Mutant(
        "a digest is kept for the command after",
        PUMP + "_mark", (("DigestMark(seq=state.seq,", "DigestMark(seq=state.seq + 1,"),), 0,
    ),
    "prev-seq-wrong": Mutant(
        "a command told to an account names itself as the one before",
        "exchange.projections.telling:Telling.gather",
        (("Told(account_id, seq, prev_seq,", "Told(account_id, seq, 0,"),), 0,
    ),
    "drops-at-the-seam": Mutant(
        "who comes to the ring misses the first that is there",
        FEED + "Feed.in_ring", (("range(first, min(", "range(first + 1, min("),), 0,
    ),
    "resumes-where-told-only": Mutant(
        "who resumes from a command that told it nothing is told again what was before",
        FEED + "Feed.in_ring",
        (("bisect_right(own, after_seq, key=lambda told: told.seq)",
          "next((place + 1 for place, told in enumerate(own) if told.seq == after_seq), 0)"),), 0,
    ),
    "ring-lets-go": Mutant(
        "the ring lets go of what is not written yet",
        FEED + "Feed._kept", (("seq <= self._scribe.written_seq", "seq > 0"),), 20,
    ),
    "ring-forgets": Mutant(
        "the ring does not remember what it has let go of",
        FEED + "Feed.tell", (("self._gone_seq[gone.account_id] = gone.seq", "pass"),), 20,
    ),
    "page-without-first": Mutant(
        "a page is written without its first transfer",
        "exchange.projections.pages:Pages.take", (("entries=self._entries,", "entries=self._entries[1:],"),), 0,
    ),
    "page-without-told": Mutant(
        "a page that holds more than one command forgets what accounts were told",
        "exchange.projections.pages:Pages.take", (("told=self._told,", "told=self._told[-1:],"),), 0,
    ),
    "recovery-unseen": Mutant(
        "recovery does not write what was not in the tables yet",
        "exchange.runtime.exchange:Exchange.open", (("seen=scribe.look,", "seen=None,"),), 1,
    ),
    "order-ids-forgotten": Mutant(
        "a client_order_id does not stand for its order",
        "exchange.core.trading:_known", (("if found is None:", "if True:"),), 0,
    ),
    "keys-forgotten": Mutant(
        "an idempotency key does not stand for its request",
        "exchange.core.receipts:known", (("(found := state.answers.get(_key_of(command))) is None", "True"),), 0,
    ),
    "keys-refused": Mutant(
        "a request that is sent again with its key is refused",
        "exchange.core.receipts:known", (("if found.fingerprint == _fingerprint(command):", "if False:"),), 0,
    ),
    "refused-leaves-trace": Mutant(
        "a bid that is refused keeps its client_order_id",
        "exchange.core.trading:place_bid",
        (("if (reject := risk.check_bid(", "_remember(state, order, 1)\n    if (reject := risk.check_bid("),), 1,
    ),
    "held-for-ever": Mutant(
        "what a bid that is done still holds is not given back",
        "exchange.core.clearing:finish_bid", (("    money.release_hold(state, bid)\n", ""),), 0,
    ),
    "hold-released-twice": Mutant(
        "a cancelled bid's hold is given back twice",
        "exchange.core.money:release_hold",
        (("UNHELD, bid_id=bid.bid_id)",
          "UNHELD, bid_id=bid.bid_id)\n    state.post(held, available, amount, events.UNHELD)"),),
        0,
    ),
    "rounds-by-chance": Mutant(
        "a fee is rounded one way in the market, another in a replay",
        "exchange.language.units:fee_micros",
        ((
            "return amount_micros * fee_bp // BP_PER_ONE",
            ("from tests.simulator.loop import NODE\n"
            '    return -(-amount_micros * fee_bp // BP_PER_ONE) if NODE.get().name[:6] == "server" else '
            "amount_micros * fee_bp // BP_PER_ONE"),
        ),), 3,
    ),
    "snapshot-without-keys": Mutant(
        "a snapshot leaves out the answers to requests with a key",
        "exchange.core.snapshot:save",
        (("(Answer(*key, answered) for key, answered in state.answers.items())", "()"),), 1,
    ),
    "snapshot-without-agenda": Mutant(
        "a snapshot leaves out what is due",
        "exchange.core.snapshot:save", (("parts(AGENDA, state.agenda.all())", "parts(AGENDA, ())"),), 3,
    ),
    "skips-a-row": Mutant(
        "recovery goes on after a row that it cannot use",
        "exchange.runtime.replaying:replay", (("place.link = row.link", "place.link = row.payload[:32]"),), 1,
    ),
    "chain-not-checked": Mutant(
        "a row that is not as it was written is read all the same",
        "exchange.language.journal:Follower.take", (("if row.link != known:", "if False:"),), 13,
    ),
    "book-keeps-gone-levels": Mutant(
        "a level that is gone stays in the book of who comes later",
        "gateway.ws.newsroom:BookBoard.take", (("side.pop(level.price_micros, None)", "pass"),), 14,
    ),
    "outbox-drops": Mutant(
        "a full outbox drops what it is given",
        "gateway.ws.outbox:Outbox.put", (("await self.room()", "if self._full:\n                return"),), 0,
    ),
    "half-a-command": Mutant(
        "a client that resumes keeps the part of a command that it had",
        "gateway.client.following:AccountFollower.restart", (("self._begun.clear()", "pass"),), 0,
    ),
}  # fmt: skip


@contextmanager
def mutated(name: str) -> Iterator[None]:
    """With this defect, wherever the function is known by name."""
    mutant = ALL[name]
    module_name, _, path = mutant.place.partition(":")
    *owners, function_name = path.split(".")
    owner: Any = import_module(module_name)
    for part in owners:
        owner = getattr(owner, part)
    original = vars(owner)[function_name]
    defective = _defective(mutant, vars(import_module(module_name)), original, function_name)
    # A function is known by name in modules, and in tables of handlers.
    places = [] if owners else [found for found in gc.get_referrers(original) if isinstance(found, dict)]
    known = [(place, key) for place in places for key, value in list(place.items()) if value is original]
    if owners:
        setattr(owner, function_name, defective)
    for place, key in known:
        place[key] = defective
    try:
        yield
    finally:
        if owners:
            setattr(owner, function_name, original)
        for place, key in known:
            place[key] = original


def _defective(mutant: Mutant, scope: dict[str, Any], original: Any, name: str) -> Any:
    """The function with its text changed."""
    source = dedent(getsource(getattr(original, "__func__", original)))
    for old, new in mutant.changes:
        assert source.count(old) == 1, f"{mutant.place} has {source.count(old)} times {old!r}: write its mutant anew"
        source = source.replace(old, new)
    made: dict[str, Any] = {}
    exec(compile(source, f"<mutant of {mutant.place}>", "exec"), scope, made)
    return made[name]
