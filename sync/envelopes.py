"""Seal the two shares of a report, each for one role, and open them. Knows not how a share is made, nor who sends it.

An envelope is RFC 9180's single-shot base mode with one suite: enc (1120) | ciphertext | tag (16). What it is bound to
is hushkey.sync.messages.envelope_info. No refusal says anything of the content.
"""

from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite

from hushkey.sync.errors import EnvelopeRefused, MessageRefused
from hushkey.sync.keys import SEED_BYTES, ReceiverKey, ReportSeed, receiver_public
from hushkey.sync.messages import (
    SUITE,
    BatchItem,
    Metadata,
    Receiver,
    Report,
    Role,
    envelope_info,
)

_SUITE: Final = Suite(KEM.MLKEM768_X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)

ENCAPSULATED_BYTES = 1088 + 32  # a ciphertext of ML-KEM-768 (FIPS 203), a public key of X25519
TAG_BYTES = 16
OVERHEAD_BYTES = ENCAPSULATED_BYTES + TAG_BYTES  # what sealing adds
HELPER_ENVELOPE_BYTES = OVERHEAD_BYTES + SEED_BYTES


def seal_report(  # noqa: PLR0913, PLR0917  two shares, two receivers, and what binds them
    task: bytes,
    metadata: Metadata,
    leader_share: bytes,
    seed: ReportSeed,
    leader: Receiver,
    helper: Receiver,
    *,
    now: int,
) -> Report:
    """Seal the packed share for the leader and the seed for the helper; `task` is the task's hash.

    Raises EnvelopeRefused for a receiver of the other role, of another suite or number than the metadata name, that
    has expired at `now`, or whose key is none.
    """
    _require(leader, "leader", metadata.leader_receiver, now)
    _require(helper, "helper", metadata.helper_receiver, now)
    return Report(
        metadata,
        _seal(leader_share, leader, task, metadata),
        _seal(seed.reveal(), helper, task, metadata),
    )


def open_leader(report: Report, task: bytes, key: ReceiverKey) -> bytes:
    """Return the leader's packed share. Raises EnvelopeRefused."""
    return _open(report.leader_envelope, "leader", task, report.metadata, key)


def open_helper(item: BatchItem, task: bytes, key: ReceiverKey) -> ReportSeed:
    """Return the seed of the helper's share. Raises EnvelopeRefused."""
    if len(item.helper_envelope) != HELPER_ENVELOPE_BYTES:
        raise EnvelopeRefused("a helper's envelope has another length than it has; it was not used")
    return ReportSeed(_open(item.helper_envelope, "helper", task, item.metadata, key))


def _require(receiver: Receiver, role: Role, number: int, now: int) -> None:
    if receiver.role != role or receiver.number != number:
        raise EnvelopeRefused(
            f"the receiver is not the one that the report names for the {role}; nothing was sealed"
        )
    if receiver.suite != SUITE:
        raise EnvelopeRefused(
            f"the {role}'s receiver has a suite that this version does not speak; nothing was "
            "sealed; update hushkey"
        )
    if receiver.expires_at <= now:
        raise EnvelopeRefused(
            f"the {role}'s receiver has expired; nothing was sealed; fetch the task anew"
        )


def _seal(plain: bytes, receiver: Receiver, task: bytes, metadata: Metadata) -> bytes:
    info = envelope_info(receiver.role, task, metadata)
    try:
        return _SUITE.encrypt(plain, receiver_public(receiver.key), info=info)
    except (MessageRefused, ValueError):  # ValueError: a point that X25519 makes zeros of
        raise EnvelopeRefused(
            f"the {receiver.role}'s receiver has a key that is none; nothing was sealed"
        ) from None


def _open(sealed: bytes, role: Role, task: bytes, metadata: Metadata, key: ReceiverKey) -> bytes:
    try:
        return _SUITE.decrypt(sealed, key.private(), info=envelope_info(role, task, metadata))
    except (InvalidTag, ValueError):
        raise EnvelopeRefused(
            "an envelope does not open for this role, task and metadata; it was not used"
        ) from None
