"""What tests of the client share: the house of the edge's tests, and a client that does not dawdle."""

import pytest

from gateway.client import wire
from tests.gateway.conftest import house, market, settings

__all__ = ["house", "market", "settings"]


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pauses between attempts take no time, but for those that a server asks for."""
    monkeypatch.setattr(wire, "_FIRST_S", 0.0)
