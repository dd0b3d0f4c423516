"""Serve questions on the standard pipes: one JSON line in, one out, as bench.typing.hosts asks them."""

import json
import os
import sys
from collections.abc import Callable, Mapping
from typing import Any


def serve(answer: Callable[[Mapping[str, Any]], Mapping[str, Any]]) -> None:
    """Answer until the input ends. Whatever a library prints is no answer."""
    with os.fdopen(os.dup(1), "w", encoding="utf-8") as pipe:
        os.dup2(2, 1)

        def say(held: Mapping[str, Any]) -> None:
            pipe.write(json.dumps(held) + "\n")
            pipe.flush()

        say({"ready": "hushkey"})
        for row in sys.stdin:
            try:
                say(answer(json.loads(row)))
            except Exception as error:  # noqa: BLE001  a fault of ours, told by its kind: nothing typed is quoted
                say({"lost": type(error).__name__})
