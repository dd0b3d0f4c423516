"""Starting values of the mixer's gates, fitted once on public writers and shipped with the base."""

import json

from hushkey.keyboard.mixer import GateName
from hushkey.model.base import GATES, Base


def fitted_gates(base: Base) -> dict[GateName, float]:
    """Return the gates of a base; none where it ships none, and the mixer's own defaults hold."""
    if GATES not in base.hashes:
        return {}
    rows = json.loads(base.read(GATES))["gates"]
    return {tuple(name): float(value) for name, value in rows}
