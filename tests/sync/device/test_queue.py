"""Reports that wait are sealed, each bound to its id; what was changed is not there."""

import pytest

from hushkey.keyboard.keys import MasterKey
from hushkey.keyboard.paths import places_in
from hushkey.sync.device.queue import FolderQueue, MemoryQueue

KEY = MasterKey(b"q" * 32)
ONE, TWO = b"1" * 16, b"2" * 16


@pytest.fixture(params=["folder", "memory"])
def queue(request, tmp_path):
    return (
        FolderQueue(places_in(tmp_path), KEY.queue_key())
        if request.param == "folder"
        else MemoryQueue()
    )


def test_what_is_written_is_read_until_it_is_dropped(queue):
    assert queue.read(ONE) is None
    queue.write(ONE, b"a report")
    queue.write(TWO, b"another")
    assert (queue.read(ONE), sorted(queue.held())) == (b"a report", [ONE, TWO])
    queue.drop(ONE)
    queue.drop(ONE)
    assert (queue.read(ONE), queue.held()) == (None, [TWO])


def test_a_report_under_another_name_or_key_is_none(tmp_path):
    queue = FolderQueue(places_in(tmp_path), KEY.queue_key())
    queue.write(ONE, b"a report")
    (path,) = (tmp_path / "reports").iterdir()
    assert b"a report" not in path.read_bytes()
    path.rename(path.with_name(f"{TWO.hex()}.sealed"))
    assert queue.read(TWO) is None
    other = FolderQueue(places_in(tmp_path), MasterKey(b"x" * 32).queue_key())
    assert other.read(TWO) is None


def test_the_keys_of_sharing_are_keys_of_their_own():
    derived = {
        KEY.history_key().reveal(), KEY.adapter_key().reveal(), KEY.state_key().reveal(), KEY.memory_key().reveal(),
        KEY.sharing_key().reveal(), KEY.queue_key().reveal(),
    }  # fmt: skip
    assert len(derived) == 6
