"""Reports accepted and batches aggregated a second, with so many workers over one database, and nothing beside.

A cell is a fresh database, web processes that take the reports, then batch processes of the leader and web processes of
the helper that sum them, until the last batch is recorded by both roles.
"""

import time
from dataclasses import dataclass
from pathlib import Path

from bench.sharing.load_databases import POSTGRESQL, Cluster, Meter, fresh
from bench.sharing.load_generator import Generator, Sent
from bench.sharing.load_operators import Operators, Size
from bench.sharing.load_processes import (
    Failed,
    Part,
    answering,
    running,
    until,
    working,
)
from hushkey.sync.coordinator.roles import Opened

BATCH_S = 240.0  # for all batches of a cell
WORKERS = (1, 2, 4)


@dataclass(frozen=True, slots=True)
class Cell:
    """What so many workers did over one database."""

    database: str
    workers: int
    sent: Sent
    web_cpu_s: float  # of the leader's web processes, while they took the reports
    batches: int
    batch: int  # reports of each
    seconds: float  # of all batches
    leader_cpu_s: float  # of the leader's batch processes
    helper_cpu_s: float
    database_cpu_s: float  # of PostgreSQL's processes in both parts; SQLite has none

    @property
    def accepted_per_s(self) -> float:
        """Reports that were durably stored a second."""
        return self.sent.count / self.sent.seconds

    @property
    def batches_per_s(self) -> float:
        """Batches that were recorded a second."""
        return self.batches / self.seconds

    @property
    def cpu_per_report_s(self) -> float:
        """Processor seconds of both roles and their databases for one report, from its upload to its record."""
        whole = self.web_cpu_s + self.leader_cpu_s + self.helper_cpu_s + self.database_cpu_s
        return whole / self.sent.count


def measured(  # noqa: PLR0913, PLR0917  what a cell is measured on
    operators: Operators,
    size: Size,
    reports: Path,
    database: str,
    workers: int,
    cluster: Cluster | None,
) -> Cell:
    """Measure one cell. Raises Failed."""
    stores = fresh(operators, database, cluster)
    operators.publish(stores, size.reports)
    server = Meter(cluster if database == POSTGRESQL else None)
    sent, web_cpu_s = _accepted(operators, size, reports, workers)
    with operators.opened(stores) as (leader, helper):
        batches = size.reports // size.batch
        seconds, leader_cpu_s, helper_cpu_s = _aggregated(operators, leader, workers, batches)
        database_cpu_s = server.passed()
        require_counted(operators, leader, helper, size.reports)
    costs = (leader_cpu_s, helper_cpu_s, database_cpu_s)
    return Cell(database, workers, sent, web_cpu_s, batches, size.batch, seconds, *costs)


def _accepted(operators: Operators, size: Size, reports: Path, workers: int) -> tuple[Sent, float]:
    generator = Generator(operators, reports, size.reports)
    generator.wait()
    with running([Part(operators.settings("leader"), answering, workers)]) as web:
        (before,) = web.cpu_s()
        generator.begin()
        try:
            sent = generator.end()
        finally:
            web.require_alive()
        (after,) = web.cpu_s()
    return sent, after - before


def _aggregated(
    operators: Operators, leader: Opened, workers: int, batches: int
) -> tuple[float, float, float]:
    """Return the seconds until the last record, and the processor seconds of either role."""
    parts = [
        Part(operators.settings("leader"), working, workers),
        Part(operators.settings("helper"), answering, workers),
    ]
    with running(parts) as both:
        before, began = both.cpu_s(), time.perf_counter()
        until(lambda: len(operators.records(leader)) == batches, BATCH_S, "the cell's batches")
        seconds, after = time.perf_counter() - began, both.cpu_s()
        both.require_alive()
    leader_cpu_s, helper_cpu_s = (last - first for first, last in zip(before, after, strict=True))
    return seconds, leader_cpu_s, helper_cpu_s


def require_counted(operators: Operators, leader: Opened, helper: Opened, count: int) -> None:
    """Return if both roles counted every report, once, and the records say so. Raises Failed."""
    records = operators.records(leader)
    said = sum(each.accepted for each in records)
    if operators.recorded(leader, helper) != (count, count) or said != count:
        raise Failed(f"{count} reports were accepted, and {said} stand in records")
