"""Text becomes batches: nothing held out is ever drawn, nothing else is lost."""

import lzma
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from hushkey.model.errors import CorpusRefused
from hushkey.model.training.corpus import (
    EncodedFile,
    count_words,
    drop_marks,
    encode_file,
    epoch,
    files_in,
    held_out,
    lines_of,
    make_batch,
    messages,
)

TOKENS = 64


def numbered(name: str, lines: int) -> EncodedFile:
    """A file whose lines are their own numbers, two pieces each: what is drawn can be read off."""
    pieces = np.repeat(np.arange(lines, dtype=np.uint16), 2)
    return EncodedFile(name, pieces, np.arange(lines + 1) * 2, held_out(lines, name))


def unchanged(row, _rng):
    return row


@pytest.mark.parametrize("name", ["plain", "gov_web", "fiction_dialogue", "goemotions_comments"])
def test_no_held_out_line_is_ever_drawn_in_any_epoch(name):
    file = numbered(name, 20_000)
    held = set(np.flatnonzero(file.held).tolist())
    assert 100 < len(held) < 400
    for seed in range(3):
        for message in messages(file, np.random.default_rng(seed)):
            assert held.isdisjoint(message.tolist())


def test_a_plain_file_is_drawn_whole_once_an_epoch():
    file = numbered("plain", 5_000)
    drawn = Counter(int(row[0]) for row in messages(file, np.random.default_rng(0)))
    assert drawn == Counter(np.flatnonzero(~file.held).tolist())


@pytest.mark.parametrize(
    ("name", "share"), [("casino", 1.0), ("fiction_dialogue", 0.5), ("gov_web", 1.5)]
)
def test_an_epoch_takes_a_files_share_of_its_words(name, share):
    file = numbered(name, 20_000)
    drawn = sum(len(row) for row in messages(file, np.random.default_rng(1)))
    assert drawn == pytest.approx(share * 2 * np.count_nonzero(~file.held), rel=0.04)


def test_joined_messages_are_neighbours_in_their_order():
    file = numbered("gov_web", 2_000)
    joined = [row[::2].astype(int) for row in messages(file, np.random.default_rng(1))]
    assert max(len(row) for row in joined) == 4
    assert all((np.diff(row) == 1).all() for row in joined)


def test_which_lines_are_held_out_depends_on_name_and_number_alone():
    longer, shorter = held_out(50_000, "one"), held_out(40_000, "one")
    assert (longer[:40_000] == shorter).all()
    assert (held_out(50_000, "one") != held_out(50_000, "two")).any()


def test_a_short_file_holds_its_end_out():
    assert np.flatnonzero(held_out(150, "short")).tolist() == [147, 148, 149]


def test_the_same_seed_draws_the_same_batches_and_another_draws_others(vocabulary):
    files = [numbered("plain", 300)]

    def drawn(seed):
        rng = np.random.default_rng(seed)
        return [
            batch.targets.tolist()
            for batch in epoch(files, vocabulary, rng, tokens=TOKENS, augment=unchanged)
        ]

    assert drawn(1) == drawn(1)
    assert drawn(1) != drawn(2)


def test_an_epoch_batches_every_message_once_and_none_is_too_large(vocabulary):
    file = numbered("plain", 300)
    rng = np.random.default_rng(0)
    batches = list(epoch([file], vocabulary, rng, tokens=TOKENS, augment=unchanged))
    assert all(batch.inputs.shape[1] * 2 <= TOKENS for batch in batches)
    rows = [int(number) for batch in batches for number in batch.targets[0]]
    assert Counter(rows) == Counter(np.flatnonzero(~file.held).tolist())


def test_a_batch_predicts_each_piece_from_those_before_it_and_no_marks(vocabulary):
    line = np.array(vocabulary.encode("the cat, and you"), dtype=np.uint16)
    batch = make_batch([line, line[:2]], vocabulary)
    assert batch.inputs[: len(line), 0].tolist() == [vocabulary.bos, *line[:-1]]
    assert batch.targets[: len(line), 0].tolist() == line.tolist()
    expected = (~vocabulary.is_mark[line]).astype(float)
    assert batch.weight[: len(line), 0].tolist() == expected.tolist()
    assert not batch.weight[len(line) :, 0].any()
    assert not batch.weight[2:, 1].any()
    assert len(batch.inputs) % 4 == 0


def test_dropping_marks_leaves_the_words(vocabulary):
    line = np.array(vocabulary.encode("the cat, and you?"), dtype=np.uint16)
    rng = np.random.default_rng(0)
    assert vocabulary.text_of(drop_marks(vocabulary, 1.0)(line, rng).tolist()) == "the cat and you"
    assert drop_marks(vocabulary, 0.0)(line, rng) is line


def test_plain_and_compressed_files_are_read_alike(tmp_path: Path, vocabulary):
    text = "the cat\n\n  and tea \n"
    (tmp_path / "one.txt").write_text(text, encoding="utf-8")
    (tmp_path / "two.txt.xz").write_bytes(lzma.compress(text.encode()))
    plain, packed = files_in(tmp_path)
    assert list(lines_of(plain)) == list(lines_of(packed)) == ["the cat", "and tea"]
    encoded = encode_file(packed, vocabulary)
    assert encoded.name == "two"
    assert encoded.line(1).tolist() == vocabulary.encode("and tea")


def test_words_are_counted_folded_and_capitals_only_inside_a_sentence(tmp_path: Path):
    path = tmp_path / "one.txt"
    path.write_text("The cat saw Ann. She ran to Ann\n", encoding="utf-8")
    folded, written = count_words(path)
    assert folded["ann"] == 2
    assert folded["the"] == 1
    assert written["Ann"] == 2
    assert "The" not in written
    assert "She" not in written


def test_a_folder_without_text_is_refused(tmp_path: Path):
    with pytest.raises(CorpusRefused):
        files_in(tmp_path)
