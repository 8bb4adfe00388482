"""What the edge says: requests, sockets, throttles, and how late it is."""

from collections import Counter
from collections.abc import Iterator

from prometheus_client.core import Metric

from gateway.desk import Desk
from gateway.metrics.counts import Counts
from gateway.metrics.families import by, counter, counters, gauge, gauges, histogram
from gateway.throttle import Gate


def metrics_of(desk: Desk) -> Iterator[Metric]:
    """Everything that is counted at the edge."""
    counts = desk.counts
    yield from _requests(counts)
    yield from _stream(counts)
    yield from _sockets(desk)
    yield from _throttles(desk.gate)


def _requests(counts: Counts) -> Iterator[Metric]:
    labels = ("method", "route")
    yield counters("http_requests", "Requests that were answered.", (*labels, "status"), counts.requests)
    took = "How long they took, from their head to their answer; of a stream its handshake is not counted."
    yield histogram("http_request_duration_seconds", took, labels, counts.requests_took.items())
    yield counters("refusals", "Requests and ops that were refused, by code.", ("code",), by(counts.refusals))
    yield gauge("http_connections", "Open connections, streams among them.", counts.connections)
    told = "Connections that were turned away as too many were open."
    yield counter("http_connections_refused", told, counts.connections_refused)
    told = "Connections that were cut as their peer took nothing of what waited for it."
    yield counter("http_connections_stalled", told, counts.connections_stalled)


def _stream(counts: Counts) -> Iterator[Metric]:
    became = {(name, outcome): value for name, op in counts.ops.items() for outcome, value in op.became.items()}
    yield counters("stream_requests", "Ops that were answered on streams.", ("op", "outcome"), became)
    took = [((name,), op.spread) for name, op in counts.ops.items()]
    yield histogram("stream_request_duration_seconds", "How long ops took, once decoded.", ("op",), took)
    frames, size = {"in": counts.frames_in, "out": counts.frames_out}, {"in": counts.bytes_in, "out": counts.bytes_out}
    yield counters("stream_frames", "Frames of streams.", ("direction",), by(frames))
    yield counters("stream_bytes", "Their payload.", ("direction",), by(size))
    told = "Times that a socket was too slow for a public channel, and was passed over until it had caught up."
    yield counters("stream_conflations", told, ("channel",), by(counts.conflations))
    yield counter("stream_sockets_opened", "Streams that were opened.", counts.sockets_opened)


def _sockets(desk: Desk) -> Iterator[Metric]:
    seats = [seat.shown() for seat in desk.roster.share(0, 1)]
    outboxes = [seat.outbox_bytes for seat in seats]
    yield gauge("stream_sockets", "Streams that are open.", len(seats))
    yield gauge("stream_outbox_bytes", "What waits for all streams to take it.", sum(outboxes))
    yield gauge("stream_outbox_largest_bytes", "What waits for the slowest of them.", max(outboxes, default=0))
    yield gauge("stream_requests_in_flight", "Ops that wait for the market.", sum(seat.in_flight for seat in seats))
    open_ = Counter(name.partition(":")[0] for seat in seats for name in seat.channels)
    kinds = {kind: open_[kind] for kind in ("account", *desk.counts.conflations)}
    yield gauges("stream_subscriptions", "Channels that streams have open.", ("channel",), by(kinds))


def _throttles(gate: Gate) -> Iterator[Metric]:
    buckets = gate.buckets
    told = "Calls that were refused as their bucket was empty."
    yield counters("throttled", told, ("bucket",), {(each.name,): each.refused for each in buckets})
    told = "Calls that were sent away as the market was behind."
    yield counters("shed", told, ("bucket",), {(each.name,): each.shed for each in buckets})
    yield gauges(
        "buckets_in_use", "Buckets that are not full.", ("bucket",), {(each.name,): len(each) for each in buckets}
    )
    yield gauge(
        "event_loop_lag_seconds", "How late the event loop was at worst in the last half second.", gate.load.late_s
    )
    yield gauge("behind", "1 while what can wait is sent away.", gate.load.behind)
