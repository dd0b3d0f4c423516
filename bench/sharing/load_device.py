"""How long a device takes from its trained delta to the leader's answer, training and network being its own.

A profile with a sample history consents, trains in a child process as ever, checks the delta (the attack included),
charges its budget, seals, queues and uploads over HTTP. The clock runs from the delta to the answer.
"""

import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from bench.sharing.load_operators import ROOT, Operators
from bench.sharing.load_processes import Failed, Part, answering, running
from hushkey.keyboard.keys import MasterKey
from hushkey.keyboard.paths import places_in
from hushkey.keyboard.profile import Profile
from hushkey.keyboard.store import Store
from hushkey.model.base import Base, load_base
from hushkey.sync.coordinator import administration
from hushkey.sync.device.sharing import Sharing
from hushkey.sync.privacy.accounting import Budget

HISTORY = "parent-history.txt"
KEY = MasterKey(bytes(32))
BEGIN, END = "delta.trained", "upload.answered"


@dataclass(slots=True)
class Watch:
    """When each label of a device's faults was passed."""

    at: dict[str, float] = field(default_factory=dict)

    def reach(self, label: str) -> None:
        """Note a label."""
        self.at[label] = time.perf_counter()


def measured(operators: Operators, lines: int, times: int) -> list[float]:
    """Return the seconds of some reports, each of a new profile. Raises Failed."""
    base = load_base()
    stores = operators.sqlite("device")
    operators.publish(stores, 1)
    demonstration = operators.task.demonstration
    with operators.opened(stores) as (leader, _):
        codes = administration.codes(leader, operators.identity, times)
        parts = [Part(operators.settings(role), answering, 1) for role in ("leader", "helper")]
        with running(parts):
            return [_seconds(base, code, lines, sample=demonstration) for code in codes]


def _seconds(base: Base, code: str, lines: int, *, sample: bool) -> float:
    watch = Watch()
    with _profile(base, lines) as profile:
        options = {"faults": watch, "environ": {}}
        with Sharing.open(profile, sample=sample, **options) as sharing:
            budget = Budget(1e6 if sample else 8.0)  # weak noise promises nothing
            sharing.consent(sharing.invite(code, budget=budget, interval_s=0))
            status = sharing.now()
    if END not in watch.at:
        raise Failed(f"a device did not send its report: {'; '.join(status.notes)}")
    return watch.at[END] - watch.at[BEGIN]


@contextmanager
def _profile(base: Base, lines: int) -> Iterator[Profile]:
    text = (ROOT / "data_samples" / HISTORY).read_text(encoding="utf-8")
    with tempfile.TemporaryDirectory(prefix="hushkey-load-") as home:
        places = places_in(Path(home))
        store = Store.open(places.history, KEY.history_key())
        with Profile(store, places, KEY, base) as profile:
            profile.import_lines(text.splitlines()[:lines], "app")
            yield profile
