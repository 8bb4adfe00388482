"""Bytes to commands and events and back: MessagePack, by field name, so that fields may be added.

One journal row holds one batch: an array of commands. `fingerprint` tells two orders apart without keeping them.
"""

from collections.abc import Sequence
from hashlib import blake2b

import msgspec
from msgspec import msgpack

from exchange.language.commands import Command
from exchange.language.events import Event

_encoder = msgpack.Encoder(order="deterministic")
_commands = msgpack.Decoder(list[Command])
_events = msgpack.Decoder(tuple[Event, ...])


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


def fingerprint(command: Command) -> bytes:
    """Sixteen bytes that are equal for equal commands, and for no others that anybody will meet."""
    # every field, as the encoder leaves out a default only when it is the very same object
    fields = (type(command).__name__, *msgspec.structs.astuple(command))
    return blake2b(_encoder.encode(fields), digest_size=16).digest()
