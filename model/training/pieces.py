"""Train the sentencepiece vocabulary from counted words."""

import io
import tempfile
from pathlib import Path

import sentencepiece
from sentencepiece.sentencepiece_model_pb2 import ModelProto  # type: ignore[attr-defined]  # made at import

from hushkey.model.text import MARKS
from hushkey.model.vocabulary import BOS

SIZE = 16_000  # pieces
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


def _without_place(model: bytes) -> bytes:
    """Return a model that does not name the file it was trained from: the same words give the same bytes."""
    proto = ModelProto.FromString(model)
    proto.trainer_spec.ClearField("input")
    return bytes(proto.SerializeToString(deterministic=True))
