"""/metrics: one registry for each server, filled when somebody asks, in the text format of Prometheus.

Public, as /healthz is: it tells how much and how fast, by route, op, code, region and programme, and of nobody's
account, order or key. The server listens on its own machine; whose proxy lets the world in keeps this path back.
"""

from collections.abc import Iterator
from typing import Final

from prometheus_client import GCCollector, ProcessCollector
from prometheus_client.core import Metric
from prometheus_client.registry import Collector

from gateway.desk import Desk
from gateway.metrics import edge, market

TEXT: Final = "text/plain; version=0.0.4"


class DeskCollector(Collector):
    """All that one server and its market tell."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def collect(self) -> Iterator[Metric]:
        """Made anew each time."""
        yield from edge.metrics_of(self._desk)
        yield from market.metrics_of(self._desk.market)


def watch(desk: Desk) -> None:
    """Have a desk's registry tell of its server, of the market behind it, and of the process."""
    desk.registry.register(DeskCollector(desk))
    ProcessCollector(registry=desk.registry)
    GCCollector(registry=desk.registry)
