"""Texts that PostgreSQL cannot keep: refused before the journal has them, and no harm in a journal that has them."""

from random import Random
from typing import Any, get_args

import asyncpg
import msgspec
import pytest
from msgspec import Struct, structs

from exchange.core.digest import digest
from exchange.core.state_machine import RULES_VERSION
from exchange.language.commands import Command, Require
from exchange.language.rejects import Code
from exchange.runtime.clock import SandboxClock
from exchange.runtime.exchange import Exchange
from exchange.runtime.rebuilding import rebuild
from exchange.runtime.verifying import verify
from exchange.store.journal import PostgresJournal
from exchange.store.statements import PostgresStatements
from tests.core.world import SETUP, T0
from tests.projections.test_pages import a_history
from tests.properties.money_flavours import FLAVOURS
from tests.runtime.albums import fill
from tests.runtime.kept import KeptJournal
from tests.wrong_texts import filled

FREE = ("account_id", "owner_group", "tags", "place", "reference", "reason", "site", "use", "require", "local_regions")
MISSING = {"site": "hz-1", "reference": "cash", "tags": ("ib",), "require": Require(tags=("ib",))}  # in the histories


@pytest.mark.parametrize("wrong", ["\0", "a\0b", "\ud800"])
async def test_no_command_with_such_a_text_is_taken(wrong: str) -> None:
    journal = KeptJournal()
    exchange = await Exchange.open(journal, SandboxClock(0, T0), seeds=list(SETUP))
    rows, before, tried = len(journal.kept), digest(exchange._machine.state), 0
    for kind in get_args(Command):
        for place, fields in filled(kind, wrong):
            outcome = await exchange.submit(msgspec.convert(fields, kind))
            assert outcome.reject is not None
            assert (outcome.reject.code, outcome.reject.param) == (Code.BAD_VALUE, place), kind
            tried += 1
    assert tried > 150
    assert (len(journal.kept), digest(exchange._machine.state)) == (rows, before)
    await exchange.close()


async def test_a_journal_that_holds_some_opens_and_is_proved(database_url: str) -> None:
    """Written before they were refused, with U+0000 in every free text, and in backslashes what only looks like it."""
    journal = await PostgresJournal.open(database_url, sandbox=True, rules_version=RULES_VERSION)
    ends = await fill(journal, [poisoned(command) for command in a_history(FLAVOURS[0], seed=7)], Random(7))
    statements = PostgresStatements(database_url, journal.epoch)
    exchange = await Exchange.open(journal, SandboxClock(0, T0), statements=statements)
    assert exchange.reads.seq >= ends[-1]
    assert exchange.audit().violations == ()
    await exchange.close()
    await statements.aclose()
    assert (await verify(database_url)).differences == ()
    await rebuild(database_url)
    verdict = await verify(database_url)
    assert (verdict.differences, all(verdict.tables.values())) == ((), True)

    raw = await asyncpg.connect(database_url)
    for table, column in (
        *(("orders", name) for name in ("account_id", "use", "site", "tags::text", "require::text")),
        *(("leases", name) for name in ("buyer", "use", "site")),
        *(("transfers", name) for name in ("debit", "credit", "reference")),
        ("balances", "account"),
        ("told", "account_id"),
    ):
        query = f"SELECT count(*) FROM statements.{table} WHERE {column} LIKE '%\ufffd%'"
        assert await raw.fetchval(query), (table, column)
    await raw.close()


def poisoned(value: Any) -> Any:
    """A command with U+0000 in its free texts."""
    match value:
        case Struct():
            found = {name: getattr(value, name) for name in value.__struct_fields__}
            said = {name: found[name] or MISSING.get(name) for name in FREE if name in found}
            return structs.replace(value, **{name: spoilt(text) for name, text in said.items() if text})
    return value


def spoilt(value: Any) -> Any:
    match value:
        case str():
            return f"{value}\\u0000\0\0\\\0"
        case tuple():
            return tuple(map(spoilt, value))
    return poisoned(value)
