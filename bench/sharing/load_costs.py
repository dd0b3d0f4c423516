"""What each step of one report costs, beside its floor, in turns: one AES pass, one addition, one write.

Processor time of one thread. The floor is what nobody can do without: the helper's stream is one AES pass over the
share's elements, each role adds them once, and the report's bytes are written to a file once (and not waited for).
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import numpy as np
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from bench.sharing.load_operators import Operators, device
from bench.sharing.load_reports import read
from hushkey.sync.codec.packing import unpack
from hushkey.sync.codec.shares import add_into
from hushkey.sync.coordinator.roles import Opened
from hushkey.sync.coordinator.sums import helper_share
from hushkey.sync.coordinator.tasks import Tasks, Terms
from hushkey.sync.envelopes import open_helper, open_leader
from hushkey.sync.messages import BatchItem, Report, decode
from hushkey.sync.signing import NONCE_BYTES, check_request, request_signature

WEIGHT = 15  # of a new report

Steps = Mapping[str, Callable[[], object]]


@dataclass(frozen=True, slots=True)
class Costs:
    """Processor seconds, medians."""

    floor: float
    steps: dict[str, float]


def measured(operators: Operators, reports: Path, repeats: int) -> Costs:
    """Measure the steps of one report."""
    stores = operators.sqlite("costs")
    operators.publish(stores, repeats)
    uploads = list(read(reports, repeats))
    with operators.opened(stores) as roles:
        written = roles[0].config.keys.with_name("written")
        with written.open("wb", buffering=0) as file:
            return _measured(operators, roles, uploads, file.write)


def _measured(
    operators: Operators,
    roles: tuple[Opened, Opened],
    uploads: list[bytes],
    write: Callable[[bytes], object],
) -> Costs:
    leader = roles[0]
    service, waiting = leader.leader(), iter(enumerate(uploads))
    terms = Tasks(leader.store, leader.shapes).get(operators.identity)

    def store() -> None:
        number, data = next(waiting)
        service.accept(terms.identity, device(number).public, data)

    steps = {
        "floor": floor(terms.length, uploads[0], write),
        **_steps(terms, uploads[0], roles),
        "leader: store it (SQLite, a transaction of its own)": store,
    }
    found = _medians(steps, len(uploads))
    return Costs(found.pop("floor"), found)


def _steps(terms: Terms, data: bytes, roles: tuple[Opened, Opened]) -> Steps:
    """Return what is done to one report beside storing it."""
    report = decode(data, Report, limit_bytes=terms.report_bytes)
    metadata, task, bits = report.metadata, terms.identity, terms.task.bits
    item = BatchItem(metadata, report.helper_envelope)
    ours, theirs = roles[0].receivers[0], roles[1].receivers[0]
    packed, seed = open_leader(report, task, ours), open_helper(item, task, theirs)
    share, total = helper_share(terms, metadata, seed), np.zeros(terms.length, np.uint64)
    path = f"/v1/tasks/{task.hex()}/reports/{metadata.report.hex()}"
    now = int(time.time())
    claim = request_signature(device(0), "PUT", path, data, at=now, nonce=bytes(NONCE_BYTES))
    return {
        "leader: check the request's signature": lambda: check_request(
            claim, "PUT", path, data, now=now, seen=lambda *_: False
        ),
        "leader: open the envelope (twice a report)": lambda: open_leader(report, task, ours),
        "leader: unpack (twice a report)": lambda: unpack(packed, terms.length, bits),
        "either: add": lambda: add_into(total, share, WEIGHT, bits),
        "helper: open the envelope": lambda: open_helper(item, task, theirs),
        "helper: expand the seed": lambda: helper_share(terms, metadata, seed),
    }


def floor(length: int, data: bytes, write: Callable[[bytes], object]) -> Callable[[], None]:
    """Return one AES pass, one addition, one write."""
    stream = np.zeros(8 * length, np.uint8)
    total = np.zeros(length, np.uint64)
    encryptor = Cipher(algorithms.AES(bytes(32)), modes.CTR(bytes(16))).encryptor()

    def once() -> None:
        encryptor.update_into(stream.data, stream.data)
        np.add(total, stream.view(np.uint64), out=total)
        write(data)

    return once


def _medians(steps: Steps, repeats: int) -> dict[str, float]:
    """Take turns, so that a busy minute falls on all alike."""
    took: dict[str, list[float]] = {name: [] for name in steps}
    for _ in range(repeats):
        for name, step in steps.items():
            began = time.thread_time()
            step()
            took[name].append(time.thread_time() - began)
    return {name: median(times) for name, times in took.items()}
