"""The section `audit` of docs/learning.md. Pure: reports in, Markdown out."""

from collections.abc import Mapping
from dataclasses import replace
from math import log2

from bench.document import table
from hushkey.keyboard.audit.figures import AuditReport, Surface
from hushkey.keyboard.audit.verdict import surfaces
from hushkey.model.audit.batch import BATCH, DELTA, LIFETIME_EPSILON, REPORTS, noise_multiplier
from hushkey.model.audit.canaries import IDENTIFYING
from hushkey.model.audit.exposure import ALPHA, chance_bits


def figures(report: AuditReport) -> str:
    """Return the table of attack surfaces, of the canaries that point at somebody."""
    counts = sorted({each.count for each in report.ngrams.findings})
    head = [
        "",
        *(f"typed {count}×" for count in counts),
        "all",
        "over base",
        "nothing",
        "prefix",
        "half",
        "harmful",
        "p",
    ]
    rows = []
    for name, surface in surfaces(report):
        harm = replace(
            surface, findings=tuple(each for each in surface.findings if each.kind in IDENTIFYING)
        )
        rows.append(
            [
                name,
                *(
                    f"{harm.bits(lambda each, count=count: each.count == count):.1f}"
                    for count in counts
                ),  # type: ignore[misc]
                f"{harm.bits():.1f}",
                f"{harm.over_base_bits():.1f}",
                *(f"{100 * _out(harm, known):.0f}%" for known in ("nothing", "prefix", "half")),
                f"{harm.leaks('harmful')} of {len(harm.findings)}",
                f"{surface.joint_p:.4f}",
            ]
        )
    return table(head, rows)


def _out(surface: Surface, known: str) -> float:
    return max(surface.share(f"{way}, {known}") for way in ("beam", "slots"))


def groups(reports: Mapping[str, AuditReport]) -> str:
    """Return a table of the writers, each group apart."""
    head = [
        "",
        "words",
        "canaries",
        "n-grams",
        "adapter",
        "adapter harmful",
        "plain delta",
        "p",
        "noised mean",
        "p",
        "own rare words: base → with adapter",
    ]
    rows = []
    for name, report in reports.items():
        row = [
            name,
            f"{report.words:,}",
            str(len(report.ngrams.findings)),
            f"{report.ngrams.bits():.1f}",
        ]
        if report.adapter is None or report.shared is None or report.own is None:
            rows.append([*row, *["–"] * 7])
            continue
        shared, own = report.shared, report.own
        rows.append(
            [
                *row,
                f"{report.adapter.over_base_bits():.1f}",
                f"{report.adapter.leaks('harmful')}",
                f"{shared.delta.over_base_bits():.1f}",
                f"{shared.delta.joint_p:.4f}",
                f"{shared.noised.over_base_bits():.1f}",
                f"{shared.noised.joint_p:.4f}",
                f"{own.by_base} → {own.by_adapter} of {own.places}",
            ]
        )
    return table(head, rows)


def section(
    reports: Mapping[str, AuditReport],
    pooled: AuditReport,
    less: Mapping[str, Surface],
    shares: Mapping[str, Mapping[int, float]],
    command: str,
) -> str:
    """Return the whole section."""
    samples = reports["sample histories"]
    chance = chance_bits(samples.ngrams.candidates)
    parts = [
        f"## What can be read out of what was learned\n\n`{command}`",
        _opening(samples, chance),
        figures(samples),
        "![Exposure of planted secrets by how often they were typed](audit.svg)",
        _reading(samples),
        "### What lowers it",
        _lowers(less, shares, samples),
        "### The rarest writers, apart",
        _rarest(reports),
        groups(reports),
        "### One test over everything that would be shared",
        _joint(pooled),
    ]
    return "\n\n".join(part for part in parts if part)


def _opening(samples: AuditReport, chance: float) -> str:
    bits = log2(samples.ngrams.candidates)
    return (
        "`hushkey audit` types made-up secrets (names, numbers of bookings and files, addresses, rare phrases) into a "
        "copy of a history, learns the copy as usual and tries to get them out again. **Exposure** is log2 of the "
        f"number of candidates less log2 of the secret's rank among them (Carlini et al. 2019): {bits:.0f} bits, the "
        f"likeliest of {samples.ngrams.candidates:,} of its format, is known for certain; {chance:.2f} bits is what a "
        "secret has on average that was never typed. *Over base* is the same for an attacker who has the shipped base "
        "to compare with, which takes away what the base finds likely anyway. The next three columns are the shares "
        "that came out whole by beam search or through the three slots for an attacker who knows nothing, what stands "
        "before the secret, or half of it too. *Harmful* are those that gained more from the history than 99% of the "
        "unplanted candidates, point at somebody, and that the base alone does not give away; by that threshold one "
        "in a hundred is called harmful by chance. p is of the joint test below. "
        f"The three sample histories, {samples.words:,} words, names, numbers and addresses; phrases identify nobody "
        "and are counted in p alone:"
    )


def _reading(samples: AuditReport) -> str:
    left, held = samples.forgotten, samples.redacted
    own = samples.own
    rare = (
        f" Of {own.places} places where a word stands that the history has once or twice, the base alone offers the "
        f"word at {own.by_base}, with the adapter at {own.by_adapter}."
        if own is not None
        else ""
    )
    return (
        "The n-gram memory is a memory: what was typed once is in it, and whoever has the files and the key can list "
        "it. It never leaves the device. The adapter takes repeating: it holds a secret as a lean towards its pieces, "
        "and cannot offer a word through the slots that neither base nor n-gram memory has. "
        f"Of {held.typed} door codes, passwords, telephone numbers, mail addresses and one-time codes redaction cut "
        f"{held.cut} before anything was learned. Once the secrets were forgotten, the n-gram memory "
        f"{'was, to the bit,' if left.same_memory else 'WAS NOT'} that of somebody who had never typed them, and the "
        f"adapter trained anew {'was so to the byte' if left.same_adapter else 'WAS NOT'}.{rare}"
    )


def _lowers(
    less: Mapping[str, Surface], shares: Mapping[str, Mapping[int, float]], samples: AuditReport
) -> str:
    counts = list(next(iter(shares.values())))
    slots = table(
        ["secrets out of the slots behind their prefix", *(f"typed {count}×" for count in counts)],
        [
            [name, *(f"{100 * each[count]:.0f}%" for count in counts)]
            for name, each in shares.items()
        ],
    )
    deltas = [
        [
            name,
            f"{surface.bits():.1f}",
            f"{surface.over_base_bits():.1f}",
            str(surface.leaks("harmful")),
            f"{surface.joint_p:.4f}",
        ]
        for name, surface in less.items()
    ]
    if samples.shared is not None:
        noised = samples.shared.noised
        deltas.append(
            [
                f"mean of {BATCH}, noised",
                f"{noised.bits():.1f}",
                f"{noised.over_base_bits():.1f}",
                str(noised.leaks("harmful")),
                f"{noised.joint_p:.4f}",
            ]
        )
    remedies = (
        "- **Forgetting, private lines, pausing**: then it was never there, to the bit (above).\n"
        "- **Redaction** cuts what is shaped like a secret before anything is written (above).\n"
        "- **The ladder for new words** keeps a word out of the slots that was typed once (`sightings_offered`, two "
        "at the least); words that the base knows, as rare phrases are made of, are not on it:"
    )
    sharing = (
        "- **What is shared** is trained by a plan of its own, without the output bias: the plain delta, which never "
        "leaves the device as it is. **Clipping** makes it speak more softly, not of less: whoever compares with the "
        "base still hears it. **A batch** alone protects nobody: the sum of a batch whose other devices are known is "
        "the delta again, and only the precision of this runtime hides it in the mean. **The noise** is what protects:"
    )
    parts = [remedies, slots]
    if less:
        parts += [sharing, table(["delta", "exposure", "over base", "harmful", "p"], deltas)]
    return "\n\n".join(parts)


def _rarest(reports: Mapping[str, AuditReport]) -> str:
    if len(reports) < 2:
        return "Not measured in this run: `--users` names the public writers."
    return (
        "Whoever types little or strangely stands out most. Public writers, at most 2,500 words of each, drawn by a "
        "fixed seed: of the tenth with the fewest words, of the tenth whose words the base finds least likely, and of "
        "the rest. Exposures over the base, all kinds:"
    )


def _joint(pooled: AuditReport) -> str:
    if pooled.shared is None:
        return "No adapter was trained."
    delta, noised = pooled.shared.delta, pooled.shared.noised
    verdict = "cannot be told from chance" if noised.is_chance else "CAN BE TOLD FROM CHANCE"
    return (
        f"Default settings: epsilon {LIFETIME_EPSILON:g} at delta {DELTA:g} over the {REPORTS} reports of a lifetime "
        f"by zero-concentrated differential privacy, which wants noise of {noise_multiplier():.3f} clip norms on the "
        f"sum, by one aggregator (`model/audit/batch.py`); a batch of {BATCH}. The worst case for the owner: the clip "
        "norm is the delta's own length, the other devices report zeros, the attacker knows the base and scores what "
        "the mean adds to it. The test sums the exposures over the base of all canaries, every draw of noise "
        "included, and holds the sum against sums in which for each canary a random candidate of its format stands in "
        "its place; as canaries were "
        f"drawn just so, the test is exact. Called a leak below {ALPHA:g}. Over all {len(noised.findings)} canaries: "
        f"plain delta {delta.over_base_bits():.2f} bits, p = {delta.joint_p:.4f}, so the test has power; noised mean "
        f"{noised.over_base_bits():.2f} bits, p = {noised.joint_p:.4f}: **{verdict}**. "
        "The noise here is a continuous Gaussian; sharing draws an exact discrete one."
    )
