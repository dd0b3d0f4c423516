"""Asks the resident process one thing; run by path, without site packages, so that it starts in a few milliseconds.

    python -I -S client.py SOCKET suggest < line-before-the-cursor       prints: replaces TAB text, a line each
    python -I -S client.py SOCKET learn   < line-that-ran                prints nothing

The line comes on standard input and never as an argument, which others could read in the list of processes. Where
nobody listens it prints nothing, and its exit status is 3.
"""

import socket
import sys

PATIENCE_S = 0.5
NOBODY = 3


def main() -> int:
    """Ask, print, and give the exit status."""
    path, what = sys.argv[1:3]
    line = sys.stdin.buffer.read(1 << 15).decode("utf-8", "replace")
    field = line.replace("\\", "\\\\").replace("\n", "\\n").replace("\t", "\\t")
    request = f"suggest\t0\t{field}\n" if what == "suggest" else f"learn\t{field}\n"
    try:
        with socket.socket(socket.AF_UNIX) as agent:
            agent.settimeout(PATIENCE_S)
            agent.connect(path)
            agent.sendall(request.encode())
            answer = agent.makefile("r", encoding="utf-8").readline().rstrip("\n")
    except OSError:
        return NOBODY
    if what == "suggest":
        for one in answer.split("\t")[2:]:
            replaces, _, text = one.partition(":")
            sys.stdout.write(f"{replaces}\t{text}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
