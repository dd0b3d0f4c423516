"""The race of simulators: everybody is given the same work, the clock counts what it says, the section what was run."""

import json
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
import torch

from bench.simulators import meter
from bench.simulators.contest import Contest
from bench.simulators.environments import missing
from bench.simulators.plain import VARIANTS, Client
from bench.simulators.race import BY_CORES, HUSHKEY, ONE_CORE, Run
from bench.simulators.report import Raced, section
from bench.simulators.work import lines_in, parts_of, write
from hushkey.model.training.finetune import Course
from hushkey.sync.simulation.world import DEVICE

torch.set_num_threads(1)

RANK = 3

LINES = (
    "I can see the cat, the cat can see you",
    "how are you today? then tomorrow",
    "tea and ice and tea and ice",
    "are you there? I'm there!",
)


@pytest.fixture(scope="module")
def work(tiny_base, tmp_path_factory):
    folder = tmp_path_factory.mktemp("race") / "work"
    encode = tiny_base.vocabulary.encode
    histories = [
        [np.array(encode(line), np.uint16) for line in LINES[number:] * (2 + 4 * number)]
        for number in range(3)
    ]
    assert all(count > 0 for count in write(folder, tiny_base, histories, RANK))
    return folder


def by_course(base, start, lines):
    network, zero, _ = parts_of(base, RANK)
    begun = zero.replaced({"output": start})
    course = Course(network, begun, lines, DEVICE, vocabulary=base.vocabulary)
    while not course.done:
        course.advance()
    return course.adapter().tensors["output"]


@pytest.mark.parametrize("variant", VARIANTS)
def test_the_plain_training_of_the_others_is_that_of_production(work, tiny_base, variant):
    client = Client(work, variant)
    start = Contest(work, variant, 1, 1, work).start
    for number in range(3):
        lines = lines_in(work, number)
        once = client.train(start, number)
        assert np.abs(once).max() > 1e-3
        assert np.allclose(once, by_course(tiny_base, start, lines), atol=2e-5)
        assert np.allclose(client.train(once, number), by_course(tiny_base, once, lines), atol=4e-5)


def test_the_last_device_is_for_warming_up(work):
    assert Contest(work, "pieces", 1, 1, work).devices == 2


def test_processor_seconds_are_those_of_children_too(tmp_path):
    busy = (
        "import time; t = time.process_time()\nwhile time.process_time() < t + 0.4: pass\ninput()"
    )
    before = meter.Meter()
    with subprocess.Popen([sys.executable, "-c", busy], stdin=subprocess.PIPE, text=True) as child:
        deadline = time.monotonic() + 60.0
        while meter.processor_s().get(child.pid, 0.0) < 0.4 and time.monotonic() < deadline:
            time.sleep(0.05)
        assert child.pid in meter.family()
        assert meter.memory_bytes() > 1_000_000
        told = _told(before, tmp_path)
        child.communicate("\n")
    assert told["processor_seconds"] >= told["busiest_seconds"] >= 0.4
    assert told["trainings"] == 7


def _told(held, path):
    import io  # noqa: PLC0415
    from contextlib import redirect_stdout  # noqa: PLC0415

    said = io.StringIO()
    with redirect_stdout(said):
        held.done(7, path / "learned.npy")
    return json.loads(said.getvalue())


def run(seconds, processor=1.0):
    return Run(10, seconds, processor, processor / 2, 500_000_000, np.full((2, 3), 0.5, np.float32))


def raced(theirs):
    found = {one: [theirs, theirs] for one in (*ONE_CORE, *BY_CORES)}
    for one in HUSHKEY.values():
        found[one] = [run(1.0), run(1.25)]
    names = ("flower/flwr", "flower/ray", "pfl/pfl", "ray/ray", "/torch")
    return Raced("the command", 5, 2, 2, 50, dict.fromkeys(names, "1.0"), (1.0, 2.0), 2, found)


@pytest.mark.parametrize(
    ("theirs", "verdict"), [(run(4.0, 3.0), "reached"), (run(4.0, 0.9), "short")]
)
def test_the_section_has_a_row_a_contestant_and_a_verdict_a_rival(theirs, verdict):
    text = section(raced(theirs))
    labels = [line.split("|")[1].strip() for line in text.splitlines() if line.startswith("| ")]
    assert [label for label in labels if label not in {"simulator", "---"}] == [
        *(one.label for one in ONE_CORE),
        *("hushkey's simulator", "hushkey over Ray", "hushkey over Ray", "Flower", "Flower"),
    ]
    assert text.count(f"**{verdict}**") == 4
    assert text.count("by the clock it is ahead in 2 of 2") == 4  # whatever processor seconds say
    ratio = 3.0 if verdict == "reached" else 0.9
    assert text.count(f"| {ratio:.2f} ({ratio:.2f} to {ratio:.2f}) |") == len(ONE_CORE) - 2
    assert "`the command`" in text


def test_environments_that_are_not_there_are_named(tmp_path):
    assert missing(tmp_path) == ["flower", "pfl", "ray"]
    done = subprocess.run(
        [sys.executable, "-m", "bench.simulators", "--environments", str(tmp_path)],
        check=False,
        capture_output=True,
        text=True,
        cwd=Path(__file__).resolve().parents[2],
    )
    assert done.returncode == 1
    assert "nothing was run; python -m bench.simulators setup" in done.stderr
