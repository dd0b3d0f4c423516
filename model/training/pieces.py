"""Train the sentencepiece vocabulary from counted words.

A unigram vocabulary alone cuts words as common as `been` (`▁be` `en`), since two frequent pieces explain
them almost as well; but what is suggested are words, and a word in one piece is predicted in one step, in its
context. So the most frequent words that were cut join the vocabulary whole.
"""

import io
import math
import tempfile
from pathlib import Path

import sentencepiece
from sentencepiece.sentencepiece_model_pb2 import ModelProto  # type: ignore[attr-defined]  # made at import

from hushkey.model.text import MARKS
from hushkey.model.vocabulary import BOS, WORD_START

SIZE = 16_000  # pieces that sentencepiece finds
WHOLE = 8_000  # words that join them
_AHEAD = 0.1  # nats by which a whole word beats its own pieces
_MIN_COUNT = 2  # words rarer than this are noise to the vocabulary


def train_pieces(counts: dict[str, float], *, size: int = SIZE) -> bytes:
    """Return a sentencepiece model (unigram, byte fallback) of folded words and their counts.

    Words are cut one by one, so apostrophes and hyphens may lie inside a piece (`▁don't`).
    """
    rows = [
        f"{word}\t{round(count)}" for word, count in sorted(counts.items()) if count >= _MIN_COUNT
    ]
    written = io.BytesIO()
    with tempfile.TemporaryDirectory() as folder:
        table = Path(folder) / "words.tsv"
        table.write_text("\n".join(row for row in rows if " " not in row), encoding="utf-8")
        sentencepiece.SentencePieceTrainer.train(
            input=str(table),
            input_format="tsv",
            model_writer=written,
            model_type="unigram",
            vocab_size=size,
            character_coverage=0.9998,
            byte_fallback=True,
            split_by_unicode_script=False,
            split_by_number=False,
            normalization_rule_name="identity",
            user_defined_symbols=list(MARKS),
            bos_id=1,
            unk_id=0,
            eos_id=-1,
            bos_piece=BOS,
            max_sentencepiece_length=16,
            hard_vocab_limit=False,
            num_threads=2,
            minloglevel=2,
        )
    return _without_place(written.getvalue())


def with_whole_words(model: bytes, counts: dict[str, float], *, most: int = WHOLE) -> bytes:
    """Return the model with the `most` frequent of the words it cuts added as pieces, behind the others.

    The pieces that were there keep their numbers. A word added is cut no more; one that holds it may be cut
    at another place than before.
    """
    processor = sentencepiece.SentencePieceProcessor(model_proto=model)
    proto = ModelProto.FromString(model)
    total = sum(counts.values())
    by_count = sorted(counts, key=lambda word: (-counts[word], word))
    added = 0
    for word in by_count:
        if added == most or counts[word] < _MIN_COUNT:
            break
        cut = processor.encode(word)
        if len(cut) < 2 or "".join(processor.id_to_piece(cut)) != WORD_START + word:
            continue  # whole already, or with signs that the vocabulary spells in bytes
        likelier = sum(processor.get_score(piece) for piece in cut) + _AHEAD
        score = max(math.log(counts[word] / total), likelier)
        proto.pieces.add(piece=WORD_START + word, score=score, type=proto.SentencePiece.NORMAL)
        added += 1
    proto.trainer_spec.vocab_size = len(proto.pieces)
    return bytes(proto.SerializeToString(deterministic=True))


def _without_place(model: bytes) -> bytes:
    """Return a model that does not name the file it was trained from: the same words give the same bytes."""
    proto = ModelProto.FromString(model)
    proto.trainer_spec.ClearField("input")
    return bytes(proto.SerializeToString(deterministic=True))
