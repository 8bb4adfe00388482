"""What aiohttp itself cannot read is refused as all else is: as a problem with a code and an id, echoing nothing."""

from http import HTTPStatus
from typing import Final

import msgspec
from aiohttp import hdrs, web
from aiohttp.web_protocol import RequestHandler

from gateway.errors import Refusal, new_request_id

_HEAD: Final = (
    "The head is not one of HTTP/1.1, or is too large: a line has at most 8,190 bytes, a head at most 128 lines."
)

_EXPECTED: Final = "Expect may say 100-continue and nothing else."

_encode: Final = msgspec.json.Encoder().encode


class Handler(RequestHandler):
    """aiohttp's handler of one connection; of what comes before any route and middleware it says why not in our way."""

    __slots__ = ()

    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = HTTPStatus.INTERNAL_SERVER_ERROR,
        exc: BaseException | None = None,
        message: str | None = None,
    ) -> web.StreamResponse:
        """The answer, after which the connection ends."""
        super().handle_error(request, status, exc, None)  # which logs it, and raises when half an answer is out
        return _last_word(Refusal("bad_request", detail=_HEAD) if status < 500 else Refusal("internal"))

    async def finish_response(
        self, request: web.BaseRequest, resp: web.StreamResponse, start_time: float | None
    ) -> tuple[web.StreamResponse, bool]:
        """Send an answer. One that is raised comes past our middleware: aiohttp looks at Expect before it."""
        if isinstance(resp, web.HTTPException):
            resp = _last_word(Refusal("bad_request", "Expect", _EXPECTED))
        return await super().finish_response(request, resp, start_time)


def _last_word(refusal: Refusal) -> web.Response:
    """The answer after which the connection ends."""
    request_id = new_request_id()
    answer = web.Response(
        body=_encode(refusal.problem(request_id)),
        status=refusal.entry.status,
        content_type="application/problem+json",
        headers={"X-Request-Id": request_id, hdrs.CACHE_CONTROL: "no-store"},
    )
    answer.force_close()
    return answer


def teach(handler: object) -> None:
    """Have one of aiohttp's own handlers be ours: it makes them itself, and asks nobody of which class."""
    if type(handler) is RequestHandler:
        handler.__class__ = Handler
