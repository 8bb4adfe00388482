"""The base of all events, in a module of its own so that events may be told in several."""

from msgspec import Struct


class Happening(Struct, frozen=True, kw_only=True, gc=False, tag=True, tag_field="t"):
    """Something that has happened."""
