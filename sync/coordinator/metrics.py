"""What Prometheus reads: counts and times by route, refusal and outcome. No label names a device or a report.

What the store knows is read from it when somebody asks; what only happens (requests, seconds) is counted. Processes
that serve one address count into one folder (PROMETHEUS_MULTIPROC_DIR, set by serving.py before they start), so that
whichever of them is asked answers for all.
"""

import os
from collections import Counter as Counted
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from hushkey.sync.coordinator.services import RECORDS_MAX, LeaderService
from hushkey.sync.messages import Record, Records, decode
from hushkey.sync.releases.chain import RECORD_BYTES

TEXT = "text/plain; version=0.0.4; charset=utf-8"
STAGES_S = (0.01, 0.05, 0.1, 0.5, 1.0, 5.0, 10.0, 60.0, 300.0)
_TASK = ["task", "name"]  # both are public


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


@dataclass(slots=True)
class _Chain:
    """What a task's records come to so far."""

    sequence: int = -1
    epsilon: float = 0.0  # of the last batch
    epsilon_sum: float = 0.0
    outcomes: Counted[str] = field(default_factory=Counted)

    def follow(self, records: Callable[[bytes, int | None, int], Records], task: bytes) -> None:
        """Read the records that are new; each is read once."""
        while True:
            after = self.sequence if self.sequence >= 0 else None
            found = records(task, after, RECORDS_MAX).records
            for signed in found:
                record = decode(signed.body, Record, limit_bytes=RECORD_BYTES)
                self.sequence = record.sequence
                self.outcomes[record.outcome] += 1
                if record.accepted:
                    self.epsilon = record.epsilon
                    self.epsilon_sum += record.epsilon
            if len(found) < RECORDS_MAX:
                return


class TaskGauges(Collector):
    """What the leader's store says of each task at the time of asking."""

    def __init__(self, service: LeaderService) -> None:
        self._service = service
        self._chains: dict[bytes, _Chain] = {}

    def collect(self) -> Iterable[Metric]:
        """Read the store. What waits below a tenth of the minimum is left out: it would name a few."""
        version = GaugeMetricFamily("hushkey_version", "In force.", labels=_TASK)
        pending = GaugeMetricFamily("hushkey_pending_reports", "That wait.", labels=_TASK)
        last = GaugeMetricFamily(
            "hushkey_epsilon_of_last_batch", "Of one report, at the task's delta.", labels=_TASK
        )
        most = GaugeMetricFamily(
            "hushkey_epsilon_to_date",
            "Of a device that is in every batch so far, at most: the sum.",
            labels=_TASK,
        )
        records = CounterMetricFamily("hushkey_records", "By outcome.", labels=[*_TASK, "outcome"])
        for listed in self._service.tasks():
            feed = self._service.feed(listed.task)
            chain = self._chains.setdefault(listed.task, _Chain())
            chain.follow(self._service.records, listed.task)
            label = [listed.task.hex()[:16], listed.name]
            version.add_metric(label, feed.version)
            if feed.pending is not None:
                pending.add_metric(label, feed.pending)
            last.add_metric(label, chain.epsilon)
            most.add_metric(label, chain.epsilon_sum)
            for outcome, count in sorted(chain.outcomes.items()):
                records.add_metric([*label, outcome], count)
        return (version, pending, last, most, records)
