"""The base of all commands, in a module of its own so that commands may be told in several."""

from msgspec import Struct


class Request(Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False, tag=True, tag_field="t"):
    """Something that may be asked of the market."""
