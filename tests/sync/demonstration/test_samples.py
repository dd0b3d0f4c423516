"""The samples as devices: all of the lines, cut evenly, and none of what the gate reads."""

from pathlib import Path

import pytest

from hushkey.keyboard.redaction import redact
from hushkey.sync.demonstration import read_samples
from hushkey.sync.demonstration.samples import FOLDER
from hushkey.sync.errors import ConfigRefused


@pytest.mark.parametrize("devices", [2, 3, 4, 7, 64])
def test_devices_have_about_as_many_words_each(devices: int):
    cut = read_samples(devices).devices
    words = [sum(len(line.split()) for line in lines) for lines in cut]
    assert len(cut) == devices
    assert min(words) > 0
    assert max(words) - min(words) < 80  # a long line


@pytest.mark.parametrize("devices", [2, 64])
def test_every_line_is_of_one_device_or_held_out(devices: int):
    two, many = read_samples(2), read_samples(devices)
    assert [line for cut in many.devices for line in cut] == [
        line for cut in two.devices for line in cut
    ]
    assert many.held_out == two.held_out
    assert len(two.held_out) > 50


def test_what_the_gate_reads_no_device_learned_from():
    samples = read_samples(2)
    learned = {line for cut in samples.devices for line in cut}
    assert learned.isdisjoint(samples.held_out)


def test_no_planted_secret_is_in_them():
    samples = read_samples(2)
    for line in (*samples.held_out, *samples.devices[0], *samples.devices[1]):
        assert not redact(line).kinds


def test_the_samples_lie_where_they_are_looked_for():
    assert (FOLDER / "SECRETS.json").exists()


def test_where_they_are_missing_it_says_so(tmp_path: Path):
    with pytest.raises(ConfigRefused, match=r"parent-history\.txt is not where"):
        read_samples(2, tmp_path)


def test_too_many_devices_are_refused():
    with pytest.raises(ConfigRefused, match="too few for 5000 devices"):
        read_samples(5000)
