"""Enrolment codes, and what a device answers to one. Pure: no clock, no store.

A code is text that one person hands another: whom the device will trust, which task, and a secret that works once.

    hushkey1:base64url(message | first 4 bytes of SHA-256(message))
"""

import hashlib

from hushkey.sync.base64url import from_text, to_text
from hushkey.sync.errors import CodeRefused, SyncError, TaskRefused
from hushkey.sync.keys import DeviceKey, EnrolmentSecret, verify
from hushkey.sync.messages import Enrolment, Invitation, Operator, Task, decode, encode, hash_of
from hushkey.sync.signing import ENROL
from hushkey.sync.task_terms import require_operators

PREFIX = "hushkey1:"
CHECKSUM_BYTES = 4  # against a slip of copying, not against anybody
INVITATION_BYTES = 2048  # the most that the message has


def invite(task: bytes, leader: Operator, helper: Operator, secret: EnrolmentSecret) -> Invitation:
    """Return an invitation to the task of this hash. Raises TaskRefused for operators that no device would take."""
    require_operators(leader, helper)
    return Invitation(task, leader, helper, secret.reveal())


def to_code(invitation: Invitation) -> str:
    """Return the one text form of an invitation."""
    body = encode(invitation)
    return PREFIX + to_text(body + _checksum(body))


def read_code(text: str) -> Invitation:
    """Read a code, whatever text it is. Raises CodeRefused for any but what `to_code` gives."""
    if not text.startswith(PREFIX):
        raise CodeRefused(
            f"an enrolment code starts with {PREFIX!r}; nothing was changed; copy the whole code"
        )
    data = from_text(text[len(PREFIX) :])
    body = (data or b"")[:-CHECKSUM_BYTES]
    if not body or data != body + _checksum(body):
        raise CodeRefused(
            "the enrolment code was not copied whole; nothing was changed; copy it again"
        )
    try:
        invitation = decode(body, Invitation, limit_bytes=INVITATION_BYTES)
        require_operators(invitation.leader, invitation.helper)
    except SyncError:
        raise CodeRefused(
            "the enrolment code is none of this version's; nothing was changed; ask for another"
        ) from None
    return invitation


def require_invited(task: Task, invitation: Invitation) -> None:
    """Return if this is the very task, with the very operators, that the code pinned. Raises TaskRefused."""
    if hash_of(encode(task)) != invitation.task:
        raise TaskRefused("the task is another than the code's; it was not taken")
    if (task.leader, task.helper) != (invitation.leader, invitation.helper):
        raise TaskRefused("the task has other operators than the code's; it was not taken")


def enrol(invitation: Invitation, device: DeviceKey) -> Enrolment:
    """Answer an invitation with a device's key."""
    parts = (invitation.task, invitation.secret, device.public)
    return Enrolment(invitation.task, invitation.secret, device.public, device.sign(ENROL, *parts))


def check_enrolment(enrolment: Enrolment, task: bytes) -> None:
    """Return if the device's key signed this enrolment to this task; whether the secret works is the store's to say.

    Raises CodeRefused for another task, SignatureRefused.
    """
    if enrolment.task != task:
        raise CodeRefused("the enrolment is to another task; nothing was changed")
    parts = (enrolment.task, enrolment.secret, enrolment.device)
    verify(enrolment.device, enrolment.signature, ENROL, *parts)


def _checksum(body: bytes) -> bytes:
    return hashlib.sha256(body).digest()[:CHECKSUM_BYTES]
