"""Choices read off a few bytes, digit by digit in a base that changes with every question.

Equal bytes give equal answers, and bytes of zero always choose the first, so that a tool which makes bytes smaller
makes the choices plainer.
"""

from collections.abc import Sequence
from typing import TypeVar

T = TypeVar("T")

BLOB_BYTES = 32  # enough digits for the longest command


class Choices:
    """An endless supply of choices; after the bytes are used up, always the first."""

    def __init__(self, blob: bytes) -> None:
        self.rest = int.from_bytes(blob, "big")

    def pick(self, options: Sequence[T]) -> T:
        """One of the options."""
        self.rest, place = divmod(self.rest, len(options))
        return options[place]

    def chance(self, one_in: int) -> bool:
        """True once in so many times."""
        self.rest, place = divmod(self.rest, one_in)
        return place == one_in - 1

    def one_of(self, found: Sequence[T]) -> T | None:
        """One of what there is, the newest first; or nothing when there is nothing."""
        return self.pick(list(reversed(found))) if found else None
