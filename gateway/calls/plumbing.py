"""What describes the edge: its two documents, the page that shows one of them, and the text beside them."""

import asyncio
from functools import lru_cache

import msgspec
from prometheus_client import generate_latest

from exchange.language.units import DAY_S
from gateway import schema
from gateway.desk import Call
from gateway.documents.pages import CONSOLE_FILES, MEDIA, PAGES, START, Sheet, console_sheet, sheet
from gateway.errors import Refusal
from gateway.metrics.exposition import TEXT
from gateway.params import ConsoleRef, PageRef


async def openapi(call: Call[schema.NoParams]) -> Sheet:
    return await asyncio.to_thread(_openapi, call.desk.market.clock_s // DAY_S)


async def asyncapi(call: Call[schema.NoParams]) -> Sheet:
    return await asyncio.to_thread(_asyncapi, call.desk.market.clock_s // DAY_S)


async def docs(_: Call[schema.NoParams]) -> Sheet:
    return sheet("index.html")


async def page(call: Call[PageRef]) -> Sheet:
    if call.params.page not in PAGES:
        raise Refusal("not_found", "page", f"There is no such page; start at /docs/{START}.")
    return sheet(call.params.page)


async def metrics(call: Call[schema.NoParams]) -> Sheet:
    return Sheet(body=generate_latest(call.desk.registry), media=TEXT, headers={})


async def llms(_: Call[schema.NoParams]) -> Sheet:
    return sheet("llms.txt")


async def front(_: Call[schema.NoParams]) -> Sheet:
    """The public market page."""
    return console_sheet("index.html")


async def console(_: Call[schema.NoParams]) -> Sheet:
    """The operators' page; what it shows, it asks for with their key."""
    return console_sheet("console.html")


async def console_file(call: Call[ConsoleRef]) -> Sheet:
    if call.params.file not in CONSOLE_FILES:
        raise Refusal("not_found", "file", "There is no such file; the console is at /console.")
    return console_sheet(call.params.file)


# The examples in a document lie after the end of the market's day, so it is made anew every day; that takes as long as
# hundreds of orders do, which must not wait for it.


@lru_cache(maxsize=1)
def _openapi(day: int) -> Sheet:
    from gateway.documents.openapi import document  # noqa: PLC0415 - it is made of all routes, and these are some

    return _json(document((day + 1) * DAY_S))


@lru_cache(maxsize=1)
def _asyncapi(day: int) -> Sheet:
    from gateway.documents.asyncapi import document  # noqa: PLC0415 - as above

    return _json(document((day + 1) * DAY_S))


def _json(document: object) -> Sheet:
    return Sheet(body=msgspec.json.encode(document), media=MEDIA[".json"], headers={})
