"""Every way the edge says no: one closed catalogue, the wire's own codes and the market's, all as RFC 9457 problems.

`Refusal` is the one exception that handlers raise; whatever else escapes them is turned into one here, and only a
defect of ours becomes `internal`.
"""

from random import Random
from traceback import format_exception
from typing import Final, NamedTuple

import structlog
from aiohttp import ClientPayloadError, web

from exchange.language.port import Busy, MarketStopped
from exchange.language.rejects import Code, Kind, Reject
from gateway.schema import Problem

log = structlog.get_logger()


class Entry(NamedTuple):
    """A code's HTTP status, what a person is told, and whether to try the same again."""

    status: int
    title: str
    retryable: bool = False
    outcome: str = "rejected"


WIRE: Final[dict[str, Entry]] = {
    # the address
    "bad_request": Entry(400, "The request is not one that can be read"),
    "not_found": Entry(404, "There is nothing at this address"),
    "method_not_allowed": Entry(405, "The address does not take this method"),
    "upgrade_required": Entry(426, "This address speaks WebSocket"),
    # who asks
    "unauthenticated": Entry(401, "A valid key is needed"),
    "signature_expired": Entry(401, "The request was signed too long ago, or in the future"),
    "bad_signature": Entry(401, "The signature is not of this request"),
    "nonce_used": Entry(401, "The nonce was used before"),
    "key_expired": Entry(401, "The key has expired"),
    "key_revoked": Entry(401, "The key has been revoked"),
    "address_not_allowed": Entry(403, "The key may not be used from this address"),
    "rate_limited": Entry(429, "That is more than may be asked just now", retryable=True),
    "scope_missing": Entry(403, "The key does not have the scope that this needs"),
    "forbidden": Entry(403, "This is not for the calling account"),
    # the bytes
    "unsupported_encoding": Entry(415, "The body must come as it is, not compressed"),
    "request_timeout": Entry(408, "The body did not come in time", retryable=True),
    "binary_frame": Entry(400, "The stream takes text frames only"),
    "too_large": Entry(413, "The body is too large"),
    "too_deep": Entry(400, "The body is nested too deeply"),
    "malformed_json": Entry(400, "The body is not JSON in UTF-8"),
    # the shape
    "unknown_field": Entry(422, "There is no such field"),
    "missing_field": Entry(422, "A field is missing"),
    "wrong_type": Entry(422, "The value has the wrong type"),
    "bad_format": Entry(422, "The value is not written in the form that this field needs"),
    "bad_decimal": Entry(422, "The value is not a decimal number of this field's unit"),
    "bad_instant": Entry(422, "The value is not an instant"),
    "bad_duration": Entry(422, "The value is not a duration"),
    "ambiguous_form": Entry(422, "The bid mixes its two forms"),
    "no_du_rate": Entry(422, "The chip type has no rate in 度"),
    # what is asked for
    "not_a_sandbox": Entry(404, "This is a live market, not a sandbox"),
    "unknown_market": Entry(404, "The catalogue has no such region or chip type"),
    "access_not_given": Entry(404, "The provider has not handed over access yet"),
    "access_ended": Entry(404, "The account does not use the lease's chips any more"),
    "unknown_op": Entry(404, "The stream has no such op"),
    "already_logged_in": Entry(409, "The socket is logged in with another key"),
    "too_many_sockets": Entry(429, "As many sockets are open as may be", retryable=True),
    "too_many_channels": Entry(409, "The socket has as many channels open as it may"),
    # our side
    "busy": Entry(503, "The market takes no more commands just now", retryable=True),
    "not_ready": Entry(503, "The market is not open", retryable=True),
    "shutting_down": Entry(503, "The server is shutting down", retryable=True),
    "unavailable": Entry(503, "The market has stopped", retryable=True, outcome="unknown"),
    "internal": Entry(500, "Something broke on our side", outcome="unknown"),
}

STATUS: Final = {Kind.FORBIDDEN: 403, Kind.NOT_FOUND: 404, Kind.CONFLICT: 409, Kind.INVALID: 422}
MARKET: Final = {code.wire: Entry(STATUS[code.value.kind], code.value.title) for code in Code}
CATALOGUE: Final = WIRE | MARKET
assert len(CATALOGUE) == len(WIRE) + len(MARKET), "a code belongs to the wire or to the market, never to both"

_CHANCE: Final = Random()  # ids of requests are no secrets, and every request has one: the system is not asked for each

_SOON_MS: Final = 1_000  # to wait before what is retryable is tried again, where nothing else is known

_OPEN: Final = "Ask by client_order_id what became of an order; send anything else again with its Idempotency-Key."

_BY_STATUS: Final = {404: "not_found", 405: "method_not_allowed", 413: "too_large", 426: "upgrade_required"}


class Refusal(Exception):
    """A request ends here. `code` is of the catalogue, `param` names the place, `detail` says what to do."""

    def __init__(
        self, code: str, param: str | None = None, detail: str = "", retry_after_ms: int | None = None
    ) -> None:
        super().__init__(code, param, detail)
        self.entry = CATALOGUE[code]
        self.code = code
        self.param = param
        self.detail = detail or f"{self.entry.title}."
        self.retry_after_ms = _SOON_MS if retry_after_ms is None and self.entry.retryable else retry_after_ms

    @classmethod
    def by_market(cls, reject: Reject) -> "Refusal":
        """The market's own no, as it gave it."""
        return cls(reject.code.wire, reject.param or None, reject.detail)

    def problem(self, request_id: str) -> Problem:
        """As it goes over the wire."""
        return Problem(
            type=f"urn:leasebook:problem:{self.code}",
            title=self.entry.title,
            status=self.entry.status,
            detail=self.detail,
            code=self.code,
            param=self.param,
            request_id=request_id,
            retryable=self.entry.retryable,
            outcome=self.entry.outcome,
            retry_after_ms=self.retry_after_ms,
        )


def new_request_id() -> str:
    """What a problem is asked about by."""
    return f"req-{_CHANCE.getrandbits(64):016x}"


def refusal_of(error: Exception, request_id: str) -> Refusal:
    """What a client is told of an exception; a defect is logged with its traceback, which stays here."""
    match error:
        case Refusal():
            return error
        case Busy():
            return Refusal("busy", detail="The command was not taken. Send it again in a moment.")
        case MarketStopped():
            return Refusal("unavailable", detail=_OPEN)
        case web.HTTPException():
            return Refusal(_BY_STATUS.get(error.status, "bad_request"))
        case ClientPayloadError() | ConnectionError():
            return Refusal("bad_request", detail="The body did not arrive whole.")
    # as text: a formatter that shows local variables would show secrets
    log.error("request.failed", request_id=request_id, trace="".join(format_exception(error)))
    return Refusal("internal", detail="The failure has been logged under the request's id.")
