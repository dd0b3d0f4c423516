"""ONNX Runtime with its telemetry off: imported from here alone.

Since version 1.32 its Linux wheels bring a client that reports to their maker; importing the package starts a
thread of it and writes a session's number into the folder for temporary files. The variable has to stand in the
environment before the import, and stands there for child processes too.
"""

import os

os.environ["ORT_DISABLE_TELEMETRY"] = "1"

import onnxruntime

onnxruntime.disable_telemetry_events()  # where a host program had imported it before us

__all__ = ["onnxruntime"]
