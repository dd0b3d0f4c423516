"""A process killed between any two steps of a forgetting: the next start holds nothing that the history does not."""

import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from hushkey.keyboard.keys import MasterKey
from hushkey.keyboard.paths import Places, places_in
from hushkey.keyboard.profile import Profile
from hushkey.keyboard.sealed import read_sealed
from hushkey.keyboard.store import Store
from hushkey.model.base import Base

KEY = MasterKey(b"f" * 32)
LINES = ["Zorblax can see the cat.", "how are you today, Zorblax?", "to the theatre together"] * 3

# Every step that forgetting takes, in their order; the process ends right after the one that is named.
STEPS = (
    "history:History.take_out",
    "engine:SuggestionEngine.use_adapter",
    "kept_memory:KeptMemory.drop",
    "profile_files:ProfileFiles.drop_adapter",
    "profile_files:ProfileFiles.drop_checkpoint",
    "profile_files:ProfileFiles.drop_trust",
    "profile_files:ProfileFiles.drop_reports",
    "kept_memory:KeptMemory.learn_anew",
    "profile_files:ProfileFiles.write_trust",
    "kept_memory:KeptMemory.save",
    "history:History.forgotten",
)

FORGETTER = """if True:
    import importlib, os, signal, sys
    from pathlib import Path
    from hushkey.keyboard.keys import MasterKey
    from hushkey.keyboard.paths import places_in
    from hushkey.keyboard.profile import Profile
    from hushkey.keyboard.store import Store
    from hushkey.model.base import load_base

    home, base, last = sys.argv[1:]
    key, places = MasterKey(b"f" * 32), places_in(Path(home))
    profile = Profile(Store.open(places.history, key.history_key()), places, key, load_base(Path(base)))

    def ends_with(module, owner, name):
        kind = getattr(importlib.import_module(f"hushkey.keyboard.{module}"), owner)
        step = getattr(kind, name)

        def run(self, *arguments, **options):
            step(self, *arguments, **options)
            os.kill(os.getpid(), signal.SIGKILL)

        setattr(kind, name, run)

    module, _, method = last.partition(":")
    ends_with(module, *method.split("."))
    profile.forget("Zorblax")
    print("forgotten")
"""


def opened(places: Places, base: Base) -> Profile:
    return Profile(Store.open(places.history, KEY.history_key()), places, KEY, base)


@pytest.fixture(scope="module")
def typed(tmp_path_factory, tiny_base) -> Path:
    """A home in which every file that forgetting has to reach lies and knows the word."""
    places = places_in(tmp_path_factory.mktemp("typed") / "home")
    with opened(places, tiny_base) as profile:
        profile.import_lines(LINES, "app")
        profile._files.write_adapter(profile.engine.zero_adapter())
        profile.vouch_for("Zorblax")
        profile.keep_as_typed("Zorblax")
    places.checkpoint.write_bytes(b"how far a training on Zorblax came")
    places.reports.mkdir()
    (places.reports / "1.sealed").write_bytes(b"a report of Zorblax")
    return places.data


def learned(profile: Profile) -> tuple[object, ...]:
    arrays = profile.engine.as_arrays()
    counted = {name: held.tobytes() for name, held in arrays.items()}
    return counted, list(profile.engine.trust), profile.engine.kept_as_typed, profile.engine.vouched


@pytest.mark.parametrize("last", STEPS)
def test_after_a_kill_behind_any_step_the_next_start_knows_what_is_left_and_no_more(
    typed, tiny_folder, tiny_base, tmp_path, last
):
    places = places_in(tmp_path / "home")
    shutil.copytree(typed, places.data)
    killed = subprocess.run(
        [sys.executable, "-c", FORGETTER, str(places.data), str(tiny_folder), last],
        capture_output=True,
        check=False,
    )
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    assert killed.stdout == b""
    if (
        places.memory.exists()
    ):  # it is either older than the cut and not used, or made of what is left
        data = read_sealed(places.memory, KEY.memory_key(), context=b"memory of the history")
        knows = b"zorblax" in data
        assert knows == (STEPS.index(last) < STEPS.index("kept_memory:KeptMemory.drop"))
    with (
        opened(places, tiny_base) as profile,
        Profile(Store.memory(), None, None, tiny_base) as new,
    ):
        left = [entry.text for entry in profile.history.entries()]
        assert not any("orblax" in text for text in left)
        new.import_lines(left, "import")
        assert not profile.engine.knows("zorblax")
        assert not profile.engine.adapted
        assert learned(profile) == learned(new)
        for path in (places.adapter, places.checkpoint, places.reports):
            assert not path.exists()
    with opened(places, tiny_base) as profile:
        assert not profile.history.half_forgotten
        data = read_sealed(places.memory, KEY.memory_key(), context=b"memory of the history")
        assert b"zorblax" not in data


def test_before_the_first_step_is_on_the_disk_nothing_has_changed(
    typed, tiny_folder, tiny_base, tmp_path
):
    """Killed inside the transaction: the word is there as it was, with all that was made of it."""
    places = places_in(tmp_path / "home")
    shutil.copytree(typed, places.data)
    inside = FORGETTER.replace(
        "    module, _, method",
        "    from hushkey.keyboard import history, taking_out\n"
        "    cut = taking_out.take_out\n"
        "    history.taking_out.take_out = lambda *a: (cut(*a), os.kill(os.getpid(), 9))\n"
        "    module, _, method",
    )
    killed = subprocess.run(
        [sys.executable, "-c", inside, str(places.data), str(tiny_folder), STEPS[0]],
        capture_output=True,
        check=False,
    )
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    with opened(places, tiny_base) as profile:
        assert [entry.text for entry in profile.history.entries()] == LINES
        assert profile.engine.knows("zorblax")
        assert profile.engine.adapted
        assert places.reports.exists()
