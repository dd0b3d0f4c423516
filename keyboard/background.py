"""May the trainer run while nobody asked for it? Learning on command does not come here."""

import os
from dataclasses import dataclass

QUIET_S = 120.0  # seconds without a key before the machine counts as idle
BUSY_SHARE = 0.5  # of the cores, over the last minute: above it others need the machine
NO_PSUTIL = "psutil, which would tell how busy the machine is, is not installed"


def may_run(*, idle_s: float, on_mains: bool, load_share: float) -> bool:
    """Decide. Pure: seconds since the last key, mains power, load a core."""
    return reason_against(idle_s=idle_s, on_mains=on_mains, load_share=load_share) is None


def reason_against(*, idle_s: float, on_mains: bool, load_share: float) -> str | None:
    """Say why it may not run, or None. Pure, as may_run."""
    if idle_s < QUIET_S:
        return "somebody typed a moment ago"
    if not on_mains:
        return "the machine runs on its battery"
    if load_share > BUSY_SHARE:
        return "the machine is busy"
    return None


def may_run_in_background(idle_s: float) -> bool:
    """Look at the machine and decide; False where psutil is not installed."""
    return background_reason_against(idle_s) is None


def background_reason_against(idle_s: float) -> str | None:
    """Look at the machine and say why the trainer may not run now, or None."""
    machine = look_at_machine()
    if machine is None:
        return NO_PSUTIL
    return reason_against(idle_s=idle_s, on_mains=machine.on_mains, load_share=machine.load_share)


@dataclass(frozen=True, slots=True)
class Machine:
    """What was seen of the machine at one time."""

    on_mains: bool
    load_share: float  # of its cores, over the last minute


def look_at_machine() -> Machine | None:
    """Look at its power and its load; None where psutil is not installed."""
    try:
        import psutil  # noqa: PLC0415  comes with the extra [learn], as torch does
    except ImportError:
        return None
    battery = psutil.sensors_battery() if hasattr(psutil, "sensors_battery") else None
    on_mains = battery is None or battery.power_plugged is not False
    return Machine(on_mains, psutil.getloadavg()[0] / (os.cpu_count() or 1))
