"""A server for each file of this folder."""

from collections.abc import Iterator

import pytest

from tests.cli.server import running
from tests.fuzz.target import SERVE, Target, furnished


@pytest.fixture(scope="module")
def target(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Target]:
    with running(tmp_path_factory.mktemp("fuzz"), *SERVE) as server:
        yield furnished(server)
