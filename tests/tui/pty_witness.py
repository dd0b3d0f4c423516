"""Run by a test: the real relay, with a witness in the place of the line's model and of the engine.

    python pty_witness.py RECORD [--blind-guard] COMMAND...

Every byte that the model side is given, and every line that it is asked about, is written to RECORD at once.
--blind-guard plants the fault that the tests have to find: a guard that lets everything be looked at.
"""

import os
import sys

from hushkey.keyboard.shellside import relay
from hushkey.keyboard.shellside.echo_guard import EditingKeys
from hushkey.keyboard.shellside.typed_line import TypedLine
from hushkey.keyboard.types import Suggestion

record = os.open(sys.argv[1], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
command = sys.argv[2:]
if command[0] == "--blind-guard":
    command = command[1:]
    relay.may_look = lambda attributes: True


class Witness(TypedLine):
    """Notes every byte that it is fed."""

    def feed(self, byte: int, keys: EditingKeys) -> None:
        os.write(record, bytes([byte]))
        super().feed(byte, keys)


def suggest(line: str) -> list[Suggestion]:
    os.write(record, f"[asked:{line}]".encode())
    return [Suggestion("tomorrow", "completion", 0.5, {}, len(line.rpartition(" ")[2]))]


status = relay.Relay(suggest, line=Witness()).run(command)
sys.exit(os.waitstatus_to_exitcode(status) & 0xFF)
