"""A sandbox whose clock stands still, for all tests of the commands, and a hand that types them."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.hand import Hand
from tests.cli.server import Server, running


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with running(tmp_path_factory.mktemp("cli"), "serve", "--sandbox", "--speed", "0") as started:
        yield started


@pytest.fixture
def hand(server: Server, tmp_path: Path) -> Hand:
    """Commands sent to the sandbox, with a provider and a buyer of the test's own."""
    return Hand(server.url, server.key(), tmp_path)
