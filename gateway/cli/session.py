"""What every command that speaks to a server shares: its options, a client, and how answers and failures are printed.

Answers go to the standard output, failures to the standard error as one line with exit code 1. With `--json` an answer
is printed as the server gave it, and a failure as its problem. What costs something is asked about first: of a person
at a terminal, or it is refused for want of `--yes`.
"""

import asyncio
import functools
import os
import signal
import sys
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Concatenate, ParamSpec

import click
import msgspec
from click.core import ParameterSource
from rich.console import Console, RenderableType
from rich.markup import escape

from gateway.cli import spelling
from gateway.cli.values import key_in
from gateway.client.errors import ClientError, Doubt, Refused, Unreachable
from gateway.schema import Problem

if TYPE_CHECKING:
    from gateway.client.rest import Client
    from gateway.client.wire import Credential

P = ParamSpec("P")

DEFAULT_URL = "http://127.0.0.1:8080"
_SIGNED = "ed25519:"
_SILENT = {True: "No answer came from", False: "No market answers at"}  # by whether a change may have been made
_KEY_ENDED = ("key_expired", "key_revoked")
YES = click.option("-y", "--yes", is_flag=True, help="Do it without showing and asking first.")
_PIPE_WIDTH = 140  # columns when the output is no terminal and has no width of its own


def console_for(stderr: bool = False) -> Console:
    """A console that fits its terminal, or is wide enough for every table when there is none."""
    stream = sys.stderr if stderr else sys.stdout
    has_width = stream.isatty() or "COLUMNS" in os.environ
    return Console(stderr=stderr, highlight=False, width=None if has_width else _PIPE_WIDTH)


class DoubtfulProblem(Problem, frozen=True, kw_only=True):
    """What `--json` prints of a change that may have been made: with this key it is never made twice."""

    idempotency_key: str | None


class UnsettledProblem(Problem, frozen=True, kw_only=True):
    """What `--json` prints of an order that was not answered: it may stand, by this id."""

    client_order_id: str


class Unsettled(Exception):
    """An order may have been placed, or not: nobody answered."""

    def __init__(self, why: str, order_id: str) -> None:
        super().__init__(why)
        self.why = why
        self.order_id = order_id

    @property
    def problem(self) -> UnsettledProblem:
        """It as other failures are printed; no server has given it a status or a request's id."""
        return UnsettledProblem(
            type="urn:leasebook:problem:no_answer",
            title="No answer came",
            status=0,
            detail=f"{self.why} The order may have been placed all the same.",
            code="no_answer",
            param=None,
            request_id="",
            retryable=True,
            outcome="unknown",
            client_order_id=self.order_id,
        )


@dataclass(frozen=True)
class Session:
    """A client, and where its answers go."""

    client: "Client"
    console: Console
    as_json: bool

    def show(self, answer: msgspec.Struct, *drawn: RenderableType) -> None:
        """Print an answer: drawn for people, or as JSON for programs."""
        if self.as_json:
            click.echo(msgspec.json.format(msgspec.json.encode(answer), indent=2))
            return
        for part in drawn:
            self.console.print(part)

    def must_ask(self, yes: bool) -> bool:
        """Whether to ask before it is done; a usage error when nobody is there who could answer."""
        if yes:
            return False
        if self.as_json:
            raise click.UsageError("with --json nothing is asked: add --yes if it shall be done")
        if not at_a_terminal():
            raise click.UsageError("there is no terminal to ask at: add --yes if it shall be done")
        return True

    def ask(self, question: str) -> None:
        """Go on after a yes; a no ends the command with exit code 1, and whatever is neither is asked again."""
        with _interruptible():
            agreed = click.confirm(question)
        if not agreed:
            self.refrain("Nothing was done.")

    def refrain(self, why: str) -> None:
        """End the command with exit code 1, having done nothing."""
        warn(why)
        raise SystemExit(1)


def warn(line: str) -> None:
    """Print a line to the standard error."""
    console_for(stderr=True).print(line, soft_wrap=True)


def unsettled_line(why: str, order_id: str) -> str:
    """What to know, and to do, of an order that may stand."""
    return (
        f"[red]The order may have been placed[/], as {escape(order_id)}. {escape(why)} "
        f"Run the same command with `--id {escape(order_id)}` to settle it: that never orders twice."
    )


def at_a_terminal() -> bool:
    """Whether somebody sees what is printed, and can answer."""
    return sys.stdin.isatty() and sys.stdout.isatty()


@contextmanager
def _interruptible() -> Iterator[None]:
    """Let Ctrl-C end a question at once: the event loop would have it wait for the answer."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def speaks(act: Callable[Concatenate[Session, P], Awaitable[None]]) -> Callable[P, None]:
    """Make a command of a coroutine that takes a Session first: adds the options and prints failures."""

    @click.option("--url", envvar="LEASEBOOK_URL", default=DEFAULT_URL, show_default=True, show_envvar=True,
                  help="Where the market is.")  # fmt: skip
    @click.option("--key", envvar="LEASEBOOK_KEY", default="", show_envvar=True,
                  help="The key to act with, or ed25519:KEY_ID:FILE.")  # fmt: skip
    @click.option(
        "--key-file",
        envvar="LEASEBOOK_KEY_FILE",
        type=click.Path(path_type=Path),
        show_envvar=True,
        help="A file that holds the key, such as operator.key.",
    )
    @click.option("--json", "as_json", is_flag=True, help="Print the answer as JSON.")
    @functools.wraps(act)
    def command(*args: P.args, **options: P.kwargs) -> None:
        see_that_it_is_text(click.get_current_context())
        url, key = str(options.pop("url")), str(options.pop("key"))
        key_file, as_json = options.pop("key_file"), bool(options.pop("as_json"))
        if isinstance(key_file, Path) and (not key or _prefers_file()):
            key = read_key(key_file)
        hint = ""
        credential = credential_of(key)

        async def run() -> None:
            from gateway.client.rest import Client  # noqa: PLC0415 - what help and completion need not wait for

            nonlocal hint
            async with Client(url, credential) as client:
                try:
                    await act(Session(client, console_for(), as_json), *args, **options)
                except Refused as refusal:
                    if refusal.problem.code in spelling.CODES and not as_json:
                        hint = await spelling.advice(client, spelling.typed_here())
                    raise
                except asyncio.CancelledError:  # by Ctrl-C
                    if (once := key_in(options)) and not options.get("preview"):
                        doubt = Doubt(repeatable=True, idempotency_key=once)
                        warn(f"[red]It was not waited for any longer.[/] {escape(_advice(doubt))}")
                    raise

        try:
            asyncio.run(run())
        except Refused as refusal:
            doubt = _doubt(refusal)
            line = _refusal_line(refusal.problem, doubt, bool(key)) + hint
            _fail(as_json, _doubtful(refusal.problem, doubt), line)
        except Unreachable as failure:
            doubt = _doubt(failure)
            _fail(as_json, _no_answer(failure, doubt), _unreachable_line(failure, doubt))
        except Unsettled as unsettled:
            _fail(as_json, unsettled.problem, unsettled_line(unsettled.why, unsettled.order_id))
        except KeyboardInterrupt:
            raise SystemExit(130) from None

    return command


def see_that_it_is_text(context: click.Context) -> None:
    """See that all that was said is text; a usage error that names what is not. The name of a file may be any bytes."""
    for param in context.command.params:
        said = context.params.get(param.name or "")
        for part in said if isinstance(said, tuple) else (said,):
            if isinstance(part, str) and any(map(_stands_for_a_byte, part)):
                why = f"{part!r} is not UTF-8 text, or the locale is not one of UTF-8."
                raise click.BadParameter(why, context, param)


def _stands_for_a_byte(letter: str) -> bool:
    """Whether it is what Python puts in the place of a byte that it cannot read."""
    return "\udc80" <= letter <= "\udcff"


def _prefers_file() -> bool:
    """Whether --key-file was typed, while the key is only in the environment; a usage error when both were typed."""
    source = click.get_current_context().get_parameter_source
    typed = [name for name in ("key", "key_file") if source(name) is ParameterSource.COMMANDLINE]
    if len(typed) > 1:
        raise click.UsageError("say --key or --key-file, not both")
    return typed == ["key_file"]


def read_key(path: Path) -> str:
    """The key in a file; a usage error that names the file when there is none."""
    try:
        return path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise click.UsageError(f"cannot read the key file {path}: {why_of(error)}") from error


def why_of(error: Exception) -> str:
    """What the system says, without its number."""
    return (error.strerror if isinstance(error, OSError) else None) or str(error)


def credential_of(key: str) -> "str | Credential":
    """A secret key as it is, or what signs by the private key in a file; a usage error that names what is wrong."""
    if not key.isprintable():
        raise click.UsageError("a key is one line, and what was given for it is not")
    if not key.startswith(_SIGNED):
        return key
    key_id, _, path = key.removeprefix(_SIGNED).partition(":")
    if not key_id or not path:
        raise click.UsageError("a key that signs is named by ed25519:KEY_ID:FILE")
    from gateway.signing import Signer  # noqa: PLC0415 - as above

    try:
        return Signer.from_pem(key_id, Path(path).expanduser().read_bytes())
    except (OSError, ValueError) as error:
        raise click.UsageError(f"cannot sign by {path}: {why_of(error)}") from error


def _doubt(failure: ClientError) -> Doubt | None:
    """What is in doubt, as far as this command can settle it: one that makes several changes takes no key."""
    doubt = failure.doubt
    if doubt is None or not doubt.idempotency_key or key_in(click.get_current_context().params):
        return doubt
    return Doubt(repeatable=False)


def _no_answer(failure: Unreachable, doubt: Doubt | None) -> Problem:
    """A silence as other failures are printed; nothing has changed where there is no doubt."""
    silence = Problem(
        type="urn:leasebook:problem:no_answer",
        title="No answer came",
        status=0,
        detail=f"{_SILENT[doubt is not None]} {failure.url}: {failure.why}.",
        code="no_answer",
        param=None,
        request_id="",
        retryable=not failure.lasting,
        outcome="rejected",
    )
    return _doubtful(silence, doubt)


def _doubtful(problem: Problem, doubt: Doubt | None) -> Problem:
    """A problem that says, of a change that may have been made, what to do."""
    if doubt is None:
        return problem
    known = msgspec.structs.asdict(problem) | {
        "detail": f"{_sentence(problem)} {_advice(doubt)}",
        "retryable": problem.retryable and doubt.repeatable,
        "outcome": "unknown",
    }
    return DoubtfulProblem(**known, idempotency_key=doubt.idempotency_key or None)


def _advice(doubt: Doubt) -> str:
    """What to know, and to do, of a change that may have been made."""
    if doubt.idempotency_key:
        told = f". The same command with `--id {doubt.idempotency_key}` never does it twice."
    elif doubt.repeatable:
        told = "; the same totals reported again for the same instant count once."
    else:
        told = ": look before you send it again."
    return f"It may have been done all the same{told}"


def _fail(as_json: bool, problem: Problem, line: str) -> None:
    if as_json:
        click.echo(msgspec.json.format(msgspec.json.encode(problem), indent=2))
    else:
        warn(line)
    raise SystemExit(1)


def _sentence(problem: Problem) -> str:
    said = problem.detail or problem.title
    return said if said[-1] in ".?!" else f"{said}."


def _refusal_line(problem: Problem, doubt: Doubt | None, with_key: bool) -> str:
    field = f" ({problem.param})" if problem.param else ""
    line = f"[red]{escape(problem.code + field)}[/]: {escape(_sentence(problem))}"
    if problem.code in _KEY_ENDED:
        line += " An operator makes another: `leasebook operator key create`."
    elif problem.status == 401:
        line += " Name a key by --key, --key-file or LEASEBOOK_KEY." if not with_key else " Is the key of this market?"
    if problem.code == "client_order_id_reused":
        line += " That order was placed: `leasebook orders` shows it."
    if doubt is not None:
        line += f" {escape(_advice(doubt))}"
    return line


def _unreachable_line(failure: Unreachable, doubt: Doubt | None) -> str:
    line = f"[red]{_SILENT[doubt is not None]} {escape(failure.url)}[/] ({escape(failure.why)}). "
    if doubt is not None:
        return line + escape(_advice(doubt))
    return line + "Start one with `leasebook demo` or `leasebook serve`, or name another by --url."
