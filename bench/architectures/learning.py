"""Train a candidate and say how good it is, by the very loop, schedule and appraisal that make the base."""

import math
from collections.abc import Callable
from dataclasses import asdict, dataclass
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
import torch

from bench.architectures.candidates import Candidate, multiplies, parameters
from bench.architectures.designs import Design
from bench.architectures.stepping import Stepper, in_int8, step_graph
from hushkey.model.base import LEXICON, PIECES
from hushkey.model.lexicon import Lexicon
from hushkey.model.training.appraisal import appraise, held_lines
from hushkey.model.training.corpus import EncodedFile, Pieces, files_in, held_out, lines_of, name_of
from hushkey.model.training.pretrain import Recipe, pretrain
from hushkey.model.vocabulary import Vocabulary
from hushkey.model.words import WordTable

_TOKENS = 1_024  # pieces a batch: fewer than the base's, so that there are steps enough
_RISE = 10  # a tenth of the steps warms up
_LONGEST = (
    64  # pieces of a held-out line; what training cuts messages to, and the transformers' window
)
_BLOCK = 64  # neighbouring lines that are taken together
_SAVED_S = 60.0  # between checkpoints

Say = Callable[[str], None]


@dataclass(frozen=True)
class Material:
    """A folder of text and the pieces and words it is cut into; nothing is read before it is asked for."""

    corpora: Path
    base: Path  # folder of PIECES and LEXICON
    one_in: int  # of so many blocks of lines one is taken
    held_each: int  # held-out lines of a file
    say: Say

    @cached_property
    def vocabulary(self) -> Vocabulary:
        """Return the pieces."""
        return Vocabulary.load(self.base / PIECES)

    @cached_property
    def words(self) -> WordTable:
        """Return the words."""
        return WordTable(self.vocabulary, Lexicon.from_bytes((self.base / LEXICON).read_bytes()))

    @cached_property
    def files(self) -> list[EncodedFile]:
        """Return some of the lines of every file, cut: a short training needs no more."""
        self.say("cutting the text")
        return [
            sampled(path, self.vocabulary, self.one_in, self.held_each)
            for path in files_in(self.corpora)
        ]

    @cached_property
    def held_out(self) -> list[Pieces]:
        """Return the held-out lines, like lengths together, long ones cut."""
        lines = held_lines(self.files, most=self.held_each)
        return sorted((line[:_LONGEST] for line in lines), key=len)

    @cached_property
    def marks(self) -> dict[str, Any]:
        """Return what tells this material from another."""
        return {
            "one_in": self.one_in,
            "held_each": self.held_each,
            "corpora": {path.name: path.stat().st_size for path in files_in(self.corpora)},
            **{n: sha256((self.base / n).read_bytes()).hexdigest() for n in (PIECES, LEXICON)},
        }


def sampled(path: Path, vocabulary: Vocabulary, one_in: int, held_each: int) -> EncodedFile:
    """Return one in so many blocks of a file's training lines, and its first held-out lines."""
    lines, name = list(lines_of(path)), name_of(path)
    held = held_out(len(lines), name)
    taken = (np.arange(len(lines)) // _BLOCK) % one_in == 0
    kept = np.where(held, np.cumsum(held) <= held_each, taken)
    cut = [vocabulary.encode(lines[number]) for number in np.flatnonzero(kept)]
    starts = np.cumsum([0, *map(len, cut)])
    return EncodedFile(
        name, np.concatenate([np.array(c, dtype=np.uint16) for c in cut]), starts, held[kept]
    )


@dataclass(frozen=True, slots=True)
class _Served:
    """What appraisal asks of a base."""

    graph: Stepper
    word_table: WordTable

    def runtime(self) -> Stepper:
        return self.graph


def recipe_of(candidate: Candidate, pieces: int) -> Recipe:
    """Return the base's recipe, shortened to about so many pieces."""
    steps = max(1, pieces // _TOKENS)
    return Recipe(
        steps=steps,
        tokens=_TOKENS,
        rate=candidate.rate,
        warmup=max(1, steps // _RISE),
        checkpoint_s=_SAVED_S,
    )


def question(candidate: Candidate, material: Material, pieces: int) -> dict[str, Any]:
    """Return all that a candidate's figures depend on."""
    design = candidate.make(material.vocabulary.size)
    recipe = asdict(recipe_of(candidate, pieces))
    sizes = {"parameters": parameters(design), "multiplies": multiplies(design)}
    return {"label": candidate.label, **sizes, **recipe, **material.marks}


def learn(
    candidate: Candidate, material: Material, pieces: int, checkpoint: Path
) -> dict[str, Any]:
    """Train on about so many pieces, the same ones for every candidate, then measure.

    A training that was cut off goes on from `checkpoint`, which is removed at the end.
    """
    recipe = recipe_of(candidate, pieces)
    torch.manual_seed(recipe.seed)
    design = candidate.make(material.vocabulary.size)
    read = pretrain(
        design,  # type: ignore[arg-type]  it has all that the loop asks for
        material.files,
        material.vocabulary,
        recipe,
        checkpoint=checkpoint,
        say=lambda text: material.say(f"{candidate.label}: {text}"),
    )
    figures = measure(design, material.words, material.held_out)
    checkpoint.unlink(missing_ok=True)
    return {**figures, "read": read}


def measure(design: Design, words: WordTable, lines: list[Pieces]) -> dict[str, Any]:
    """Return the appraisal of the float network and its int8 step, and nats a piece that is no mark."""
    design = design.cpu().float().eval()
    served = _Served(Stepper(in_int8(step_graph(design)), design), words)
    figures = asdict(appraise(design, served, lines))  # type: ignore[arg-type]
    pieces = sum(int(np.count_nonzero(~words.vocabulary.is_mark[line])) for line in lines)
    nats = math.log(figures["word_perplexity"]) * figures["words"]
    return {**figures, "pieces": pieces, "nats_a_piece": nats / pieces}
