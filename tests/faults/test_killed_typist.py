"""Typing and learning, killed at random moments: every committed line is there, and no word is readable."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from hushkey.keyboard.profile import open_profile

WORDS = ("zorblax", "quincetree", "orangery", "vexillology", "marmoreal", "brindlewick")

TYPIST = """if True:
    import sys, threading
    from pathlib import Path
    from hushkey.keyboard.profile import open_profile

    words = sys.argv[2].split(",")
    profile = open_profile(Path(sys.argv[1]), allow_bare_file=True)
    session = profile.session("app")

    def learn():
        profile.learn(lambda progress: print("learning", flush=True))

    profile.import_lines([f"{a} and {b} stand by the gate" for a in words for b in words], "import")
    print("line", profile.history.count(), flush=True)
    threading.Thread(target=learn, daemon=True).start()
    number = 0
    while True:
        a, b = words[number % len(words)], words[number // len(words) % len(words)]
        session.suggest(f"{a} follows ")
        session.commit(f"{a} follows {b} on day {number}")
        print("line", profile.history.count(), flush=True)
        number += 1
"""


def test_no_line_is_lost_and_no_word_is_readable_after_a_kill(tmp_path: Path) -> None:
    waits = np.random.default_rng(12).uniform(0.2, 3.0, size=3)
    for wait in waits:
        typist = subprocess.Popen(
            [sys.executable, "-c", TYPIST, str(tmp_path), ",".join(WORDS)],
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,
            env={**os.environ, "PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring"},
        )
        assert typist.stdout is not None
        heard = [typist.stdout.readline()]
        time.sleep(wait)
        typist.send_signal(signal.SIGKILL)
        heard += typist.stdout.read().splitlines()
        typist.wait()
        counts = [
            int(line.split()[1]) for line in heard if line.startswith("line ") and line.split()[1:]
        ]
        assert counts
        _nothing_readable(tmp_path)
        with open_profile(tmp_path, allow_bare_file=True) as profile:
            assert profile.history.count() >= counts[-1]
            assert profile.engine.knows("zorblax")
        _nothing_readable(tmp_path)


FORGETTER = """if True:
    import sys
    from pathlib import Path
    from hushkey.keyboard import profile as module
    from hushkey.keyboard.kept_memory import KeptMemory

    # Killed at one step of forgetting, with everything before it done and nothing after it.
    setattr(KeptMemory, sys.argv[2], lambda self: (print("here", flush=True), sys.stdin.read()))
    profile = module.open_profile(Path(sys.argv[1]), allow_bare_file=True)
    profile.forget("zorblax")
"""


@pytest.mark.parametrize("step", ["drop", "learn_anew", "save"])
def test_a_word_whose_forgetting_was_cut_short_is_forgotten_at_the_next_start(
    tmp_path: Path, step: str
) -> None:
    with open_profile(tmp_path, allow_bare_file=True) as profile:
        profile.import_lines([f"the {word} stands by zorblax" for word in WORDS], "import")
    forgetter = subprocess.Popen(
        [sys.executable, "-c", FORGETTER, str(tmp_path), step],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert forgetter.stdout is not None
    assert forgetter.stdout.readline() == "here\n"
    forgetter.kill()
    forgetter.communicate()
    with open_profile(tmp_path, allow_bare_file=True) as profile:
        assert not profile.engine.knows("zorblax")
        assert profile.engine.knows("quincetree")
        assert profile.engine.words_learned == 4 * len(WORDS) - 1


def _nothing_readable(home: Path) -> None:
    for path in home.rglob("*"):
        if path.is_file():
            data = path.read_bytes().lower()
            for word in WORDS:
                assert word.encode() not in data, path.name
                assert word.encode("utf-16-le") not in data, path.name


@pytest.fixture(autouse=True)
def _without_a_keyring(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")
