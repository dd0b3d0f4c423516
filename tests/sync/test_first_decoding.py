"""The first messages of a process may come together: types are learned by one thread while the others wait."""

import subprocess
import sys

FIRST_USES = """
import sys, threading
from typing import Annotated, Literal
from msgspec import Meta
from hushkey.sync.messages import Message, decode, encode

Part = Annotated[bytes, Meta(min_length=2)]

def first_use():
    class Inner(Message, frozen=True, array_like=True):
        part: Part
        role: Literal["leader", "helper"]

    class Outer(Message, frozen=True, array_like=True):
        inner: Inner
        part: Part

    data = encode(Outer(Inner(b"aa", "leader"), b"bb"))
    together = threading.Barrier(6)

    def read():
        together.wait()
        assert decode(data, Outer, limit_bytes=100).part == b"bb"
        done.append(1)

    done = []
    threads = [threading.Thread(target=read) for _ in range(6)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    return len(done)

sys.setswitchinterval(1e-6)
print(sum(first_use() for _ in range(300)))
"""


def test_a_type_is_first_used_by_many_threads_at_once_and_the_process_lives_on():
    """By msgspec.msgpack.decode alone, this program ends by SIGSEGV within a few of its three hundred types."""
    done = subprocess.run(
        [sys.executable, "-c", FIRST_USES], capture_output=True, text=True, timeout=120, check=False
    )
    assert (done.returncode, done.stdout.strip()) == (0, "1800"), done.stderr[-500:]
