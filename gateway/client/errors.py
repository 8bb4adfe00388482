"""The two ways in which a call fails: the server said no, or nobody answered."""

import os

import aiohttp
import msgspec

from gateway.schema import Problem

NO_ANSWER = (aiohttp.ClientError, TimeoutError, OSError, ValueError)  # a ValueError is a URL that is none


class ClientError(Exception):
    """The base of both."""


class Refused(ClientError):
    """The server answered with a problem; `problem` says why, of which field, and whether it may have been done."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(f"{problem.code}: {problem.detail}")
        self.problem = problem


class Unreachable(ClientError):
    """No answer came. A change that was on its way may or may not have been made; its client_order_id tells."""

    def __init__(self, url: str, why: str) -> None:
        super().__init__(f"no answer from {url}: {why}")
        self.url = url
        self.why = why


def problem_of(payload: bytes, url: str, status: int) -> Problem:
    """The problem in an answer; Unreachable when it is none, so not from a server of ours."""
    try:
        return msgspec.json.decode(payload, type=Problem)
    except msgspec.DecodeError as error:
        raise Unreachable(url, f"the answer ({status}) is not Leasebook's") from error


def why(error: BaseException) -> str:
    """What a person should know of a connection's failure."""
    if isinstance(error, aiohttp.InvalidURL):
        return "that is no URL"
    if isinstance(error, OSError) and error.errno:
        return os.strerror(error.errno).lower()
    if isinstance(error, TimeoutError):
        return "it took too long"
    return str(error) or type(error).__name__
