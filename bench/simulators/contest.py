"""What every contestant is started with, and what it starts: a folder of work, rounds, a variant, workers."""

import argparse
from dataclasses import dataclass
from pathlib import Path

import numpy as np


@dataclass(frozen=True)
class Contest:
    """One run of one contestant."""

    folder: Path
    variant: str
    rounds: int
    workers: int
    output: Path

    @property
    def devices(self) -> int:
        """How many devices a round trains: all but the last, which is for warming up."""
        return len(list((self.folder / "users").glob("*.npz"))) - 1

    @property
    def start(self) -> np.ndarray:
        """What the first round starts from."""
        with np.load(self.folder / "weights.npz") as held:
            width, rank = held["fixed"].shape
        return np.zeros((rank, width), np.float32)

    def keep(self, learned: np.ndarray) -> Path:
        """Write the last version to be compared."""
        np.save(self.output, np.asarray(learned, np.float32))
        return self.output


def contest() -> Contest:
    """Read the options; the numeric libraries compute on one core a process."""
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--variant", required=True)
    parser.add_argument("--rounds", type=int, required=True)
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--output", type=Path, required=True)
    return Contest(**vars(parser.parse_args()))


def one_thread() -> None:
    """Compute on one core, and without denormals, as hushkey does."""
    import torch  # noqa: PLC0415  hushkey's own contestants set this themselves

    torch.set_num_threads(1)
    torch.set_flush_denormal(True)
