"""Write the golden vectors of hushkey-share/1 beside this file.

    python tests/sync/vectors/make.py [--envelopes]

All but the envelopes are the same on every run. Sealing draws anew, so envelopes are made once and kept; what is
tested of them is opening.
"""

import json
import sys
from pathlib import Path
from typing import Any

import msgspec

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

from protocol_stand_ins import (  # noqa: E402  from the folder above
    BASE,
    CHAIN,
    DEVICE,
    FIRST,
    KEYS,
    METADATA,
    NOW,
    PUBLIC,
    RECEIVER_KEYS,
    SAMPLES,
    SEED,
    SUBSPACE,
    TASK_HASH,
    TASK_SAMPLE,
    after,
    drawn,
    ids,
    receiver,
    sealed,
    without_batch,
)

from hushkey.sync.enrolment import PREFIX, to_code  # noqa: E402
from hushkey.sync.envelopes import seal_report  # noqa: E402
from hushkey.sync.messages import (  # noqa: E402
    Invitation,
    Message,
    Sig,
    Signed,
    Withdrawal,
    encode,
    envelope_info,
    hash_of,
)
from hushkey.sync.releases.merkle import Tree  # noqa: E402
from hushkey.sync.releases.receipts import Receipt  # noqa: E402
from hushkey.sync.signing import request_signature  # noqa: E402

Case = dict[str, Any]


def _plain(value: Any) -> Any:
    """A message's value as JSON says it: bytes in hex, a message as its fields by name."""
    if isinstance(value, Message):
        return {name: _plain(getattr(value, name)) for name in value.__struct_fields__}
    if isinstance(value, bytes):
        return value.hex()
    return [_plain(item) for item in value] if isinstance(value, tuple) else value


def _swapped(record: Signed) -> Signed:
    leader, helper = record.signatures
    return Signed(record.body, (Sig("leader", helper.signature), Sig("helper", leader.signature)))


def messages() -> Case:
    """Every message, its bytes and what they say; bad_*: bytes that are refused, and as what."""
    good = encode(METADATA)
    number = bytes([METADATA.trained_version])
    place = 1 + 2 + 16  # array of 6, bin 8 of the id
    with_number = {
        "bad_integer_8_bits": b"\xcc" + number,
        "bad_integer_16_bits": b"\xcd\x00" + number,
        "bad_integer_signed": b"\xd0" + number,
        "bad_integer_negative": b"\xff",
        "bad_integer_as_float": b"\xcb\x40\x08\x00\x00\x00\x00\x00\x00",
        "bad_integer_as_text": b"\xa13",
        "bad_nil": b"\xc0",
    }
    bad = {
        "bad_empty": b"",
        "bad_truncated": good[:-1],
        "bad_trailing_byte": good + b"\x00",
        "bad_twice": good * 2,
        "bad_array_16": b"\xdc\x00\x06" + good[1:],
        "bad_array_shorter": b"\x95" + good[1:-1],
        "bad_array_longer": b"\x97" + good[1:] + b"\x00",
        "bad_binary_16": good[:1] + b"\xc5\x00\x10" + good[3:],
        "bad_binary_as_text": good[:1] + b"\xb0" + bytes(16) + good[19:],
        "bad_binary_short": good[:1] + b"\xc4\x0f" + good[3:18] + good[19:],
        **{name: good[:place] + form + good[place + 1 :] for name, form in with_number.items()},
    }
    within = msgspec.structs.replace(TASK_SAMPLE, subspace=SUBSPACE)
    return {
        "good": [
            {
                "kind": type(message).__name__,
                "bytes": encode(message).hex(),
                "says": _plain(message),
            }
            for message in (*SAMPLES.values(), within)
        ],
        "bad": [
            *(
                {"name": name, "kind": "Metadata", "bytes": data.hex()}
                for name, data in bad.items()
            ),
            *(
                {"name": name, "kind": "Subspace", "bytes": data.hex()}
                for name, data in _bad_subspaces().items()
            ),
            *(
                {"name": name, "kind": "Task", "bytes": data.hex()}
                for name, data in _bad_tasks().items()
            ),
        ],
    }


def _bad_subspaces() -> dict[str, bytes]:
    digest = encode(SUBSPACE)[2:]  # behind an array of 2 and the count, 64 in one byte
    return {
        "bad_count_none": b"\x92\x00" + digest,
        "bad_count_1025": b"\x92\xcd\x04\x01" + digest,
        "bad_count_16_bits": b"\x92\xcd\x00\x40" + digest,
        "bad_digest_of_31_bytes": b"\x92\x40\xc4\x1f" + SUBSPACE.directions[:31],
        "bad_digest_of_33_bytes": b"\x92\x40\xc4\x21" + SUBSPACE.directions + b"\x00",
        "bad_subspace_shorter": b"\x91\x40",
    }


def _bad_tasks() -> dict[str, bytes]:
    """The task with something else where its subspace stands: last, and never left out."""
    every = encode(TASK_SAMPLE)  # ends with nil: every number
    fields = len(TASK_SAMPLE.__struct_fields__)
    head = b"\xdc" + fields.to_bytes(2, "big")
    assert every.startswith(head)
    assert every.endswith(b"\xc0")
    without = b"\xdc" + (fields - 1).to_bytes(2, "big") + every[len(head) : -1]
    return {
        "bad_task_without_its_subspace": without,
        "bad_task_subspace_empty": every[:-1] + b"\x90",
        "bad_task_subspace_false": every[:-1] + b"\xc2",
        **{f"bad_task_{name[4:]}": every[:-1] + data for name, data in _bad_subspaces().items()},
    }


def records() -> Case:
    """A chain, and what does not follow its first two records."""
    following = sealed(after(FIRST))
    leader, helper = following.signatures
    bad = {
        "bad_signatures_swapped": _swapped(following),
        "bad_signatures_other_order": Signed(following.body, (helper, leader)),
        "bad_signature_single": Signed(following.body, (leader,)),
        "bad_signature_doubled": Signed(following.body, (leader, leader)),
        "bad_signature_of_a_stranger": Signed(
            following.body, (leader, Sig("helper", DEVICE.sign(b"record", following.body)))
        ),
        "bad_purpose": Signed(
            following.body, (leader, Sig("helper", KEYS["helper"].sign(b"task", following.body)))
        ),
        "bad_body_changed": Signed(following.body[:-1] + b"\x01", following.signatures),
        "bad_fork_of_the_last": sealed(msgspec.structs.replace(FIRST, at=FIRST.at + 1)),
        "bad_fork_before": sealed(after(FIRST, previous=drawn("another record"))),
        "bad_older": sealed(BASE),
        "bad_gap": sealed(after(after(FIRST))),
        "bad_version_skipped": sealed(after(FIRST, version=3)),
        "bad_rejected_and_applied": sealed(after(FIRST, outcome="rejected", version=1)),
        "bad_rollback_to_nothing": sealed(after(FIRST, **without_batch(adapter=drawn("never")))),
        "bad_batch_below_minimum": sealed(after(FIRST, accepted=99)),
        "bad_noise_below_task": sealed(after(FIRST, sigma=TASK_SAMPLE.sigma - 1)),
        "bad_task": sealed(after(FIRST, task=hash_of(b"another"))),
    }
    return {
        "task": encode(TASK_SAMPLE).hex(),
        "task_hash": TASK_HASH.hex(),
        "keys": {role: key.hex() for role, key in PUBLIC.items()},
        "chain": [encode(sealed(record)).hex() for record in CHAIN],
        "hashes": [hash_of(encode(record)).hex() for record in CHAIN],
        "after": 2,
        "bad": [{"name": name, "signed": encode(whole).hex()} for name, whole in bad.items()],
    }


def receipts() -> Case:
    """Trees of several sizes with their roots and paths, and receipts."""
    trees = []
    for size in (1, 2, 3, 5, 8, 13):
        tree = Tree(ids(size, "vector"))
        paths = [_plain(tree.path(report, sequence=1)) for report in tree.reports]
        trees.append({"root": tree.root.hex(), "paths": paths})
    receipt = SAMPLES[Receipt]
    assert isinstance(receipt, Receipt)
    path = receipt.path
    bad = {
        "bad_signatures_swapped": Receipt(_swapped(receipt.record), path),
        "bad_place": Receipt(receipt.record, msgspec.structs.replace(path, index=path.index ^ 1)),
        "bad_size": Receipt(receipt.record, msgspec.structs.replace(path, leaves=path.leaves + 1)),
        "bad_sequence": Receipt(receipt.record, msgspec.structs.replace(path, sequence=2)),
        "bad_report": Receipt(receipt.record, msgspec.structs.replace(path, report=bytes(16))),
        "bad_path_truncated": Receipt(
            receipt.record, msgspec.structs.replace(path, siblings=path.siblings[:-1])
        ),
        "bad_path_longer": Receipt(
            receipt.record, msgspec.structs.replace(path, siblings=(*path.siblings, bytes(32)))
        ),
    }
    return {
        "trees": trees,
        "good": encode(receipt).hex(),
        "bad": [{"name": name, "receipt": encode(held).hex()} for name, held in bad.items()],
    }


def requests() -> Case:
    """A signed request; bad_*: other requests under the same header, and headers that are none."""
    method, target, body = "PUT", "/v1/tasks/00/reports/11", b"a report"
    claim = request_signature(DEVICE, method, target, body, at=NOW, nonce=drawn("a nonce", 16))
    header = claim.header()
    good = {"method": method, "target": target, "body": body.hex(), "now": NOW, "header": header}
    bad = {
        "bad_method": {"method": "POST"},
        "bad_target": {"target": target + "0"},
        "bad_body": {"body": ""},
        "bad_clock": {"now": NOW + 301},
        "bad_header_padded": {"header": header.replace(", at", "=, at")},
        "bad_header_order": {
            "header": "Hushkey " + ", ".join(reversed(header.removeprefix("Hushkey ").split(", ")))
        },
        "bad_header_truncated": {"header": header[:-1]},
        "bad_header_trailing": {"header": header + ","},
        "bad_header_number": {"header": header.replace("at=", "at=0")},
    }
    return {
        "key": DEVICE.public.hex(),
        "good": good,
        "bad": [{"name": name, **good, **changes} for name, changes in bad.items()],
    }


def enrolment() -> Case:
    """A code and its invitation; bad_*: texts that are none."""
    invitation = SAMPLES[Invitation]
    assert isinstance(invitation, Invitation)
    code = to_code(invitation)
    first = "A" if code[20] != "A" else "B"
    return {
        "code": code,
        "says": _plain(invitation),
        "bad": [
            {"name": "bad_prefix", "code": code.replace(PREFIX, "hushkey2:")},
            {"name": "bad_checksum", "code": code[:20] + first + code[21:]},
            {"name": "bad_truncated", "code": code[:-1]},
            {"name": "bad_trailing", "code": code + "A"},
            {"name": "bad_padded", "code": code + "="},
            {"name": "bad_blank", "code": code + " "},
        ],
    }


def envelopes() -> Case:
    """A report with the keys that open it; bad_*: what either role does not open."""
    share = drawn("a packed share", 40)
    sealing = (receiver("leader"), receiver("helper", 1))
    report = seal_report(TASK_HASH, METADATA, share, SEED, *sealing, now=NOW)
    leader, helper = report.leader_envelope, report.helper_envelope
    infos = [envelope_info(role, TASK_HASH, METADATA).hex() for role in ("leader", "helper")]
    good = {
        "task_hash": TASK_HASH.hex(),
        "metadata": encode(METADATA).hex(),
        "leader_envelope": leader.hex(),
        "helper_envelope": helper.hex(),
    }
    other = msgspec.structs.replace(METADATA, trained_version=METADATA.trained_version + 1)
    token = Withdrawal(METADATA.report, drawn("another token"))
    marked = msgspec.structs.replace(METADATA, withdrawal=hash_of(token.token))
    bad: dict[str, Case] = {
        "bad_role": {"leader_envelope": helper.hex(), "helper_envelope": leader.hex()},
        "bad_info_task": {"task_hash": hash_of(b"another").hex()},
        "bad_info_version": {"metadata": encode(other).hex()},
        "bad_info_withdrawal": {"metadata": encode(marked).hex()},
        "bad_truncated": {
            "leader_envelope": leader[:-1].hex(),
            "helper_envelope": helper[:-1].hex(),
        },
        "bad_trailing": {
            "leader_envelope": leader.hex() + "00",
            "helper_envelope": helper.hex() + "00",
        },
        "bad_encapsulation": {
            "leader_envelope": (bytes([leader[0] ^ 1]) + leader[1:]).hex(),
            "helper_envelope": (bytes([helper[0] ^ 1]) + helper[1:]).hex(),
        },
        "bad_empty": {"leader_envelope": "", "helper_envelope": ""},
    }
    return {
        "receiver_keys": {role: key.reveal().hex() for role, key in RECEIVER_KEYS.items()},
        "infos": dict(zip(("leader", "helper"), infos, strict=True)),
        "leader_share": share.hex(),
        "seed": SEED.reveal().hex(),
        "good": good,
        "bad": [{"name": name, **good, **changes} for name, changes in bad.items()],
    }


SAME_ON_EVERY_RUN = {
    "messages": messages,
    "records": records,
    "receipts": receipts,
    "requests": requests,
    "enrolment": enrolment,
}


def text_of(case: Case) -> str:
    """Return a file's text."""
    return json.dumps(case, indent=1, ensure_ascii=True) + "\n"


if __name__ == "__main__":
    for name, make in SAME_ON_EVERY_RUN.items():
        (HERE / f"{name}.json").write_text(text_of(make()), encoding="ascii")
    if "--envelopes" in sys.argv:
        (HERE / "envelopes.json").write_text(text_of(envelopes()), encoding="ascii")
