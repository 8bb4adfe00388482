"""One request of REST: who, may they, what do they want, the answer; and every failure as a problem."""

import asyncio
import re
from collections.abc import Awaitable, Callable
from typing import Final

import msgspec
from aiohttp import hdrs, web
from msgspec import Struct

from exchange.language.limits import CLIENT_ORDER_ID_MAX_CHARS
from gateway.auth import NOBODY, PUBLIC, RIGHTS, Caller, authorise, claim_of, prove
from gateway.costs import BAD_KEY
from gateway.decode import check_texts, convert, decode
from gateway.desk import IDEMPOTENCY_KEY, Call, Desk
from gateway.documents.pages import Sheet
from gateway.doorman import settled_body
from gateway.errors import Refusal, new_request_id, refusal_of
from gateway.logs import REQUEST, note_request
from gateway.metrics.counts import UNMATCHED, Counts, now_ns
from gateway.proxies import asker_of
from gateway.rest.routes import BODIED, Route
from gateway.schema import NoParams
from gateway.signing import SCHEME
from gateway.throttle import Allowance, Gate

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

_KEY: Final = re.compile(rf"[A-Za-z0-9_-]{{1,{CLIENT_ORDER_ID_MAX_CHARS}}}")
_KEY_MISPLACED: Final = (
    f"{IDEMPOTENCY_KEY} means nothing here. Orders carry a client_order_id, which does the same for them; "
    "quotes change nothing, and the clock of a sandbox is nobody's alone."
)

_PAUSE_S: Final = 0.05
_SWITCHED: Final = 101  # to a stream, which is over when this is known

REQUEST_ID: Final = web.RequestKey("request_id", str)
ALLOWANCE: Final = web.RequestKey("allowance", Allowance)
GATE: Final = web.AppKey("gate", Gate)
COUNTS: Final = web.AppKey("counts", Counts)

_encode: Final = msgspec.json.Encoder().encode


def endpoint(desk: Desk, route: Route) -> Handler:
    """The aiohttp handler of a route. A route without an entry in the table of rights cannot be made."""
    call = f"{route.method} {route.path}"
    public, bodied = RIGHTS[call] == PUBLIC, route.method in BODIED

    async def handle(request: web.Request) -> web.Response:
        if request.body_exists and not bodied:
            desk.gate.blame(asker_of(request))
            raise Refusal("bad_request", detail=f"A {route.method} has no body here.")
        caller = await _caller(desk, request, public=public)
        allowance = desk.gate.allowance(caller, asker_of(request), call)
        if allowance is not None:
            request[ALLOWANCE] = allowance
            desk.gate.admit(allowance)
        try:
            authorise(desk.market, caller, call)
        except Refusal:
            if allowance is None:
                request[ALLOWANCE] = desk.gate.fault(caller)
            raise
        idempotency_key = _idempotency_key(request, route)
        params = await _taken(request, route, desk.gate.limits.body_s)
        if allowance is not None:
            allowance.take_extra(params)
        answer = await route.call(Call(desk, caller, params, idempotency_key, allowance=allowance))
        if isinstance(answer, Sheet):
            return web.Response(body=answer.body, headers=answer.headers, content_type=answer.media, charset="utf-8")
        return web.Response(body=_encode(answer), status=route.status, content_type="application/json")

    return handle


@web.middleware
async def problems(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Whatever is raised below becomes a problem, with the request's id."""
    request[REQUEST_ID] = new_request_id()
    REQUEST.set(request[REQUEST_ID])
    began_ns, counts = now_ns(), request.app[COUNTS]
    try:
        response = await handler(request)
    except Exception as error:
        charged = _charged(error, request)
        refusal = refusal_of(charged, request[REQUEST_ID])
        counts.refusals[refusal.code] += 1
        _note(counts, request, refusal.entry.status, began_ns)
        if refusal.code == "rate_limited":
            await asyncio.sleep(_PAUSE_S)  # who asks again at once is not read meanwhile
        return _problem(charged, refusal, request[REQUEST_ID])
    if response.status != _SWITCHED:
        _note(counts, request, response.status, began_ns)
    return response


async def stamp(request: web.Request, response: web.StreamResponse) -> None:
    """Headers that every response bears. Answers are of a moment and of one caller: nobody may keep them."""
    if REQUEST_ID not in request:
        return  # refused before it was ours; see `unread`
    response.headers["X-Request-Id"] = request[REQUEST_ID]
    response.headers.setdefault(hdrs.CACHE_CONTROL, "no-store")
    allowance = request.get(ALLOWANCE)
    if allowance is not None:
        wait_s = response.headers[hdrs.RETRY_AFTER] if response.status == 429 else None
        response.headers.update(allowance.fields(None if wait_s is None else int(wait_s)))


async def _caller(desk: Desk, request: web.Request, *, public: bool) -> Caller:
    """Who asks. What is public may be asked with a key, too, and is then charged to its account."""
    given = request.headers.getall(hdrs.AUTHORIZATION, [])
    if public and not given:
        return NOBODY
    try:
        claim = claim_of(desk.market, desk.nonces, ", ".join(given), asker_of(request))
        if isinstance(claim, Caller):
            return claim
        body = await settled_body(request, desk.gate.limits.body_s) if request.body_exists else b""
        return prove(desk.market, desk.nonces, claim, request.method, request.raw_path, body, asker_of(request))
    except Refusal:
        desk.gate.blame(asker_of(request), BAD_KEY)
        if public:
            return NOBODY
        raise


def _charged(error: Exception, request: web.Request) -> Exception:
    """The error, or what its sender is told instead for having sent too many that no route could be charged for."""
    if isinstance(error, web.HTTPException) and ALLOWANCE not in request:
        try:
            request.app[GATE].blame(asker_of(request))
        except Refusal as refusal:
            return refusal
    return error


def _idempotency_key(request: web.Request, route: Route) -> str:
    """The key of a request that is to be carried out once however often it is sent; empty for none."""
    given = request.headers.getall(IDEMPOTENCY_KEY, [])
    if not given or route.method == hdrs.METH_GET:
        return ""
    if not route.keyed:
        raise Refusal("not_supported", IDEMPOTENCY_KEY, _KEY_MISPLACED)
    if len(given) > 1 or not _KEY.fullmatch(given[0]):
        detail = f"{IDEMPOTENCY_KEY} must be one key of 1 to {CLIENT_ORDER_ID_MAX_CHARS} of A-Z a-z 0-9 _ -."
        raise Refusal("bad_format", IDEMPOTENCY_KEY, detail)
    return given[0]


async def _taken(request: web.Request, route: Route, within_s: float) -> Struct:
    """What a request says, as the struct that its route takes."""
    if route.method not in BODIED:
        return convert(request.query.items(), request.match_info, route.takes)
    for name in request.query:
        raise Refusal("unknown_field", name, f"{name} is not a field of this request; a {route.method} takes a body.")
    shape, data = route.body or route.takes, await settled_body(request, within_s)
    body = decode(data if data or shape is not NoParams else b"{}", shape)
    if route.body is None:
        return body
    check_texts(request.match_info.items())
    return route.takes(**msgspec.structs.asdict(body), **request.match_info)


def _note(counts: Counts, request: web.Request, status: int, began_ns: int) -> None:
    resource = request.match_info.route.resource
    route = UNMATCHED if resource is None else resource.canonical
    took_ns = now_ns() - began_ns
    counts.note_request(request.method, route, status, took_ns)
    note_request(f"{request.method} {route}", status, took_ns)


def _problem(error: Exception, refusal: Refusal, request_id: str) -> web.Response:
    response = web.Response(
        body=_encode(refusal.problem(request_id)), status=refusal.entry.status, content_type="application/problem+json"
    )
    if isinstance(error, web.HTTPMethodNotAllowed):
        response.headers[hdrs.ALLOW] = ", ".join(sorted(error.allowed_methods))
    if refusal.entry.status == 401:
        response.headers[hdrs.WWW_AUTHENTICATE] = f"Bearer, {SCHEME}"
    if refusal.retry_after_ms is not None:
        response.headers[hdrs.RETRY_AFTER] = str(max(-(-refusal.retry_after_ms // 1000), 1))
    return response
