"""Trainings over Ray's workers, on this machine or on hosts that hushkey is installed on. Needs [ray].

Ray is imported when it is asked for and not before. It is started without its usage statistics, dashboard and log
forwarding, its files in a private folder that goes with the engine. It listens on every address of the machine and
cannot be told otherwise, so whoever speaks to it must know a token that this process draws. With an address, a cluster
that runs already is joined as it is. What typed lines a worker gets are piece ids.
"""

import importlib
import os
import secrets
import shutil
import socket
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cached_property
from types import TracebackType
from typing import Any, Generic, Self, TypeVar

import numpy as np
import numpy.typing as npt

from hushkey.model.adapter import Adapter
from hushkey.model.base import SHIPPED, WEIGHTS, load_base
from hushkey.model.groups import AdapterShape
from hushkey.model.training.fleet import Reading, use_threads
from hushkey.model.training.fleet_full import FullFleet
from hushkey.model.training.fleets import fleet_of
from hushkey.model.training.frozen import FrozenNetwork
from hushkey.model.training.neighbour import be_a_good_neighbour
from hushkey.model.training.weights import load_weights
from hushkey.sync.simulation.engines import Sharded, Spread, Work, homes
from hushkey.sync.simulation.refusals import SimulationRefused

Floats = npt.NDArray[np.float32]
T = TypeVar("T")

STORE_BYTES = 128 << 20  # of Ray's shared memory, a worker: every weight there and back fits
_PATIENT = {"RAY_agent_register_timeout_ms": "600000", "RAY_worker_register_timeout_seconds": "600"}
STARTS = 3  # Ray gives up after half a minute, which a busy machine may take
CONNECT_S = 10.0  # Ray itself waits for minutes for a cluster that is not there


class Held:
    """What a worker's process holds: the base once, and its devices' lines, each read the first time it is asked."""

    def __init__(self, work: Work) -> None:
        """Load the base: the same folder's, or where this host has none, the one that hushkey came with.

        Raises SimulationRefused where that is another.
        """
        be_a_good_neighbour()
        use_threads(1)
        base = load_base(work.folder if work.folder.is_dir() else SHIPPED)
        if base.identity != work.base:
            raise SimulationRefused("a host of Ray's has another base; the run was stopped")
        network = FrozenNetwork.load(base.folder / WEIGHTS)
        shape = AdapterShape.of_sizes(network.shape.as_dict())
        zero = Adapter.from_bytes(work.zero, shape, base=work.base)
        self._fleet = fleet_of(network, base.vocabulary, zero, work.settings)
        self._weights, self._vocabulary = base.folder / WEIGHTS, base.vocabulary
        self._histories, self._settings = work.histories, work.settings
        self._readings: dict[int, Reading[Any]] = {}

    def train(self, starts: Sequence[Floats], devices: Sequence[int]) -> list[Floats]:
        """Return what each device's training changes of where it starts."""
        for device in devices:
            if device not in self._readings:
                self._readings[device] = self._fleet.read(self._histories[device])
        trained = self._fleet.train(starts, [self._readings[device] for device in devices])
        return [after - start for after, start in zip(trained, starts, strict=True)]

    def total(self, weights: Floats, devices: Sequence[int]) -> Floats:
        """Return the sum (W,) of what training every weight changes of `weights`."""
        self._full.use(weights)
        return self._full.total(devices)

    @cached_property
    def _full(self) -> FullFleet:
        network = load_weights(self._weights)
        return FullFleet(network, self._vocabulary, self._histories, self._settings)


@dataclass(frozen=True, slots=True)
class _Answer(Generic[T]):
    ray: Any
    reference: Any

    def wait(self) -> T:
        """Return what was computed. Raises SimulationRefused where the worker is gone."""
        try:
            found: T = self.ray.get(self.reference)
        except self.ray.exceptions.RayError as error:
            raise SimulationRefused(
                f"a worker of Ray's failed ({type(error).__name__}); the run was stopped; "
                "the same command goes on from the last version"
            ) from None
        return found


@dataclass(frozen=True, slots=True)
class _Worker:
    ray: Any
    actor: Any

    def begin(self, starts: Sequence[Floats], devices: Sequence[int]) -> _Answer[Sequence[Floats]]:
        """Begin to train devices of its own."""
        return _Answer(self.ray, self.actor.train.remote(list(starts), list(devices)))

    def begin_total(self, weights: Floats, devices: Sequence[int]) -> _Answer[Floats]:
        """Begin to train every weight on them."""
        return _Answer(self.ray, self.actor.total.remote(weights, list(devices)))


class OverRay:
    """Ray, as long as this is entered: an engine with so many workers, or one a core of what Ray has."""

    def __init__(self, *, workers: int | None = None, address: str | None = None) -> None:
        """Raise SimulationRefused where Ray is not installed; nothing is started yet."""
        os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
        for name, value in _PATIENT.items():
            os.environ.setdefault(name, value)
        if address is None:
            os.environ["RAY_AUTH_MODE"] = "token"
            # Once a process: Ray remembers the first. Without one it would keep one in the home folder.
            os.environ.setdefault("RAY_AUTH_TOKEN", secrets.token_hex(32))
        try:
            self._ray = importlib.import_module("ray")
        except ImportError:
            raise SimulationRefused(
                "--engine ray needs Ray; nothing was run; pip install 'hushkey[ray]', or leave it out for --engine "
                "local"
            ) from None
        self._asked, self._address = workers, address
        self.folder: str | None = None  # of its files, while it runs here

    def __enter__(self) -> Self:
        """Start Ray or join a cluster. Raises SimulationRefused."""
        told = ""
        for _ in range(STARTS if self._address is None else 1):
            try:
                self._start()
            except Exception as error:  # noqa: BLE001  whatever Ray raises, nothing was run
                self._stop()
                # Nothing that was typed is known to Ray yet, so its own words may be told.
                told = str(error).strip().partition("\n")[0] or type(error).__name__
            else:
                return self
        raise SimulationRefused(
            f"Ray could not be started ({told}); nothing was run; try again, or --engine local does without"
        )

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        """End what was started, and remove its files."""
        self._stop()

    @property
    def workers(self) -> int:
        """How many there are."""
        return self._asked or max(1, int(self._ray.cluster_resources().get("CPU", 1)))

    def trainer(self, work: Work) -> Spread:
        """Start the workers, each with its own devices' lines."""
        owners = homes(work.sizes, self.workers)
        kind = self._ray.remote(num_cpus=1, max_restarts=0)(Held)
        made = [
            _Worker(self._ray, kind.remote(share(work, owners, number)))
            for number in range(self.workers)
        ]
        return Sharded(made, owners)

    def _start(self) -> None:
        quiet = {"log_to_driver": False, "logging_level": "ERROR", "configure_logging": True}
        if self._address is not None:
            _reach(self._address)
            self._ray.init(address=self._address, **quiet)
            return
        self.folder = tempfile.mkdtemp(prefix="hk-")  # short: sockets lie in it
        # Ray opens its folder to everybody, so it is given one inside.
        self._ray.init(
            address="local",
            num_cpus=self._asked,
            include_dashboard=False,
            object_store_memory=STORE_BYTES * (self._asked or os.cpu_count() or 1),
            _temp_dir=f"{self.folder}/r",
            **quiet,
        )

    def _stop(self) -> None:
        with suppress(Exception):  # it may never have started
            self._ray.shutdown()
        if self.folder is not None:
            shutil.rmtree(self.folder, ignore_errors=True)
            self.folder = None


def _reach(address: str) -> None:
    """Return if somebody listens at an address that names a host and a port; raise OSError otherwise."""
    host, colon, port = address.rpartition("//")[2].rpartition(":")
    if colon and port.isdecimal():
        socket.create_connection((host, int(port)), timeout=CONNECT_S).close()


def share(work: Work, owners: Sequence[int], number: int) -> Work:
    """Return the work with one worker's lines alone; the others' places stay, empty."""
    lines = [
        one if owner == number else () for one, owner in zip(work.histories, owners, strict=True)
    ]
    return replace(work, histories=lines)
