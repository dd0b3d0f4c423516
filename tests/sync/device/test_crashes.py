"""A device that dies at any labelled point: what left was paid, one report lives, nothing is sent with other bytes."""

import os
import signal
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest
from operators import KEY, WEAK, Wire, World

from hushkey.sync.device import events as e
from hushkey.sync.device.faults import LABELS
from hushkey.sync.device.sharing import Sharing
from hushkey.sync.device.store import SharingStore
from hushkey.sync.errors import CodecRefused


class Crash(BaseException):
    """The process is gone."""


@dataclass
class CrashAt:
    """Dies the first time that a label is reached, and notes all that were."""

    label: str = ""
    reached: list[str] = field(default_factory=list)

    def reach(self, label: str) -> None:
        self.reached.append(label)
        if label == self.label:
            self.label = ""
            raise Crash


class _DiesError(BaseException):
    """The process is gone, in the midst of what has no label."""


@dataclass
class Kept(httpx.BaseTransport):
    """A wire that outlives the client that closes it."""

    wire: Wire

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        return self.wire.handle_request(request)


@dataclass
class Device:
    """One home, opened anew after each death; what left it is noted over all its lives."""

    world: World
    home: Path
    faults: CrashAt
    wire: Wire = field(default_factory=Wire)
    left_to_die: int = 1

    def live(self, *steps) -> None:
        """Take steps, each again in the hands of a process that starts anew where the one before died."""
        with self.world.profile(self.home) as profile:
            sharing = self.opened(profile)
            for step in steps:
                while not self.survives(step, profile, sharing):
                    sharing.close()
                    self.look()
                    sharing = self.opened(profile)
            sharing.close()
            self.look()

    def survives(self, step, profile, sharing) -> bool:
        try:
            step(self, profile, sharing)
        except (Crash, _DiesError):
            return False
        return True

    def opened(self, profile) -> Sharing:
        return self.world.sharing(
            profile, faults=self.faults, transport=Kept(self.wire), environ={}
        )

    def look(self) -> None:
        """What holds at every moment, whatever happened."""
        store = SharingStore.open(self.home / "sharing.db", KEY.sharing_key())
        with store.reading() as database:
            charged = {bytes(row) for (row,) in database.execute("SELECT report FROM charges")}
            rho = [rho for (rho,) in database.execute("SELECT rho FROM charges")]
            kept = database.execute("SELECT count(*) FROM reports").fetchone()[0]
        store.close()
        left = dict(self.wire.uploads)
        assert {bytes.fromhex(report) for report in left} <= charged, (
            "something left that was not paid"
        )
        assert len(set(self.wire.uploads)) == len(left), "a report left with other bytes"
        assert all(cost > 0 for cost in rho)
        assert kept <= 1, "more than one report is kept"


def joins(device: Device, _profile, sharing: Sharing) -> None:
    if sharing.status().phase == "off":
        sharing.consent(sharing.invite(device.world.code(), interval_s=0, budget=WEAK))


def ticks(_device, _profile, sharing: Sharing) -> None:
    sharing.now()


def sums(device: Device, _profile, _sharing) -> None:
    device.world.settle()


def forgets(_device, profile, sharing: Sharing) -> None:
    profile.forget("theatre")
    sharing.forgot()


def leaves(_device, _profile, sharing: Sharing) -> None:
    sharing.off()


def cannot_upload(device: Device, _profile, sharing: Sharing) -> None:
    device.wire.on_request = _refuse_uploads
    sharing.now()
    device.wire.on_request = lambda _: None


def _refuse_uploads(request: httpx.Request) -> None:
    if request.method == "PUT":
        raise httpx.ConnectError("down")


def loses_the_queue(device: Device, _profile, sharing: Sharing) -> None:
    """Somebody empties the folder of reports."""
    for path in (device.home / "reports").glob("*"):
        path.unlink()
    sharing.now()


def dies_while_it_trains(device: Device, _profile, sharing: Sharing) -> None:
    if device.left_to_die:
        device.left_to_die -= 1
        sharing._maker.train = _dies
    sharing.now()


def _dies(*_arguments, **_options):
    raise _DiesError


def is_not_to_be_tracked(_device, _profile, sharing: Sharing) -> None:
    sharing._environ["DO_NOT_TRACK"] = "1"
    sharing.now()
    sharing._environ.clear()


def finds_a_fork(_device, _profile, sharing: Sharing) -> None:
    sharing._runner.happen(e.DoubtArose("a fork"))


def is_refused(_device, _profile, sharing: Sharing) -> None:
    live = sharing.state.live
    sharing._runner.happen(e.ReportRejected(live.report if live else b""))


def asks_back(_device, _profile, sharing: Sharing) -> None:
    sharing.withdraw_live()


def training_fails(_device, _profile, sharing: Sharing) -> None:
    sharing._maker.train = _no_training
    sharing.now()


def _no_training(*_arguments, **_options):
    raise CodecRefused("not finite")


STORIES = {
    "recorded": (joins, ticks, sums, ticks, sums, ticks),
    "forgotten": (joins, ticks, forgets, ticks),
    "off": (joins, ticks, leaves, ticks),
    "lost": (joins, cannot_upload, loses_the_queue, ticks),
    "suspended": (joins, is_not_to_be_tracked, ticks, finds_a_fork),
    "refused": (joins, cannot_upload, is_refused, asks_back, ticks),
    "dies": (joins, dies_while_it_trains, ticks),
    "untrained": (joins, training_fails, ticks),
}


@pytest.fixture(scope="module")
def reached(world: World, tmp_path_factory) -> dict[str, set[str]]:
    """The labels that each story passes when nobody dies."""
    found = {}
    for name, story in STORIES.items():
        device = Device(world, tmp_path_factory.mktemp(name) / "home", CrashAt())
        device.live(*story)
        found[name] = set(device.faults.reached)
    return found


def test_the_stories_pass_every_label(reached):
    assert set().union(*reached.values()) == set(LABELS)


@pytest.mark.parametrize("label", LABELS)
def test_a_device_that_dies_anywhere_goes_on(label, world: World, reached, tmp_path):
    stories = [name for name in STORIES if label in reached[name]]
    assert stories
    name = stories[0]
    device = Device(world, tmp_path / "home", CrashAt(label))
    device.live(*STORIES[name])
    assert device.faults.label == "", "it did not die"
    if name == "recorded":
        assert device.wire.uploads, "and it reported in the end"


# kill -9 ----------------------------------------------------------------------------------------

DEVICE = """if True:
    import os, signal, sys, time
    from pathlib import Path
    sys.path[:0] = sys.argv[4:]
    from operators import LINES, KEY, WEAK, scripted_delta
    from hushkey.keyboard.paths import places_in
    from hushkey.keyboard.profile import Profile
    from hushkey.keyboard.store import Store
    from hushkey.model.base import load_base
    from hushkey.sync.device.sharing import Sharing

    home, base, rest = sys.argv[1:4]
    code, label, ahead = rest.split("|")
    places = places_in(Path(home))

    class Kill:
        def reach(self, here):
            if here == label:
                os.kill(os.getpid(), signal.SIGKILL)

    with Profile(Store.open(places.history, KEY.history_key()), places, KEY, load_base(Path(base))) as profile:
        if not profile.history.count():
            profile.import_lines(LINES, "app")
        with Sharing.open(
            profile, sample=True, clock=lambda: time.time() + float(ahead), train=scripted_delta, environ={},
            faults=Kill(),
        ) as sharing:
            if sharing.status().phase == "off":
                sharing.consent(sharing.invite(code, budget=WEAK, interval_s=0))
            print(sharing.now().live.stage)
"""


def run_device(world: World, home: Path, code: str, label: str) -> subprocess.CompletedProcess[str]:
    rest = f"{code}|{label}|{world.clock.ahead}"
    here = Path(__file__).parent
    return subprocess.run(
        [
            sys.executable,
            "-c",
            DEVICE,
            str(home),
            str(world.base.folder),
            rest,
            str(here),
            str(here.parent),
        ],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
    )


@pytest.mark.slow
@pytest.mark.parametrize(
    "label",
    [
        "report-built.uncommitted",
        "report-built.committed",
        "queue.written",
        "upload.sending",
        "upload.answered",
        "report-acknowledged.uncommitted",
    ],
)
def test_a_killed_device_goes_on_where_it_was(label, world: World, home):
    code = world.code()
    killed = run_device(world, home, code, label)
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    store = SharingStore.open(home / "sharing.db", KEY.sharing_key())
    with store.reading() as database:
        (charges,) = database.execute("SELECT count(*) FROM charges").fetchone()
    store.close()
    assert charges == (0 if label == "report-built.uncommitted" else 1)
    again = run_device(world, home, code, "")
    assert again.stdout == "acknowledged\n", again.stderr
    store = SharingStore.open(home / "sharing.db", KEY.sharing_key())
    with store.reading() as database:
        (after,) = database.execute("SELECT count(*) FROM charges").fetchone()
    store.close()
    # A report that was charged and whose bytes never reached the disk is lost, and its charge stays.
    assert after == (2 if label == "report-built.committed" else 1)
