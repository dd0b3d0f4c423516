"""What a person is shown before anything is sent, and what exactly they agreed to. Pure."""

from dataclasses import dataclass

from hushkey.keyboard.keys import context
from hushkey.model.audit.batch import epsilon_of
from hushkey.model.groups import AdapterShape
from hushkey.sync.codec.packing import packed_bytes
from hushkey.sync.envelopes import HELPER_ENVELOPE_BYTES, OVERHEAD_BYTES
from hushkey.sync.messages import Invitation, Message, Task, encode, hash_of
from hushkey.sync.privacy.accounting import Budget
from hushkey.sync.task_terms import numbers_of, rho_of_report, signal_of

TERMS_VERSION = 1  # of the sentences below: another number asks everybody anew
DAY_S = 86_400

SENTENCES = (
    "Nothing that you type is sent. What is sent is how your typing would change a small set of the model's numbers.",
    "It is cut in two by chance. Neither operator alone can read it. Both together could.",
    "What the operators publish is the sum over a batch, with the noise of each.",
    "The leader knows that this device sent a report, and when. The privacy budget does not cover that.",
    "A report that waits can be withdrawn. One that was summed cannot be recalled, nor can a released version.",
    "When you forget something, reports that were made with it are withdrawn as far as that is possible.",
)


class Consent(Message, frozen=True, array_like=True):
    """What was agreed to, as it is stored."""

    invitation: Invitation
    task: bytes  # the task's body, as both operators signed it
    terms_version: int
    epsilon: float  # of the owner's budget
    delta: float
    interval_s: int
    at: int

    @property
    def agreed(self) -> bytes:
        """The hash of it: another task, operator, key, address or text is another."""
        return agreement_of(hash_of(self.task), self.invitation)

    @property
    def budget(self) -> Budget:
        """What the owner allows over a lifetime."""
        return Budget(self.epsilon, self.delta)


def agreement_of(task: bytes, invitation: Invitation) -> bytes:
    """Hash what a person agrees to: the task's terms, both operators with their keys and addresses, the text."""
    operators = encode(invitation.leader), encode(invitation.helper)
    return hash_of(context(b"hushkey consent", bytes([TERMS_VERSION]), task, *operators))


@dataclass(frozen=True, slots=True)
class Terms:
    """What would be sent, to whom, how often, at what price: every field of it is to be shown."""

    invitation: Invitation
    task: Task
    task_body: bytes
    shape: AdapterShape
    budget: Budget
    version: int  # in force
    interval_s: int = DAY_S
    sentences: tuple[str, ...] = SENTENCES

    @property
    def agreed(self) -> bytes:
        """The hash of what consenting to this means."""
        return agreement_of(hash_of(self.task_body), self.invitation)

    @property
    def numbers(self) -> int:
        """How many numbers a report is about."""
        return numbers_of(self.task, self.shape)

    @property
    def report_bytes(self) -> int:
        """What one report takes on the wire, but for some hundred bytes of metadata and HTTP."""
        share = packed_bytes(self.task.kept + 1, self.task.bits)
        return share + OVERHEAD_BYTES + HELPER_ENVELOPE_BYTES

    @property
    def full_bytes(self) -> int:
        """What sending the whole model's update would take, in float32."""
        return 4 * self.shape.all_parameters

    @property
    def rho(self) -> float:
        """What one report costs."""
        return rho_of_report(self.task)

    @property
    def epsilon_of_report(self) -> float:
        """The same as epsilon at the owner's delta."""
        return epsilon_of(self.rho, self.budget.delta)

    @property
    def signal_to_noise(self) -> float:
        """Predicted norm of a smallest batch's sum by that of its noise: below 1 a version is mostly noise."""
        return signal_of(self.task, self.shape)

    @property
    def reports_within_budget(self) -> int:
        """How many reports a budget of which nothing is spent covers."""
        return self.budget.reports(self.rho)
