"""Bytes to commands, events and notices and back: MessagePack, by field name, so that fields may be added.

One journal row holds one batch: an array of commands. `fingerprint` tells two orders apart without keeping them.
Notices go by place, as views do: who keeps them keeps `notices_layout` with them, and makes them again when it changes.
"""

from collections.abc import Sequence
from functools import cache
from hashlib import blake2b

import msgspec
from msgspec import msgpack

from exchange.language.commands import Command
from exchange.language.events import Event
from exchange.language.views import PERIODS_TOLD, LeaseView, Notice

_encoder = msgpack.Encoder(order="deterministic")
_commands = msgpack.Decoder(list[Command])
_events = msgpack.Decoder(tuple[Event, ...])
_notice_encoder = msgpack.Encoder()
_notices = msgpack.Decoder(tuple[Notice, ...])


def encode_commands(batch: Sequence[Command]) -> bytes:
    """A batch of commands as the payload of one journal row."""
    return _encoder.encode(batch)


def decode_commands(payload: bytes) -> list[Command]:
    """The commands of a journal row; msgspec.DecodeError when it is not one."""
    return _commands.decode(payload)


def encode_events(events: Sequence[Event]) -> bytes:
    """What one command made happen, as bytes: for comparing two histories."""
    return _encoder.encode(events)


def decode_events(payload: bytes) -> tuple[Event, ...]:
    """The inverse of `encode_events`."""
    return _events.decode(payload)


def encode_notices(notices: Sequence[Notice]) -> bytes:
    """What an account was told, as bytes; of a lease no more than its last periods."""
    return _notice_encoder.encode([_in_brief(notice) for notice in notices])


def decode_notices(payload: bytes) -> tuple[Notice, ...]:
    """The inverse of `encode_notices`; msgspec.DecodeError for what another layout made."""
    return _notices.decode(payload)


@cache
def notices_layout() -> str:
    """The hash of the types that notices are made of: what one layout has encoded, no other can decode."""
    return blake2b(repr(msgspec.inspect.type_info(Notice)).encode(), digest_size=8).hexdigest()


def _in_brief(notice: Notice) -> Notice:
    lease = notice.data
    if isinstance(lease, LeaseView) and len(lease.periods) > PERIODS_TOLD:
        return notice.but(data=lease.but(periods=lease.periods[-PERIODS_TOLD:]))
    return notice


def fingerprint(command: Command) -> bytes:
    """Sixteen bytes that are equal for equal commands, and for no others that anybody will meet."""
    # every field, as the encoder leaves out a default only when it is the very same object
    fields = (type(command).__name__, *msgspec.structs.astuple(command))
    return blake2b(_encoder.encode(fields), digest_size=16).digest()
