"""The operators' brakes over REST: who is hit, what waits for a second operator, what the audit log says of it."""

from typing import Any

import pytest

from tests.gateway.house import BODY, Edge, a_bid, an_ask

OP = "/v1/operator"
