"""Train the base: loop, schedule, checkpoints. What comes out are float weights, nothing else."""

import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from hushkey.model.errors import CorpusRefused
from hushkey.model.training.corpus import Batch, EncodedFile, by_frequency, drop_marks, epoch
from hushkey.model.training.network import Network
from hushkey.model.training.softmax import (
    Rivals,
    cross_entropy,
    draw_rivals,
    sampled_cross_entropy,
)
from hushkey.model.vocabulary import Vocabulary

_RIVALS = 7  # tells the draws of rivals from those of lines


@dataclass(frozen=True, slots=True)
class Recipe:
    """How the base is trained. The rate warms up, holds, then falls to zero over the last share."""

    steps: int = 9_500
    tokens: int = 5_120  # pieces a batch
    rate: float = 2e-3  # Adam's, at its height
    warmup: int = 300  # steps
    decay: float = 0.6  # share of the steps in which the rate falls
    clip: float = 1.0  # norm of the gradient
    certain: int = 4_096  # frequent pieces that every target competes with
    drawn: int = 3_072  # of the others, anew at each step; 0 means all, always
    exact: float = 0.04  # share of the steps, the last ones, in which all pieces compete
    without_marks: float = 0.15  # share of messages that lose their punctuation
    seed: int = 1
    checkpoint_s: float = 300.0

    def samples_at(self, step: int) -> bool:
        """Whether a step's targets compete with a sample of the pieces."""
        return self.drawn > 0 and step < (1.0 - self.exact) * self.steps

    def rate_at(self, step: int) -> float:
        """Return the learning rate of a step, counted from 0."""
        rise = min(1.0, (step + 1) / self.warmup)
        left = (self.steps - step) / (self.decay * self.steps)
        return self.rate * min(rise, 1.0, max(0.0, left))


def device_of_choice() -> torch.device:
    """Return a GPU if there is one."""
    return torch.device("cuda" if torch.cuda.is_available() else "cpu")


def has_fast_bfloat16(device: torch.device) -> bool:
    """Whether bfloat16 products are done in hardware: else they are slower than float32."""
    if device.type == "cuda":
        return bool(torch.cuda.is_bf16_supported())
    capability = torch.cpu.get_capabilities() if hasattr(torch.cpu, "get_capabilities") else {}
    return bool(
        capability.get("avx512_bf16") or capability.get("amx_bf16") or capability.get("bf16")
    )


def batch_loss(
    network: Network, batch: Batch, device: torch.device, rivals: Rivals | None = None
) -> Tensor:
    """Mean nats a predicted piece, against all pieces or against `rivals`."""
    inputs, targets, weight = (
        torch.from_numpy(part).to(device) for part in (batch.inputs, batch.targets, batch.weight)
    )
    features, _ = network(inputs)
    chosen = weight.reshape(-1).nonzero().squeeze(1)
    rows = features.reshape(-1, features.shape[-1]).index_select(0, chosen)
    aim = targets.reshape(-1)[chosen]
    if rivals is None:
        return cross_entropy(rows, network.embedding.weight, network.bias, aim)
    return sampled_cross_entropy(rows, network.embedding.weight, network.bias, aim, rivals)


def _batches(
    files: list[EncodedFile], vocabulary: Vocabulary, recipe: Recipe, first: int
) -> Iterator[tuple[int, Batch]]:
    """Yield the numbered batches of endless epochs, from step `first` on; each has its own seed."""
    step, number = 0, 0
    augment = drop_marks(vocabulary, recipe.without_marks)
    while True:
        began_at = step
        rng = np.random.default_rng((recipe.seed, number))
        for batch in epoch(files, vocabulary, rng, tokens=recipe.tokens, augment=augment):
            if step >= first:
                yield step, batch
            step += 1
        if step == began_at:
            raise CorpusRefused("no line is left to train on; nothing was trained; give more text")
        number += 1


def save_checkpoint(
    path: Path, network: Network, optimizer: torch.optim.Optimizer, step: int, read: int
) -> None:
    """Write all that a resumed run needs, whole or not at all: `step` steps done, `read` pieces read."""
    unfinished = path.with_suffix(".part")
    torch.save(
        {
            "network": network.state_dict(),
            "optimizer": optimizer.state_dict(),
            "step": step,
            "read": read,
        },
        unfinished,
    )
    unfinished.replace(path)


def pretrain(  # noqa: PLR0913  one call says all that a training depends on
    network: Network,
    files: list[EncodedFile],
    vocabulary: Vocabulary,
    recipe: Recipe,
    *,
    checkpoint: Path,
    say: Callable[[str], None],
    control: Path | None = None,
) -> int:
    """Train in place; go on from `checkpoint` where it exists. Returns the pieces read in all.

    `control` may hold a JSON object with `steps`: a running training takes it as its new length,
    so that a machine busier than thought still ends with the rate at zero.
    """
    device = device_of_choice()
    network.to(device).train()
    optimizer = torch.optim.Adam(
        network.parameters(), lr=recipe.rate, betas=(0.9, 0.98), fused=True
    )
    first, before = 0, 0
    if checkpoint.exists():
        held = torch.load(checkpoint, map_location=device, weights_only=True)
        network.load_state_dict(held["network"])
        optimizer.load_state_dict(held["optimizer"])
        first, before = int(held["step"]), int(held["read"])
        say(f"resumed at step {first}")
    if first >= recipe.steps:
        return before
    low = has_fast_bfloat16(device)
    ranked = by_frequency(files, vocabulary)
    say(f"device {device}, bfloat16 {low}, threads {torch.get_num_threads()}")
    torch.set_flush_denormal(True)  # denormal gradients make a step five times slower
    began, saved, read, average, done = time.monotonic(), time.monotonic(), 0, 0.0, first
    try:
        for step, batch in _batches(files, vocabulary, recipe, first):
            if step >= recipe.steps:
                break
            rivals = None
            if recipe.samples_at(step):
                chance = np.random.default_rng((recipe.seed, step, _RIVALS))
                rivals = draw_rivals(ranked, recipe.certain, recipe.drawn, chance, device)
            loss = _step(
                network,
                optimizer,
                batch,
                rivals,
                rate=recipe.rate_at(step),
                clip=recipe.clip,
                device=device,
                low=low,
            )
            done, read = step + 1, read + batch.inputs.size
            average = loss if step == first else 0.98 * average + 0.02 * loss
            if step % 50 == 0:
                pace = read / (time.monotonic() - began)
                say(
                    f"step {step}/{recipe.steps} loss {average:.4f} "
                    f"rate {recipe.rate_at(step):.2e} {pace:.0f} pieces/s"
                )
                recipe = _steered(recipe, control)
            if time.monotonic() - saved > recipe.checkpoint_s:
                save_checkpoint(checkpoint, network, optimizer, done, before + read)
                saved = time.monotonic()
    finally:  # also where the owner interrupts: what was trained is kept
        save_checkpoint(checkpoint, network, optimizer, done, before + read)
        torch.set_flush_denormal(False)  # it is the process' own state: leave it as it was
    return before + read


def _step(  # noqa: PLR0913  all that one step depends on
    network: Network,
    optimizer: torch.optim.Optimizer,
    batch: Batch,
    rivals: Rivals | None,
    *,
    rate: float,
    clip: float,
    device: torch.device,
    low: bool,
) -> float:
    """Take one step; returns its loss in nats."""
    for group in optimizer.param_groups:
        group["lr"] = rate
    optimizer.zero_grad(set_to_none=True)
    with torch.autocast(device.type, torch.bfloat16, enabled=low):
        loss = batch_loss(network, batch, device, rivals)
    loss.backward()  # type: ignore[no-untyped-call]
    torch.nn.utils.clip_grad_norm_(network.parameters(), clip)
    optimizer.step()
    return loss.item()


def _steered(recipe: Recipe, control: Path | None) -> Recipe:
    """Return the recipe with the length that the control file asks for, if it asks for one."""
    if control is None or not control.exists():
        return recipe
    steps = int(json.loads(control.read_text())["steps"])
    return replace(recipe, steps=steps)
