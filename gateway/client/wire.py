"""A call without its connection: what is sent, what the answer means, and whether and when to send it again.

Nothing here opens a socket, waits or keeps a state, so every face of the client shares it. What may have been done is
sent again only where that does no more than sending it once: reads, orders, which carry a client_order_id, and what
carries an idempotency key.
"""

import random
import re
import secrets
import time
from collections.abc import Callable, Mapping
from typing import Final, Generic, NamedTuple, Protocol, TypeVar
from urllib.parse import urlencode

import msgspec
from msgspec import Struct

from gateway import answers, schema
from gateway.client.errors import ClientError, Doubt, Refused, Unreachable, problem_of

T = TypeVar("T")
Query = Mapping[str, str | int] | None

ANSWER_S: Final = 30  # a sandbox's clock may have a month of market to go through
RETRIES: Final = 4
STREAM: Final = "/v1/stream"

_FIRST_S, _MOST_S, _DOUBLINGS = 0.1, 5.0, 6  # of the pauses that grow
_URL: Final = re.compile(r"(https?://[^/?#\s]+)((?:/[^?#\s]*)?)")
_WHO_ASKS: Final = 401
_EXPIRED, _ANEW_S = "signature_expired", 0.5  # a server that has just started takes none from before
_PATIENCE_S: Final = 60.0  # a server that asks for more is not waited for


class Credential(Protocol):
    """What proves to the server who asks: a `Signer`, or a `Bearer`."""

    def header(self, method: str, target: str, body: bytes, now_ms: int) -> str:
        """The Authorization header of one request, good once."""


class Bearer(Struct, frozen=True):
    """A secret key, sent as it is."""

    key: str

    def header(self, method: str, target: str, body: bytes, now_ms: int) -> str:
        """The same for all requests."""
        return f"Bearer {self.key}"


def credential_of(key: "str | Credential") -> Credential | None:
    """Of a secret key, or what signs; None for an empty key, so for what is public."""
    if isinstance(key, str):
        return Bearer(key) if key else None
    return key


class Request(Struct, Generic[T], frozen=True):
    """One call of REST, and the type of its answer. `path` is percent-encoded.

    `keyed` is one that takes an idempotency key; `harmless` one that changes nothing although it is a POST.
    """

    method: str
    path: str
    answer: type[T]
    body: schema.Body | None = None
    query: Query = None
    idempotency_key: str = ""
    keyed: bool = False
    harmless: bool = False

    @property
    def repeatable(self) -> bool:
        """Whether sending it twice does no more than sending it once."""
        return not self.changes or bool(self.idempotency_key) or names_itself(self.body)

    @property
    def changes(self) -> bool:
        """Whether it may change anything: not a look, a quote or a preview."""
        return not (self.method == "GET" or self.harmless or getattr(self.body, "preview", False))


def names_itself(body: schema.Body | None) -> bool:
    """Whether a body bears a client_order_id, by which the market knows it again."""
    return hasattr(body, "client_order_id")


def now_ms() -> int:
    """The time that requests are signed at: milliseconds since 1970, by this machine."""
    return time.time_ns() // 1_000_000


def ready(request: Request[T]) -> Request[T]:
    """The request as all its attempts send it: with an idempotency key, where it takes one and has none."""
    if not request.keyed or request.idempotency_key:
        return request
    return msgspec.structs.replace(request, idempotency_key=secrets.token_hex(16))


class Prepared(NamedTuple):
    """What goes out: `url` must go as it is, since what follows its host may be signed; None is no body."""

    url: str
    headers: dict[str, str]
    data: bytes | None


def prepare(request: Request[T], credential: Credential | None, now_ms: int, url: str) -> Prepared:
    """One attempt of a request to the server at a URL, signed anew. Raises Unreachable when that is none."""
    origin, root = _parted(url)
    data = None if request.body is None else msgspec.json.encode(request.body)
    target = root + request.path + (f"?{urlencode(request.query)}" if request.query else "")
    headers = {} if data is None else {"Content-Type": "application/json"}
    if request.idempotency_key:
        headers["Idempotency-Key"] = request.idempotency_key
    if credential is not None:
        headers["Authorization"] = credential.header(request.method, target, data or b"", now_ms)
    return Prepared(origin + target, headers, data)


def _parted(url: str) -> tuple[str, str]:
    """Scheme and host of a server's URL, and its path without the last "/"."""
    found = _URL.fullmatch(url)
    if found is None:
        raise Unreachable(url, "that is no URL", lasting=True)
    return found[1], found[2].rstrip("/")


def take(request: Request[T], status: int, headers: Mapping[str, str], payload: bytes, url: str) -> T:
    """The answer; raises Refused, and Unreachable when it is not one of ours."""
    if status >= 400:
        raise Refused(problem_of(payload, url, status), retry_after_ms(headers))
    try:
        return msgspec.json.decode(payload, type=request.answer)
    except msgspec.DecodeError as error:
        raise Unreachable(url, f"the answer ({status}) is not Leasebook's: {error}") from error


def retry_after_ms(headers: Mapping[str, str]) -> int | None:
    """What the header Retry-After asks for, None without one in whole seconds."""
    text = headers.get("Retry-After", "")
    return int(text) * 1000 if text.isascii() and text.isdigit() else None


def pause_s(
    repeatable: bool, failure: ClientError, attempt: int, draw: Callable[[], float] = random.random
) -> float | None:
    """How long to wait before the attempt after this one, counted from 0; None when there must be none.

    What the server asks for is waited for; else it is a random part of what doubles with every attempt, so that not
    all clients come back at once.
    """
    if isinstance(failure, Refused):
        if failure.problem.code == _EXPIRED:
            return _ANEW_S
        if not failure.problem.retryable or not (repeatable or failure.problem.outcome == "rejected"):
            return None
        if failure.retry_after_ms is not None:
            wait_s = failure.retry_after_ms / 1000
            return wait_s if wait_s <= _PATIENCE_S else None
    elif not repeatable or (isinstance(failure, Unreachable) and failure.lasting):
        return None
    return min(_FIRST_S * (1 << min(attempt, _DOUBLINGS)), _MOST_S) * draw()


def doubt_of(request: Request[T], failure: ClientError, before: Doubt | None) -> Doubt | None:
    """What is in doubt after an attempt has failed, and `before` it; None when nothing has changed for certain."""
    if not request.changes:
        return None
    if _left_open(failure):
        return Doubt(request.repeatable, request.idempotency_key)
    return None if _settles(failure) else before


def _left_open(failure: ClientError) -> bool:
    """Whether an attempt that failed so may have been carried out."""
    if isinstance(failure, Refused):
        return failure.problem.outcome == "unknown"
    return isinstance(failure, Unreachable) and failure.sent


def _settles(failure: ClientError) -> bool:
    """Whether no attempt before this one was carried out, either, as the market would have known it again.

    A refusal for want of a good key, or of time, comes before the market has looked.
    """
    return isinstance(failure, Refused) and not failure.problem.retryable and failure.problem.status != _WHO_ASKS


# --------------------------------------------------------------------------------------------------------- the stream


_READS: Final = frozenset({"ask.list", "bid.explain", "bid.list", "bid.quote", "lease.list", "ping"})
_TOTALS: Final = "lease.meter"  # what is reported twice counts once


def doubt_on_stream(op: str, params: schema.Body, failure: ClientError) -> Doubt | None:
    """What is in doubt after a request on the stream has failed."""
    if op in _READS or not _left_open(failure):
        return None
    return Doubt(repeatable_on_stream(op, params) or op == _TOTALS)


def repeatable_on_stream(op: str, params: schema.Body) -> bool:
    """Whether what is asked on the stream may be asked again by itself."""
    return op in _READS or names_itself(params)


class Reply(Struct, frozen=True):
    """A reply whose result is decoded by whoever asked."""

    id: int | str | None
    seq: int = 0
    result: msgspec.Raw = msgspec.Raw(b"{}")
    error: schema.Problem | None = None


class _Message(Struct, frozen=True):
    """What tells a push from a reply."""

    channel: str = ""


def frame(number: int, op: str, params: schema.Body) -> str:
    """One request on the stream."""
    packed = schema.Frame(id=number, op=op, params=msgspec.Raw(msgspec.json.encode(params)))
    return msgspec.json.encode(packed).decode()


def heard(text: str | bytes) -> answers.Push | Reply:
    """What has come on the stream; msgspec.DecodeError when it is neither."""
    if msgspec.json.decode(text, type=_Message).channel:
        return msgspec.json.decode(text, type=answers.Push)
    return msgspec.json.decode(text, type=Reply)


def result_of(reply: Reply, answer: type[T]) -> T:
    """What a request on the stream was answered; the seq of a change is that of the reply's head. Raises Refused."""
    if reply.error is not None:
        raise Refused(reply.error)
    result = msgspec.json.decode(reply.result, type=answer)
    if isinstance(result, answers.Answer):
        return msgspec.structs.replace(result, seq=reply.seq)
    return result
