"""What this device's owner asks of a task, whatever its operators sign. Pure: the environment is an argument."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from hushkey.model.audit.batch import DELTA, epsilon_of
from hushkey.model.base import Base
from hushkey.model.groups import AdapterShape
from hushkey.sync.errors import PolicyRefused
from hushkey.sync.messages import Task
from hushkey.sync.task_terms import LOOPBACK, require_sound, rho_of_report

TRACKING_VARIABLE = "DO_NOT_TRACK"  # https://consoledonottrack.com
BATCH_MIN = 100  # reports; a smaller batch hides nobody, whatever its noise
EPSILON_OF_REPORT_MAX = 4.0  # a lifetime's 8 over ten reports is 2.1 each


@dataclass(frozen=True, slots=True)
class Policy:
    """The owner's floor. A `sample` profile is none of a person: demonstrations are for those alone."""

    batch_min: int = BATCH_MIN
    epsilon_of_report_max: float = EPSILON_OF_REPORT_MAX
    delta: float = DELTA
    sample: bool = False

    def require(self, task: Task, base: Base, shape: AdapterShape) -> None:
        """Return if the task is one to take part in. Raises PolicyRefused, and TaskRefused for unsound terms."""
        require_sound(task, shape)
        if task.base != base.identity:
            raise PolicyRefused(
                "the task is for another base than this installation's; nothing was sent; update hushkey"
            )
        if task.demonstration or self.sample:
            self._require_demonstration(task)
            return
        if task.batch_min < self.batch_min:
            raise PolicyRefused(
                f"the task sums batches of {task.batch_min}, and this device asks for {self.batch_min}; "
                "nothing was sent"
            )
        epsilon = epsilon_of(rho_of_report(task), self.delta)
        if epsilon > self.epsilon_of_report_max:
            raise PolicyRefused(
                f"one report would cost epsilon {epsilon:.2f}, and this device allows {self.epsilon_of_report_max:g}; "
                "nothing was sent"
            )

    def _require_demonstration(self, task: Task) -> None:
        """Sample profiles and demonstrations are for each other, and stay on this machine."""
        here = all(
            urlsplit(operator.url).hostname in LOOPBACK for operator in (task.leader, task.helper)
        )
        if not (task.demonstration and self.sample and here):
            raise PolicyRefused(
                "a demonstration has weak noise and is not private: it is for sample profiles on this machine alone; "
                "nothing was sent"
            )


def tracking_forbidden(environ: Mapping[str, str]) -> bool:
    """Whether the environment asks not to be tracked."""
    return environ.get(TRACKING_VARIABLE, "").strip().lower() not in {"", "0", "false", "no"}
