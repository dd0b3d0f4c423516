"""What Prometheus reads: counts and times by route, refusal and outcome. No label names a device or a report.

What the store knows is read from it when somebody asks; what only happens (requests, seconds) is counted. Processes
that serve one address count into one folder (PROMETHEUS_MULTIPROC_DIR, set by serving.py before they start), so that
whichever of them is asked answers for all.
"""

import os
from collections.abc import Callable, Iterable, Iterator

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from hushkey.sync.coordinator.services import LeaderService
from hushkey.sync.messages import Record, Records, decode

TEXT = "text/plain; version=0.0.4; charset=utf-8"
STAGES_S = (0.01, 0.05, 0.1, 0.5, 1.0, 5.0, 10.0, 60.0, 300.0)
_TASK = ["task", "name"]  # both are public
_RECORD_BYTES = 8_192


class Metrics:
    """The counters of one process, in a registry of their own."""

    def __init__(self, *collectors: Collector) -> None:
        self._registry = CollectorRegistry()
        self._extra = collectors
        self._requests = Counter(
            "hushkey_requests",
            "Requests by route and status.",
            ["route", "method", "status"],
            registry=self._registry,
        )
        self._seconds = Histogram(
            "hushkey_request_seconds",
            "From the head to the answer.",
            ["route"],
            registry=self._registry,
        )
        self._reports = Counter(
            "hushkey_reports",
            "Uploads by what became of them: new, repeated, or the name of the refusal.",
            ["result"],
            registry=self._registry,
        )
        self._batches = Counter(
            "hushkey_batches", "Batches by outcome.", ["outcome"], registry=self._registry
        )
        self._stages = Histogram(
            "hushkey_stage_seconds",
            "Seconds of each stage of a batch.",
            ["stage"],
            buckets=STAGES_S,
            registry=self._registry,
        )

    def request(self, route: str, method: str, status: int, seconds: float) -> None:
        """Count an answer. `route` is a template, never a path."""
        self._requests.labels(route, method, str(status)).inc()
        self._seconds.labels(route).observe(seconds)

    def report(self, result: str) -> None:
        """Count an upload: `new`, `repeated` or a refusal's problem name."""
        self._reports.labels(result).inc()

    def batch(self, outcome: str) -> None:
        """Count a batch that was finished."""
        self._batches.labels(outcome).inc()

    def stage(self, name: str, seconds: float) -> None:
        """Count the seconds of a stage."""
        self._stages.labels(name).observe(seconds)

    def text(self) -> bytes:
        """Return all of it as Prometheus reads it."""
        shown = CollectorRegistry()
        for collector in self._extra:
            shown.register(collector)
        if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
            MultiProcessCollector(shown)  # type: ignore[no-untyped-call]
            return generate_latest(shown)
        return generate_latest(self._registry) + generate_latest(shown)


class TaskGauges(Collector):
    """What the leader's store says of each task at the time of asking."""

    def __init__(self, service: LeaderService) -> None:
        self._service = service
        self._to_date: dict[bytes, tuple[int, float, float]] = {}  # by task: sequence, last, sum

    def collect(self) -> Iterable[Metric]:
        """Read the store. What waits below a tenth of the minimum is left out: it would name a few."""
        version = GaugeMetricFamily("hushkey_version", "In force.", labels=_TASK)
        pending = GaugeMetricFamily("hushkey_pending_reports", "That wait.", labels=_TASK)
        last = GaugeMetricFamily(
            "hushkey_epsilon_of_last_batch", "Of one report, at the task's delta.", labels=_TASK
        )
        largest = GaugeMetricFamily(
            "hushkey_epsilon_to_date",
            "Of a device that is in every batch so far, at most: the sum.",
            labels=_TASK,
        )
        for listed in self._service.tasks():
            feed = self._service.feed(listed.task)
            label = [listed.task.hex()[:16], listed.name]
            version.add_metric(label, feed.version)
            if feed.pending is not None:
                pending.add_metric(label, feed.pending)
            of_last, so_far = self._epsilons(listed.task)
            last.add_metric(label, of_last)
            largest.add_metric(label, so_far)
        return (version, pending, last, largest)

    def _epsilons(self, task: bytes) -> tuple[float, float]:
        """Return the last batch's epsilon and the sum over all; each record is read once."""
        sequence, last, total = self._to_date.get(task, (-1, 0.0, 0.0))
        for record in _batches_after(self._service.records, task, sequence):
            sequence = record.sequence
            if record.accepted:
                last, total = record.epsilon, total + record.epsilon
        self._to_date[task] = (sequence, last, total)
        return last, total


def _batches_after(
    records: Callable[[bytes, int | None, int], Records], task: bytes, sequence: int
) -> Iterator[Record]:
    after = sequence if sequence >= 0 else None
    while found := records(task, after, 256).records:
        for signed in found:
            record = decode(signed.body, Record, limit_bytes=_RECORD_BYTES)
            after = record.sequence
            yield record
