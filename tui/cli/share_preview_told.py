"""What a report would be, as a command line shows its preview: figures and blocks, no word of anybody. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from hushkey.tui.cli.share_told import Rows, directions_of, lined_up, number, terms_as_dict

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from hushkey.sync.device.attack import Attacked, Found
    from hushkey.sync.device.preview import Preview, Seen

BLOCKS: Final = " ▁▂▃▄▅▆▇█"


PREVIEW_HEAD: Final = "This is what a report would be now. Nothing of it was sent, charged or kept."
ATTACK_HEAD: Final = (
    "What the word-recovery attack finds (AUC; 0.5 is chance, p how often chance does as well):"
)


def preview_text(preview: Preview) -> Iterator[str]:
    """Give a bundle as a person reads it."""
    yield PREVIEW_HEAD
    yield lined_up([("tensor", "shape", "norm"), *tensor_rows(preview)])
    yield from number_lines(preview)
    yield lined_up(size_rows(preview))
    attacked = [("who would hold what", "all words", "rare words"), *attack_rows(preview.seen)]
    yield f"{ATTACK_HEAD}\n{lined_up(attacked)}"
    yield from price_lines(preview)


def tensor_rows(preview: Preview) -> Rows:
    """Return each tensor's name, shape and norm."""
    return [(t.name, "×".join(map(str, t.shape)), f"{t.norm:.4f}") for t in preview.tensors]


def number_lines(preview: Preview) -> Iterator[str]:
    """Say how long the numbers are together, and draw how they lie."""
    task = preview.terms.task
    yield (
        f"norm {preview.norm_before:.4f}{_along(preview)}; normalized to {task.clip_norm:g}, and counting "
        f"{preview.weight:.2f} by its variance, the report has norm {preview.norm_after:.4f}"
    )
    low, high = preview.histogram_ends
    yield f"{low:+.4f} {histogram(preview.histogram)} {high:+.4f}"


def _along(preview: Preview) -> str:
    """Say how much of the change is sent at all, where that is not all of it."""
    subspace = preview.terms.task.subspace
    if subspace is None:
        return ""
    return f", along {directions_of(subspace)} {preview.norm_along:.4f}: only that is sent"


def size_rows(preview: Preview) -> Rows:
    """Return what it takes after each step."""
    size = preview.size
    subspace, is_one = preview.terms.task.subspace, preview.terms.numbers == 1
    along = "" if subspace is None else f"along the direction{'' if is_one else 's'}, "
    return [
        ("the whole model's update in float32", f"{size.full_model:,} bytes"),
        (f"{'this number' if is_one else 'these numbers'} in float32", f"{size.delta:,}"),
        (f"{along}normalized, weighed, rotated, rounded, shared, packed", f"{size.packed:,}"),
        ("both envelopes, sealed", f"{size.sealed:,}"),
        ("on the wire", f"{size.wire:,}, {size.saved:.2%} less than the whole model's update"),
    ]


def price_lines(preview: Preview) -> Iterator[str]:
    """Say whether it would be sent as it is, and what it would cost."""
    if preview.verdict.send_zeros:
        yield f"Zeros would be sent in its place: {preview.verdict.refusal}. Nobody could tell the difference."
    yield (
        f"It would cost epsilon {number(preview.epsilon_of_report)}; {number(preview.spent.epsilon)} of "
        f"{number(preview.spent.budget.epsilon)} is spent, and {preview.reports_left:,} reports are left."
    )


def histogram(counts: Sequence[int]) -> str:
    """Draw counts with block characters; one that is not zero is never blank."""
    most = max(counts, default=0)
    if not most:
        return " " * len(counts)
    last = len(BLOCKS) - 1
    return "".join(BLOCKS[-(-count * last // most)] for count in counts)


_HOLDERS: Final[Mapping[str, str]] = {
    "plain": "both operators together",
    "leader_share": "the leader: its part",
    "helper_share": "the helper: its part",
    "one_operator": "one operator, of the published sum, at worst",
}


def attack_rows(seen: Seen) -> Rows:
    """Return what the attack finds in each holder's view."""
    found = {name: getattr(seen, name) for name in _HOLDERS}
    return [(_HOLDERS[name], *_found(attacked)) for name, attacked in found.items()]


def _found(attacked: Attacked | None) -> tuple[str, str]:
    if attacked is None:
        return "nothing: not even numbers of a model", ""
    return _figures(attacked.all_words), _figures(attacked.rare_words)


def _figures(found: Found) -> str:
    if not found.others or not found.words:
        return "no words to look for"
    named = f"{found.hits} of {found.top} named, by chance {found.hits_by_chance:.0f}"
    return f"{found.auc:.2f} (p {found.chance:.2f}), {named}"


def preview_as_dict(preview: Preview) -> dict[str, Any]:
    """Return a preview as JSON has it."""
    return {
        "terms": terms_as_dict(preview.terms),
        "tensors": [
            {"name": t.name, "shape": list(t.shape), "norm": t.norm} for t in preview.tensors
        ],
        "norm_before": preview.norm_before,
        "norm_along": preview.norm_along,
        "norm_after": preview.norm_after,
        "weight": preview.weight,
        "histogram": {"counts": list(preview.histogram), "ends": list(preview.histogram_ends)},
        "bytes": {
            name: getattr(preview.size, name)
            for name in ("full_model", "delta", "packed", "sealed", "wire", "saved")
        },
        "attack": {name: _attacked_as_dict(getattr(preview.seen, name)) for name in _HOLDERS},
        "zeros": preview.verdict.refusal or None,
        "epsilon_of_report": preview.epsilon_of_report,
        "epsilon_spent": preview.spent.epsilon,
        "epsilon_budget": preview.spent.budget.epsilon,
        "reports_left": preview.reports_left,
    }


def _attacked_as_dict(attacked: Attacked | None) -> dict[str, Any] | None:
    if attacked is None:
        return None
    both = {"all_words": attacked.all_words, "rare_words": attacked.rare_words}
    return {
        name: {field: getattr(found, field) for field in type(found).__slots__}
        for name, found in both.items()
    }
