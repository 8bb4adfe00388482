"""What aiohttp raises when no answer comes, and what that means to a caller.

Apart from `errors`, so that who only waits for an answer, or is never to ask, need not load aiohttp.
"""

from typing import Final

import aiohttp

from gateway.client import errors
from gateway.client.errors import Unreachable

NO_ANSWER: Final = (aiohttp.ClientError, TimeoutError, OSError, ValueError)  # a ValueError is a URL that is none


def no_answer(url: str, error: BaseException) -> Unreachable:
    """The failure of a connection, as it is raised."""
    if isinstance(error, aiohttp.InvalidURL):
        return Unreachable(url, "that is no URL", lasting=True)
    if isinstance(error, aiohttp.ClientConnectorDNSError):
        return Unreachable(url, errors.NO_SUCH_HOST, sent=False)
    if isinstance(error, aiohttp.ClientConnectorCertificateError):
        return errors.no_answer(url, error.certificate_error)
    if isinstance(error, aiohttp.ClientConnectorError):
        return errors.no_answer(url, error.os_error, sent=False)
    return errors.no_answer(url, error, sent=not isinstance(error, (aiohttp.ConnectionTimeoutError, ValueError)))
