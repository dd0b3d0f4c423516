"""What the load bench found, as the `load` section of docs/operating.md says it. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from bench.document import table
from bench.sharing.load_cells import Cell
from bench.sharing.load_costs import Costs
from bench.sharing.load_end_to_end import Sample, Whole
from bench.sharing.load_operators import GATE_LINES

SAVED, DEVICE_S = 0.98, 0.5  # what is to be reached
GROWTH = 0.05  # of a process's memory between the halves of a run: below it, it is flat
BUSY = 0.8  # of a core: a sender above it may be what was measured
MB = 1e6


@dataclass(frozen=True, slots=True)
class Found:
    """All that was measured."""

    cores: int
    idle: float  # of the machine before anything began
    seal_s: float  # processor seconds of a report; 0 where it was sealed before
    cells: Sequence[Cell]
    whole: Whole
    costs: Costs
    device_s: Sequence[float]
    full_model_bytes: int
    report_bytes: int


def section(found: Found, command: str) -> str:
    """Return the section's text."""
    parts = [_setting(found, command), _rates(found.cells), _sender(found)]
    parts += [_whole(found.whole), _costs(found), _small(found)]
    return "\n\n".join(parts)


def _setting(found: Found, command: str) -> str:
    cell = found.cells[0]
    return (
        f"`{command}`: {found.cores} cores, which sender, leader, helper and database share; {found.idle:.0%} of them "
        "idle before it began. Reports are of the shipped `shared` plan, "
        f"{found.report_bytes:,} bytes each, sealed by the device's own code; batches are of {cell.batch:,}. HTTP on "
        "loopback without TLS, a connection a report, 16 at once. Both databases wait for the disk at each report."
    )


def _rates(cells: Sequence[Cell]) -> str:
    head = ["database, workers", "reports accepted / s", "median, 99th", "batches / s"]
    head += ["reports summed / s", "processor a report"]
    rows = [
        [
            f"{each.database}, {each.workers}",
            f"{each.accepted_per_s:,.0f}",
            f"{_ms(each.sent.p50_s)}, {_ms(each.sent.p99_s)} ms",
            f"{each.batches_per_s:.2f}",
            f"{each.batches_per_s * each.batch:,.0f}",
            f"{_ms(each.cpu_per_report_s)} ms",
        ]
        for each in cells
    ]
    return (
        f"{table(head, rows)}\n\n"
        "Workers are web processes of the leader while reports are taken, and batch processes of the leader and as "
        "many web processes of the helper while they are summed. The last column is of both roles and their databases, "
        "from the upload to the record."
    )


def _sender(found: Found) -> str:
    shares = [each.sent.cpu_s / each.sent.seconds for each in found.cells]
    cost = median(each.sent.cpu_s / each.sent.count for each in found.cells)
    verdict = (
        "it was never what was measured"
        if max(shares) < BUSY
        else "**it may be what was measured in the fastest rows**"
    )
    return (
        f"The sender, its reports sealed and its requests signed before, took {_ms(cost)} ms of processor a report: "
        f"alone on a core it would reach {1 / cost:,.0f} / s. It held {min(shares):.0%} to {max(shares):.0%} of one "
        f"core: {verdict}. Sealing a report took {_ms(found.seal_s)} ms of processor, once, before all."
    )


def _whole(whole: Whole) -> str:
    count = whole.sent.count
    found = growths(whole.samples)
    worst = max(change for _, _, change in found)
    flat = "**flat**" if worst <= GROWTH else f"**grows by {worst:.1%}**"
    rows = [
        [kind, _megabytes(first), _megabytes(last), f"{change:+.1%}"]
        for kind, (first, last, change) in zip(whole.samples[0].bytes, found, strict=True)
    ]
    return (
        f"**{count:,} reports from upload to record**, `hushkey coordinator serve --workers 2` for both roles over "
        f"SQLite, batches while reports come in: {whole.seconds:.1f} s ({count / whole.seconds:,.0f} / s), the last "
        f"upload answered after {whole.sent.seconds:.1f} s; {whole.released + whole.rejected} batches, "
        f"{whole.released} of them released, each report counted once by both roles. Resident memory of the larger "
        f"process of each kind, the highest of {len(whole.samples)} samples in either half of the time: {flat}.\n\n"
        f"{table(['process', 'first half', 'second half', 'change'], rows)}"
    )


def growths(samples: Sequence[Sample]) -> list[tuple[float, float, float]]:
    """Return by kind the peak of either half of the time, and how much the second is above the first."""
    middle = (samples[0].seconds + samples[-1].seconds) / 2
    found = []
    for kind in samples[0].bytes:
        first, last = (
            max(max(each.bytes[kind]) for each in samples if (each.seconds > middle) is second)
            for second in (False, True)
        )
        found.append((float(first), float(last), last / first - 1.0))
    return found


def _costs(found: Found) -> str:
    costs, cell = found.costs, found.cells[0]
    count = cell.sent.count
    whole = {
        "leader's web process, a whole request": cell.web_cpu_s / count,
        "leader's batch process": cell.leader_cpu_s / count,
        "helper's web process": cell.helper_cpu_s / count,
        "both roles": cell.cpu_per_report_s,
    }
    rows = [["floor", _us(costs.floor), "1"]]
    rows += [
        [name, _us(seconds), f"{seconds / costs.floor:.1f}"]
        for name, seconds in {**costs.steps, **whole}.items()
    ]
    return (
        "Cost of a report beside its floor: one AES pass over the share's stream, one addition, one write of the "
        "report to a file. Processor time in the same run; the last four rows are those of "
        f"{cell.database} with {cell.workers} worker, a batch's noise, optimizer, gate ({GATE_LINES} lines) and record "
        "among them.\n\n"
        f"{table(['step', 'microseconds', 'by the floor'], rows)}"
    )


def _small(found: Found) -> str:
    wire = found.cells[0].sent.wire_bytes
    saved = 1.0 - wire / found.full_model_bytes
    reached = "reached" if saved >= SAVED else "**missed**"
    slowest = max(found.device_s)
    quick = "reached" if slowest <= DEVICE_S else "**missed**"
    return (
        f"On the wire a report is {wire:,} bytes with its request's head; FedAvg's upload of the whole model in "
        f"float32 is {found.full_model_bytes:,}: {saved:.2%} less (at least {SAVED:.0%}: {reached}). From the trained "
        f"delta to the leader's answer a device takes {_ms(median(found.device_s))} ms, {_ms(slowest)} at most of "
        f"{len(found.device_s)} (at most {DEVICE_S * 1e3:.0f} ms: {quick})."
    )


def _ms(seconds: float) -> str:
    return f"{seconds * 1e3:.2f}" if seconds < 0.01 else f"{seconds * 1e3:.0f}"


def _us(seconds: float) -> str:
    return f"{seconds * 1e6:,.0f}"


def _megabytes(size: float) -> str:
    return f"{size / MB:.1f} MB"
