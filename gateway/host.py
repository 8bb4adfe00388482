"""A market at an address: whether it can be had, who its operator is, and how serving ends.

Everything that can go wrong on the way up is a HostError (or an error of the journal) whose message says what to do.
"""

import asyncio
import errno
import signal
import socket
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from msgspec import Struct

from exchange.language.commands import OPERATOR, OpenAccount, RegisterKey
from exchange.language.port import Market, MarketStopped
from gateway.auth import hash_secret, new_key
from gateway.private_file import write_private

OPERATOR_KEY_FILE = "operator.key"
_SIGNALS = (signal.SIGINT, signal.SIGTERM)


class HostError(Exception):
    """The market cannot be served like this; the message says what to change."""


class OperatorKey(Struct, frozen=True):
    """The operator's key, the file it is in, and whether it was made just now."""

    secret: str
    path: Path
    new: bool


def check_address(host: str, port: int) -> None:
    """Refuse an address that cannot be had, before anything is started for it."""
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((host, port))
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise HostError(f"Port {port} is in use by another program: name another one by --port.") from error
        raise HostError(f"Cannot listen at {host}, port {port}: {error}. See --host and --port.") from error


async def operator_key(market: Market, data_dir: Path) -> OperatorKey:
    """The key in the data directory, or a new one in a new file when there is none.

    The account is opened with the first. Whoever may write the data directory is the operator, so a lost key is
    replaced by starting the server once more; the old one stays good until it is revoked.
    """
    path = data_dir / OPERATOR_KEY_FILE
    try:
        _make_folder(data_dir)  # nobody has, where the database is elsewhere
    except OSError as error:
        raise HostError(f"Keys cannot be kept in {data_dir}: {error}. See --data-dir.") from error
    if path.exists():
        secret = path.read_text(encoding="utf-8").strip()
        known = market.reads.key(hash_secret(secret))
        if known is None or known.revoked:
            raise HostError(f"{path} is no good key of this market: move it away, and the next start makes a new one.")
        return OperatorKey(secret, path, new=False)
    await _must(market, OpenAccount(account_id=OPERATOR, roles=(OPERATOR,), owner_group=OPERATOR))
    key_id, secret = new_key()
    scopes = ("read", "operate")
    await _must(market, RegisterKey(key_id=key_id, secret_hash=hash_secret(secret), account_id=OPERATOR, scopes=scopes))
    write_private(path, secret.encode())
    return OperatorKey(secret, path, new=True)


def _make_folder(data_dir: Path) -> None:
    data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)


async def _must(market: Market, command: OpenAccount | RegisterKey) -> None:
    outcome = await market.submit(command)
    if outcome.reject is not None:
        raise HostError(f"The operator's account cannot be made: {outcome.reject.detail}")


async def while_it_trades(stopped: Callable[[], Awaitable[None]], work: Awaitable[None]) -> None:
    """Do the work until it is done; when the market stops before, raise what it died of."""
    working, watching = asyncio.ensure_future(work), asyncio.ensure_future(stopped())
    try:
        await asyncio.wait({working, watching}, return_when=asyncio.FIRST_COMPLETED)
        if watching.done():
            await watching
            raise MarketStopped("the market has stopped by itself")
        await working
    finally:
        for task in (working, watching):
            task.cancel()
        await asyncio.gather(working, watching, return_exceptions=True)


@contextmanager
def ended_by_signals() -> Iterator[None]:
    """The first SIGINT or SIGTERM cancels the current task, and the context ends as if it were done.

    A second one does nothing: the first is on its way, and takes seconds at most.
    """
    loop, task = asyncio.get_running_loop(), asyncio.current_task()
    assert task is not None
    asked = False

    def end() -> None:
        nonlocal asked
        if not asked:
            asked = True
            task.cancel()

    for number in _SIGNALS:
        loop.add_signal_handler(number, end)
    try:
        yield
    except asyncio.CancelledError:
        if not asked:
            raise
    finally:
        for number in _SIGNALS:
            loop.remove_signal_handler(number)
