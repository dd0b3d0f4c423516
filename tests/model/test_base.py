"""The base as files: whole or refused, and the shipped one fit for use."""

import json
import shutil
import tempfile
from pathlib import Path

import numpy as np
import pytest
import torch

from hushkey.model.base import (
    GATES,
    GRAPH,
    LEXICON,
    MANIFEST,
    PIECES,
    WEIGHTS,
    load_base,
    write_manifest,
)
from hushkey.model.errors import BaseDamaged
from hushkey.model.training.weights import load_weights

ARTEFACTS = [GRAPH, WEIGHTS, PIECES, LEXICON]


@pytest.fixture
def folder(tiny_folder: Path, tmp_path: Path) -> Path:
    """A copy of the small base that a test may damage."""
    return Path(shutil.copytree(tiny_folder, tmp_path / "base"))


def test_a_whole_base_has_no_damaged_files(folder):
    assert load_base(folder).damaged_files() == []


@pytest.mark.parametrize("name", ARTEFACTS)
def test_a_flipped_bit_is_found_and_the_file_is_not_used(folder, name):
    data = bytearray((folder / name).read_bytes())
    data[len(data) // 2] ^= 1
    (folder / name).write_bytes(data)
    base = load_base(folder)
    assert base.damaged_files() == [name]
    with pytest.raises(BaseDamaged, match="not the file its manifest names"):
        base.read(name)


@pytest.mark.parametrize("name", ARTEFACTS)
def test_a_missing_file_is_named(folder, name):
    (folder / name).unlink()
    base = load_base(folder)
    assert base.damaged_files() == [name]
    with pytest.raises(BaseDamaged, match=name):
        base.read(name)


def test_a_file_that_the_manifest_does_not_name_is_not_read(folder):
    (folder / GATES).write_text("{}")
    with pytest.raises(BaseDamaged, match=GATES):
        load_base(folder).read(GATES)


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"files": []}', '{"files": {"a": {}}}', '{"files": {"a": 1}}', "\x00"]
)
def test_a_manifest_that_says_something_else_is_refused(folder, text):
    (folder / MANIFEST).write_text(text)
    with pytest.raises(BaseDamaged, match=MANIFEST):
        load_base(folder)


def test_a_folder_without_a_manifest_is_no_base(tmp_path):
    with pytest.raises(BaseDamaged, match=MANIFEST):
        load_base(tmp_path)


def test_the_manifest_states_facts_sizes_and_hashes(folder):
    write_manifest(folder, {"shape": {"layers": 2}})
    manifest = json.loads((folder / MANIFEST).read_text())
    assert manifest["shape"] == {"layers": 2}
    assert set(manifest["files"]) == set(ARTEFACTS)
    for name, entry in manifest["files"].items():
        assert entry["bytes"] == (folder / name).stat().st_size
    assert load_base(folder).identity == manifest["files"][WEIGHTS]["sha256"]


def test_the_parts_of_a_base_fit_each_other(tiny_base):
    runtime = tiny_base.runtime()
    assert runtime.base == tiny_base.identity
    assert runtime.shape.vocabulary == tiny_base.vocabulary.size
    assert tiny_base.word_table.lexicon is tiny_base.lexicon
    _, logits = runtime.advance(runtime.initial_state(), tiny_base.vocabulary.bos)
    assert tiny_base.word_table.distribution(logits).shape == (len(tiny_base.lexicon.words),)


def test_the_shipped_base_is_whole(shipped_base):
    assert shipped_base.damaged_files() == []
    assert {GRAPH, WEIGHTS, PIECES, LEXICON} <= set(shipped_base.hashes)


def test_the_shipped_base_takes_at_most_25_megabytes(shipped_base):
    assert sum(path.stat().st_size for path in shipped_base.folder.iterdir()) <= 25_000_000


def test_the_shipped_graph_stores_its_embedding_once(shipped_base):
    shape = shipped_base.runtime().shape
    table = shape.vocabulary * shape.width
    assert len(shipped_base.read(GRAPH)) < 2 * table


def test_the_shipped_lexicon_is_sorted_folded_and_without_repeats(shipped_base):
    words = list(shipped_base.lexicon.words)
    assert words == sorted(set(words))
    assert all(word == word.lower() for word in words)
    assert {"i", "the", "don't", "tomorrow"} <= set(words)
    assert shipped_base.lexicon.forms["i"] == "I"


def test_no_shipped_file_names_the_place_it_was_built_in(shipped_base):
    places = [
        place for place in (tempfile.gettempdir(), "/tmp/", str(Path.home())) if len(place) > 4
    ]
    for path in shipped_base.folder.iterdir():
        data = path.read_bytes()
        assert not any(place.encode() in data for place in places), path.name


def test_the_shipped_graph_agrees_with_the_shipped_float_weights(shipped_base):
    """They are one network in two forms: what trains an adapter and what it is used with."""
    network = load_weights(shipped_base.folder / WEIGHTS)
    runtime = shipped_base.runtime()
    shared, differences, spread = [], [], []
    for line in ("how are you doing today", "I don't think we can make it tomorrow, sorry!"):
        pieces = [shipped_base.vocabulary.bos, *shipped_base.vocabulary.encode(line)]
        features, _ = network(torch.tensor(pieces).unsqueeze(1))
        twin = network.logits(features).squeeze(1).numpy()  # (T, V)
        state = runtime.initial_state()
        for piece, row in zip(pieces, twin, strict=True):
            state, logits = runtime.advance(state, piece)
            shared.append(len(set(np.argsort(-logits)[:5]) & set(np.argsort(-row)[:5])) / 5)
            differences.append(np.abs(logits - row).mean())
            spread.append(row.std())
    assert np.mean(shared) >= 0.9
    assert np.mean(differences) < 0.1 * np.mean(spread)
