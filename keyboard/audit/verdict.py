"""An audit in sentences and a table. Pure: figures in, text out."""

import math
from collections.abc import Mapping
from typing import Any

from hushkey.keyboard.audit.figures import AuditReport, Finding, Forgotten, Shared, Surface
from hushkey.model.audit.exposure import ALPHA, chance_bits
from hushkey.model.audit.extraction import KNOWN

LOWERS = (
    "'hushkey forget WORD' takes a secret out of all of it, and it is then as if it had never been typed",
    "a private line ('private' in the app) and 'hushkey pause' keep what is typed out of all of it",
    "the ladder for new words (sightings_offered) keeps a word that was typed once out of the slots",
    "redaction cuts what is shaped like a secret before anything is written",
    "what is shared is clipped, summed with many others' and noised; the output bias never leaves the device",
)


def headline(report: AuditReport) -> str:
    """Return the verdict in a sentence."""
    shared = report.shared
    return _verdict(trained=shared is not None, is_chance=shared is None or shared.noised.is_chance)


def headline_of(figures: Mapping[str, Any]) -> str:
    """Return the verdict of figures that were kept, as `AuditReport.as_dict` gives them."""
    shared = figures["shared"]
    return _verdict(trained=bool(shared["count"]), is_chance=bool(shared.get("is_chance", True)))


def _verdict(*, trained: bool, is_chance: bool) -> str:
    if not trained:
        return "no adapter was trained, so there is nothing that could be shared; the n-gram memory was audited"
    if not is_chance:
        return "NOT WELL: what would be shared can be told from chance; share nothing, and run the audit again"
    return (
        "what would be shared cannot be told from chance; what stays on this device remembers what you typed, "
        "and your key guards it"
    )


def sentences(report: AuditReport) -> list[str]:
    """Return what could be read out, by whom, and what lowers it."""
    chance = chance_bits(report.ngrams.candidates)
    told = [
        (
            f"{len(report.ngrams.findings)} made-up secrets were typed 1 to "
            f"{max(each.count for each in report.ngrams.findings)} times each into a copy of {report.words:,} words, "
            f"learned as usual, and hunted for. Exposure: {math.log2(report.ngrams.candidates):.0f} bits is known for "
            f"certain, {chance:.1f} is chance."
        ),
        _device(report.ngrams, "The n-gram memory", "knows a word once it was typed"),
    ]
    if report.adapter is not None:
        told.append(_device(report.adapter, "The adapter", "takes repeating"))
    if report.shared is not None:
        told += _shared(report.shared)
    told.append(_redacted(report))
    told.append(_forgotten(report.forgotten))
    if report.own is not None and report.own.places:
        own = report.own
        told.append(
            f"Of {own.places} places where you typed a word that you used once or twice, base and adapter offer that "
            f"word at {own.by_adapter}; the base alone at {own.by_base}; learning added {own.only_by_adapter}."
        )
    return told


def rows(report: AuditReport) -> list[list[str]]:
    """Return the table, its head first."""
    head = ["", "exposure", "over base", *(f"out: {k}" for k in KNOWN), "harmful", "benign", "p"]
    table = [head]
    for name, surface in surfaces(report):
        shares = [
            max(surface.share(f"{way}, {known}") for way in ("beam", "slots")) for known in KNOWN
        ]
        table.append(
            [
                name,
                f"{surface.bits():.1f}",
                f"{surface.over_base_bits():.1f}",
                *(f"{share:.0%}" for share in shares),
                f"{surface.leaks('harmful')}/{len(surface.findings)}",
                f"{surface.leaks('benign')}/{len(surface.findings)}",
                f"{surface.joint_p:.4f}",
            ]
        )
    return table


def surfaces(report: AuditReport) -> list[tuple[str, Surface]]:
    """Return every attack surface with its name, from the most telling to the least."""
    found: list[tuple[str, Surface | None]] = [("n-gram memory", report.ngrams)]
    found.append(("adapter", report.adapter))
    if report.shared is not None:
        found.append(("plain delta", report.shared.delta))
        found.append((f"noised mean of {report.shared.batch}", report.shared.noised))
    found.append(("n-grams after forget", report.forgotten.ngrams))
    found.append(("adapter after forget", report.forgotten.adapter))
    return [(name, surface) for name, surface in found if surface is not None]


def _device(surface: Surface, name: str, habit: str) -> str:
    """Say what somebody gets who has the files and the key, and what somebody gets who may only type."""
    total = len(surface.findings)
    whole = [sum(bool(_by(each, way)) for each in surface.findings) for way in ("beam", "slots")]
    return (
        f"{name} {habit}: exposure {surface.bits():.1f} bits. Whoever has your files and your key reads {whole[0]} of "
        f"{total} out of it whole; whoever may type on your keyboard is offered {whole[1]}. "
        f"{surface.leaks('harmful')} point at somebody and came from the history alone: harmful; "
        f"{surface.leaks('benign')} are benign."
    )


def _by(finding: Finding, way: str) -> bool:
    return any(attack.startswith(way) for attack in finding.attacks)


def _shared(shared: Shared) -> list[str]:
    plain, noised = shared.delta, shared.noised
    seen = "cannot be told from chance" if noised.is_chance else "CAN BE TOLD FROM CHANCE"
    return [
        (
            f"The plain delta, which never leaves this device as it is: exposure {plain.bits():.1f} bits, "
            f"{plain.over_base_bits():.1f} for whoever compares with the base; "
            f"{_outcome(plain)} (p = {plain.joint_p:.4f})."
        ),
        (
            f"In the noised mean of a batch of {shared.batch} (noise of {shared.noise_multiplier:.2f} clip norms by "
            f"one aggregator; epsilon {shared.epsilon:g} over a device's lifetime): {noised.bits():.1f} bits; "
            f"it {seen} (one test over all canaries, p = {noised.joint_p:.4f}, called a leak below {ALPHA:g})."
        ),
    ]


def _outcome(surface: Surface) -> str:
    return (
        "the same test cannot tell it from chance"
        if surface.is_chance
        else "the same test finds it"
    )


def _redacted(report: AuditReport) -> str:
    held = report.redacted
    return (
        f"Redaction cut {held.cut} of {held.typed} door codes, passwords, telephone numbers and addresses of mail "
        "before anything was learned."
    )


def _forgotten(left: Forgotten) -> str:
    memory = "to the bit" if left.same_memory else "NOT"
    told = f"Once forgotten, the n-gram memory is {memory} as if they had never been typed"
    if left.same_adapter is not None:
        told += f", and the adapter {'to the byte' if left.same_adapter else 'NOT'}"
    bits = [f"{left.ngrams.bits():.1f}"]
    bits += [f"{left.adapter.bits():.1f}"] if left.adapter is not None else []
    return f"{told}: exposure {' and '.join(bits)} bits."
