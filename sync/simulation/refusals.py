"""What a simulation refuses. No message quotes what anybody typed."""

from hushkey.sync.errors import SyncError


class SimulationRefused(SyncError):
    """A population, an algorithm or a file that cannot be simulated; nothing was run."""
