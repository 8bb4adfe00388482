"""What the parts of a path and a query make together: for the server's routes alone, clients write addresses."""

from typing import Annotated

from msgspec import Meta

from gateway.documents.pages import CONSOLE_FILES, PAGES
from gateway.requests import CandlesQuery
from gateway.requests_money import TransferPage
from gateway.requests_overview import CapacityPage
from gateway.schema import Body, BookQuery, ClientOrderId, Page, PublicId, Slug


class ClientOrderRef(Body, frozen=True, kw_only=True):
    client_order_id: ClientOrderId


class LeaseRef(Body, frozen=True, kw_only=True):
    lease_id: PublicId


class KeyRef(Body, frozen=True, kw_only=True):
    key_id: Slug


class PageRef(Body, frozen=True, kw_only=True):
    page: Annotated[Slug, Meta(extra_json_schema={"enum": list(PAGES)})]


class ConsoleRef(Body, frozen=True, kw_only=True):
    file: Annotated[Slug, Meta(extra_json_schema={"enum": list(CONSOLE_FILES)})]


class AccountRef(Body, frozen=True, kw_only=True):
    account_id: Slug


class AccountTransfers(TransferPage, frozen=True, kw_only=True):
    account_id: Slug


class MarketRef(Body, frozen=True, kw_only=True):
    region: Slug
    chip: Slug


class BookParams(BookQuery, frozen=True, kw_only=True):
    region: Slug
    chip: Slug


class CandlesParams(CandlesQuery, frozen=True, kw_only=True):
    region: Slug
    chip: Slug


class MarketCapacity(CapacityPage, frozen=True, kw_only=True):
    region: Slug
    chip: Slug


class TradesParams(Page, frozen=True, kw_only=True):
    region: Slug
    chip: Slug
