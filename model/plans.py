"""Which groups are trained on a device and at which rank: small readable files, some of them shipped. No torch.

    {"name": "small", "ranks": {"input": 64, ...}, "budget_bytes": ..., "measured": {...}, "made_by": "..."}

What a plan costs and brings was measured when it was searched for (hushkey.model.training.subset); the
figures are told and decide nothing.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from hushkey.model.errors import PlanRefused
from hushkey.model.groups import NAMES, AdapterShape

PRESETS = ("tiny", "small", "full", "shared")
PERSONAL_PRESETS = ("tiny", "small", "full")  # "shared" is for what is sent: see docs/learning.md
_SHIPPED = Path(__file__).parent / "plans"


@dataclass(frozen=True, slots=True)
class Plan:
    """What is trained. Raises PlanRefused for a group or a rank that there is none of."""

    name: str
    ranks: Mapping[str, int]
    part: int = 64  # pieces of a batch that are worked off at a time
    rows: int = 32  # pieces whose scores are held at a time
    budget_bytes: int = 0  # of training memory that it was searched under
    measured: Mapping[str, float] = field(default_factory=dict)
    made_by: str = ""  # the command

    def __post_init__(self) -> None:
        wrong = [name for name in self.ranks if name not in NAMES]
        if wrong or not self.ranks:
            raise PlanRefused(
                f"a plan trains one or more of {', '.join(NAMES)}; this one does not; nothing was trained"
            )
        if not all(type(rank) is int and rank > 0 for rank in self.ranks.values()):
            raise PlanRefused("a plan's ranks are whole numbers above zero; nothing was trained")
        sizes = (self.part, self.rows)
        if type(self.name) is not str or not all(type(size) is int and size > 0 for size in sizes):
            raise PlanRefused(
                "a plan has a name, and its part and rows are whole numbers above zero; nothing was trained"
            )

    @property
    def settings(self) -> dict[str, int]:
        """What the trainer is told besides the groups."""
        return {"part": self.part, "rows": self.rows}

    def require(self, shape: AdapterShape) -> None:
        """Raise PlanRefused where a rank is higher than a base of this shape has."""
        for name, rank in self.ranks.items():
            if rank > shape.largest(name):
                raise PlanRefused(
                    f"the plan's rank of {name} is {rank}, this base has {shape.largest(name)}; "
                    "nothing was trained"
                )

    def to_json(self) -> str:
        """Write it as a person would read it."""
        return json.dumps(asdict(self), indent=1) + "\n"


def plan_from(text: str) -> Plan:
    """Read what to_json wrote. Raises PlanRefused."""
    try:
        held: dict[str, Any] = json.loads(text)
        return Plan(**held)
    except (ValueError, TypeError, AttributeError, RecursionError):
        raise PlanRefused("this is not a plan; nothing was trained") from None


def preset(name: str) -> Plan:
    """Return a shipped plan. Raises PlanRefused where there is none of that name."""
    if name not in PRESETS:
        raise PlanRefused(
            f"there is no plan of that name; there are {', '.join(PRESETS)}; nothing was trained"
        )
    return plan_from((_SHIPPED / f"{name}.json").read_text(encoding="utf-8"))
