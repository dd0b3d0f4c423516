"""How much memory this process holds and held at the most, as the operating system counts it. No torch."""

import resource
import sys
from contextlib import suppress
from pathlib import Path

_STATUS = Path("/proc/self/status")  # Linux
_CLEAR = Path("/proc/self/clear_refs")
_RESET_PEAK = "5"  # proc(5)


def resident_bytes() -> int:
    """Return what is resident now; where the system does not say, the most that ever was."""
    return _field("VmRSS") or peak_bytes()


def peak_bytes() -> int:
    """Return the most that was resident since the start, or since `reset_peak`."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return _field("VmHWM") or peak * (1 if sys.platform == "darwin" else 1024)


def reset_peak() -> bool:
    """Let the peak begin anew from what is resident now; False where the system does not allow it."""
    with suppress(OSError):
        _CLEAR.write_text(_RESET_PEAK, encoding="ascii")
        return True
    return False


def _field(name: str) -> int:
    with suppress(OSError, ValueError):
        for line in _STATUS.read_text(encoding="ascii", errors="replace").splitlines():
            if line.startswith(f"{name}:"):
                return int(line.split()[1]) * 1024
    return 0
