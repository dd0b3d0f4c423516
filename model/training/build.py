"""Turn a folder of text into a base: `hushkey base build`. Runs as a process of its own, since it needs torch.

Counting and cutting are done anew each time, since they take a minute and always come out the same; training
goes on from `training.pt` after an interruption, and from shipped weights where only those are there.
"""

import argparse
import json
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import torch

from hushkey.model.base import CARD, GRAPH, LEXICON, MANIFEST, PIECES, WEIGHTS, write_manifest
from hushkey.model.errors import ModelError
from hushkey.model.training.appraisal import appraise, held_lines
from hushkey.model.training.card import model_card
from hushkey.model.training.corpus import (
    SHARES,
    EncodedFile,
    encode_file,
    files_in,
    name_of,
    word_counts,
)
from hushkey.model.training.export import to_onnx
from hushkey.model.training.growth import grow
from hushkey.model.training.lexicon import make_lexicon
from hushkey.model.training.network import Network, Shape
from hushkey.model.training.pace import fastest_threads
from hushkey.model.training.pieces import train_pieces, with_whole_words
from hushkey.model.training.pretrain import Recipe, pretrain
from hushkey.model.training.sources import Source, sources_of
from hushkey.model.training.weights import load_weights, save_weights
from hushkey.model.vocabulary import Vocabulary

_CHECKPOINT = "training.pt"
_CONTROL = "control.json"

Stretch = Mapping[
    str, object
]  # the recipe of one run from its first step to its last, and pieces read


@dataclass(frozen=True, slots=True)
class _Material:
    """What there is to train on."""

    sources: list[Source]
    vocabulary: Vocabulary
    files: list[EncodedFile]


def main(arguments: Sequence[str] | None = None) -> int:
    """Build a base; the exit status is 0 where one was written."""
    options = _options(arguments)
    try:
        recipe = Recipe(steps=options.steps, seed=options.seed)
        build(options.corpora, options.out, recipe, resume=options.resume, gain=options.gain)
    except KeyboardInterrupt:
        _say(f"interrupted; go on with --resume --out {options.out}")
        return 130
    except ModelError as error:
        sys.stderr.write(f"hushkey: {error}\n")
        return 1
    return 0


def build(corpora: Path, out: Path, recipe: Recipe, *, resume: bool, gain: int = 0) -> None:
    """Write a base into `out`. Raises CorpusRefused where the folder cannot train one.

    With `resume`, `gain` words that the vocabulary there still cuts join it first.
    """
    out.mkdir(parents=True, exist_ok=True)
    stretches = _stretches_in(out) if resume else []
    material = _prepare(corpora, out, resume=resume, gain=gain)
    torch.manual_seed(recipe.seed)
    torch.set_num_threads(fastest_threads(_say))
    network = _first_network(out, material.vocabulary, resume=resume)
    checkpoint = out / _CHECKPOINT
    if not resume:
        checkpoint.unlink(missing_ok=True)
    read = pretrain(
        network,
        material.files,
        material.vocabulary,
        recipe,
        checkpoint=checkpoint,
        say=_say,
        control=out / _CONTROL,
    )
    _ship(network, material, recipe, out, read, stretches)


def _prepare(corpora: Path, out: Path, *, resume: bool, gain: int) -> _Material:
    paths = files_in(corpora)
    sources = sources_of(paths)
    _say(f"counting the words of {len(paths)} files")
    folded, written = word_counts(paths)
    if not (resume and (out / PIECES).exists()):
        _say("training the pieces")
        (out / PIECES).write_bytes(with_whole_words(train_pieces(folded), folded))
    elif gain and not (out / _CHECKPOINT).exists():
        _say(f"adding {gain} whole words to the pieces")
        _grow(out, folded, gain)
    (out / LEXICON).write_bytes(make_lexicon(folded, written).to_bytes())
    vocabulary = Vocabulary.load(out / PIECES)
    files = []
    for path in paths:
        _say(f"cutting {name_of(path)}")
        files.append(encode_file(path, vocabulary))
    return _Material(sources, vocabulary, files)


def _grow(out: Path, counts: dict[str, float], gain: int) -> None:
    """Add words to the pieces and to the weights in a folder."""
    before = (out / PIECES).read_bytes()
    after = with_whole_words(before, counts, most=gain)
    network = load_weights(out / WEIGHTS)
    save_weights(grow(network, Vocabulary(before), Vocabulary(after), counts), out / WEIGHTS)
    (out / PIECES).write_bytes(after)


def _first_network(out: Path, vocabulary: Vocabulary, *, resume: bool) -> Network:
    """Return the network that training starts from; a checkpoint, if there is one, takes its place."""
    if resume and (out / WEIGHTS).exists() and not (out / _CHECKPOINT).exists():
        _say("going on from the weights that are there")
        return load_weights(out / WEIGHTS).requires_grad_(requires_grad=True)
    return Network(Shape(vocabulary=vocabulary.size))


def _stretches_in(out: Path) -> list[Stretch]:
    """Return how the weights in a folder were trained so far."""
    if not (out / MANIFEST).exists():
        return []
    found: list[Stretch] = json.loads((out / MANIFEST).read_text(encoding="utf-8"))["trained"]
    return found


def _ship(  # noqa: PLR0913, PLR0917  what a base is made of
    network: Network,
    material: _Material,
    recipe: Recipe,
    out: Path,
    read: int,
    stretches: Sequence[Stretch],
) -> None:
    """Export, measure, describe; the checkpoint has then done its work."""
    _say("exporting")
    trained = [*stretches, {**asdict(recipe), "pieces_read": read}]
    save_weights(network, out / WEIGHTS)
    network = load_weights(out / WEIGHTS)  # what ships is what is exported and measured
    (out / GRAPH).write_bytes(to_onnx(network))
    facts = {"shape": network.shape.as_dict(), "trained": trained}
    base = write_manifest(out, facts)
    _say("measuring on held-out lines")
    appraisal = appraise(network, base, held_lines(material.files))
    write_manifest(out, {**facts, "held_out": asdict(appraisal)})
    card = model_card(
        sources=material.sources,
        words={file.name: _words(file, material.vocabulary) for file in material.files},
        shares=SHARES,
        shape=network.shape.as_dict(),
        trained=trained,
        appraisal=appraisal,
        files={
            name: {"bytes": (out / name).stat().st_size, "sha256": h}
            for name, h in base.hashes.items()
        },
        command="hushkey base build --corpora DIR --out DIR",
    )
    (out / CARD).write_text(card, encoding="utf-8")
    (out / _CHECKPOINT).unlink(missing_ok=True)
    _say(
        f"done: perplexity {appraisal.word_perplexity:.1f}, recall@3 {appraisal.recall_at_3:.3f}, "
        f"int8 agreement {appraisal.agreement:.3f}"
    )


def _words(file: EncodedFile, vocabulary: Vocabulary) -> int:
    return int(vocabulary.starts_word[file.pieces].sum())


def _say(text: str) -> None:
    sys.stderr.write(f"{time.strftime('%H:%M:%S')} {text}\n")
    sys.stderr.flush()


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="hushkey base build", description=__doc__)
    parser.add_argument(
        "--corpora", type=Path, required=True, help="folder of .txt or .txt.xz files"
    )
    parser.add_argument(
        "--out", type=Path, required=True, help="folder that the base is written to"
    )
    parser.add_argument("--steps", type=int, default=Recipe().steps, help="length of the training")
    parser.add_argument("--resume", action="store_true", help="go on from what is in --out")
    parser.add_argument(
        "--seed", type=int, default=Recipe().seed, help="another one draws other lines of the text"
    )
    parser.add_argument(
        "--gain", type=int, default=0, help="words that join the pieces first, with --resume"
    )
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
