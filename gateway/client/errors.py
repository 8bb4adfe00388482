"""The two ways in which a call fails: the server said no, or nobody answered."""

import os
import socket
import ssl
from typing import Final

import msgspec
from msgspec import Struct

from gateway.schema import Problem


class Doubt(Struct, frozen=True):
    """Of a change that failed: it may have been made all the same.

    `repeatable` says that the same request, with this idempotency key where there is one, does no more when it is sent
    again.
    """

    repeatable: bool
    idempotency_key: str = ""


class ClientError(Exception):
    """The base of both. `doubt` is None of what changed nothing for certain."""

    doubt: Doubt | None = None


class Refused(ClientError):
    """The server answered with a problem; `problem` says why, of which field, and whether it may have been done.

    `retry_after_ms` is how long it asks to wait before the same is tried again, None when it does not say.
    """

    def __init__(self, problem: Problem, retry_after_ms: int | None = None) -> None:
        super().__init__(f"{problem.code}: {problem.detail}")
        self.problem = problem
        self.retry_after_ms = retry_after_ms if problem.retry_after_ms is None else problem.retry_after_ms


class Unreachable(ClientError):
    """No answer came. A change that was on its way may or may not have been made: `doubt` says whether it may.

    `sent` is False when the request has not reached the server for certain; `lasting` is what trying again cannot mend,
    such as a URL that is none.
    """

    def __init__(self, url: str, why: str, *, sent: bool = True, lasting: bool = False) -> None:
        super().__init__(f"no answer from {url}: {why}")
        self.url = url
        self.why = why
        self.sent = sent and not lasting
        self.lasting = lasting


NO_SUCH_HOST: Final = "no such host is known"


def no_answer(url: str, error: BaseException, *, sent: bool = True) -> Unreachable:
    """What a connection's failure means; `sent` is False when it failed before anything could be sent."""
    untrusted = isinstance(error, ssl.SSLCertVerificationError)  # which is looked at first
    return Unreachable(url, _why(error), sent=sent and not untrusted)


def _why(error: BaseException) -> str:
    """What a person should know of a connection's failure."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"its certificate is not trusted: {error.verify_message}"
    if isinstance(error, ssl.SSLError):
        return "no TLS could be agreed on: is it an http:// address?"
    if isinstance(error, socket.gaierror):
        return NO_SUCH_HOST
    if isinstance(error, OSError) and error.errno:
        return os.strerror(error.errno).lower()
    if isinstance(error, TimeoutError):
        return "it took too long"
    return str(error) or type(error).__name__


def problem_of(payload: bytes, url: str, status: int) -> Problem:
    """The problem in an answer; Unreachable when it is none, so not from a server of ours."""
    try:
        return msgspec.json.decode(payload, type=Problem)
    except msgspec.DecodeError as error:
        raise Unreachable(url, f"the answer ({status}) is not Leasebook's") from error
