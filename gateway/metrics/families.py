"""Families of metrics as Prometheus knows them, made of plain numbers: counters, gauges, and histograms of time."""

from collections.abc import Iterable, Mapping
from itertools import accumulate
from typing import Final, TypeVar

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric

from exchange.language.pulse import BOUNDS_NS, Spread

PREFIX: Final = "leasebook_"
_NS_PER_S: Final = 1_000_000_000
_BOUNDS: Final = (*(f"{bound / _NS_PER_S:g}" for bound in BOUNDS_NS), "+Inf")

Labels = tuple[str, ...]
Names = tuple[str, ...]
L = TypeVar("L", bound=Labels)


def seconds(length_ns: int) -> float:
    """Nanoseconds as Prometheus wants them."""
    return length_ns / _NS_PER_S


def counter(name: str, told: str, value: float) -> Metric:
    """A total; its name on the wire ends in `_total`."""
    return CounterMetricFamily(PREFIX + name, told, value=value)


def gauge(name: str, told: str, value: float) -> Metric:
    """How something stands now."""
    return GaugeMetricFamily(PREFIX + name, told, value=value)


def counters(name: str, told: str, labels: Names, values: Mapping[L, float]) -> Metric:
    """Totals by labels."""
    family = CounterMetricFamily(PREFIX + name, told, labels=labels)
    for key, value in values.items():
        family.add_metric(key, value)
    return family


def gauges(name: str, told: str, labels: Names, values: Mapping[L, float]) -> Metric:
    """How several things stand, by labels."""
    family = GaugeMetricFamily(PREFIX + name, told, labels=labels)
    for key, value in values.items():
        family.add_metric(key, value)
    return family


def histogram(name: str, told: str, labels: Names, spreads: Iterable[tuple[Labels, Spread]]) -> Metric:
    """How long things took."""
    family = HistogramMetricFamily(PREFIX + name, told, labels=labels)
    for key, spread in spreads:
        buckets = [(bound, float(count)) for bound, count in zip(_BOUNDS, accumulate(spread.counts), strict=True)]
        family.add_metric(key, buckets=buckets, sum_value=seconds(spread.total_ns))
    return family


def by(values: Mapping[str, float]) -> dict[Labels, float]:
    """Values by one label."""
    return {(name,): value for name, value in values.items()}
