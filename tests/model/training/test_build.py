"""From a folder of text to a base that serves suggestions: whole, described, and only of what is allowed."""

from pathlib import Path

import pytest

from hushkey.keyboard.engine import SuggestionEngine
from hushkey.model.base import CARD, load_base
from hushkey.model.errors import CorpusRefused
from hushkey.model.training import build as builder
from hushkey.model.training.network import Shape
from hushkey.model.training.pretrain import Recipe
from hushkey.model.training.sources import sources_of

README = """
| file | lines | words | licence | may train the shipped model |
|---|---:|---:|---|---|
| `open.txt` | 100 | 1,000 | CC0-1.0 | yes |
| `closed.txt` | 100 | 1,000 | none stated | no |

### base/open.txt

- What: lines.
- Source: a shelf in the attic
"""

LINE = "the {} gardener waters the {} tree and says hello to number{}"


def folder(tmp_path: Path, *names: str) -> Path:
    base = tmp_path / "base"
    base.mkdir()
    for name in names:
        lines = [LINE.format(number % 7, number % 11, number) for number in range(400)]
        (base / name).write_text("\n".join(lines), encoding="utf-8")
    return base


@pytest.fixture
def _small(monkeypatch: pytest.MonkeyPatch) -> None:
    """A network and a vocabulary of seconds, not hours; everything else as it ships."""
    monkeypatch.setattr(
        builder, "Shape", lambda vocabulary: Shape(vocabulary=vocabulary, width=8, hidden=12)
    )
    monkeypatch.setattr(builder, "fastest_threads", lambda say: 1)
    recipe = Recipe(steps=6, tokens=256, warmup=2)
    monkeypatch.setattr(
        builder,
        "Recipe",
        lambda steps=6, seed=1: Recipe(
            steps, recipe.tokens, warmup=2, seed=seed, certain=40, drawn=30
        ),
    )


def built(tmp_path: Path, corpora: Path, *more: str) -> int:
    return builder.main(["--corpora", str(corpora), "--out", str(tmp_path / "out"), *more])


@pytest.mark.usefixtures("_small")
def test_a_folder_of_text_becomes_a_base_that_suggests(tmp_path):
    assert built(tmp_path, folder(tmp_path, "open.txt"), "--steps", "6") == 0
    base = load_base(tmp_path / "out")
    assert base.damaged_files() == []
    assert [offered.text for offered in SuggestionEngine(base).suggest("the gard")] == ["gardener"]


@pytest.mark.usefixtures("_small")
def test_resuming_goes_on_from_the_weights_that_are_there(tmp_path):
    corpora = folder(tmp_path, "open.txt")
    assert built(tmp_path, corpora, "--steps", "6") == 0
    first = load_base(tmp_path / "out")
    assert not (tmp_path / "out" / "training.pt").exists()  # it has done its work
    assert built(tmp_path, corpora, "--steps", "3", "--resume") == 0
    second = load_base(tmp_path / "out")
    assert second.identity != first.identity
    assert second.hashes["pieces.model"] == first.hashes["pieces.model"]
    card = (tmp_path / "out" / CARD).read_text(encoding="utf-8")
    assert "| steps | 6 | 3 |" in card


@pytest.mark.usefixtures("_small")
def test_a_base_can_gain_whole_words_and_go_on(tmp_path, monkeypatch):
    corpora = folder(tmp_path, "open.txt")
    monkeypatch.setattr(builder, "with_whole_words", lambda model, counts: model)
    assert built(tmp_path, corpora, "--steps", "6") == 0
    monkeypatch.undo()
    monkeypatch.setattr(builder, "fastest_threads", lambda say: 1)
    first = load_base(tmp_path / "out").vocabulary
    assert built(tmp_path, corpora, "--steps", "1", "--resume", "--gain", "5") == 0
    grown = load_base(tmp_path / "out")
    gained = grown.vocabulary.words_of(range(first.size, grown.vocabulary.size))
    assert gained
    assert all(len(first.pieces_of(word)) > 1 for word in gained)
    assert grown.runtime().shape.vocabulary == grown.vocabulary.size


@pytest.mark.usefixtures("_small")
def test_a_file_that_is_not_marked_as_allowed_trains_nothing(tmp_path, capsys):
    corpora = folder(tmp_path, "open.txt", "closed.txt")
    (tmp_path / "README.md").write_text(README, encoding="utf-8")
    assert built(tmp_path, corpora) == 1
    assert "closed" in capsys.readouterr().err
    assert not (tmp_path / "out" / CARD).exists()


def test_what_is_owed_is_read_from_the_readme(tmp_path):
    corpora = folder(tmp_path, "open.txt")
    (tmp_path / "README.md").write_text(README, encoding="utf-8")
    (source,) = sources_of([corpora / "open.txt"])
    assert (source.licence, source.origin) == ("CC0-1.0", "a shelf in the attic")


def test_an_empty_folder_is_refused(tmp_path, capsys):
    (tmp_path / "empty").mkdir()
    assert built(tmp_path, tmp_path / "empty") == 1
    assert "no .txt" in capsys.readouterr().err


def test_a_file_unknown_to_the_readme_is_refused(tmp_path):
    corpora = folder(tmp_path, "other.txt")
    (tmp_path / "README.md").write_text(README, encoding="utf-8")
    with pytest.raises(CorpusRefused, match="other"):
        sources_of([corpora / "other.txt"])


def test_the_shipped_card_states_the_hashes_of_the_shipped_files():
    base = load_base()
    card = (base.folder / CARD).read_text(encoding="utf-8")
    for name in (
        "base.int8.onnx",
        "base.safetensors",
        "pieces.model",
        "lexicon.tsv.xz",
        "gates.json",
    ):
        assert base.hashes[name] in card
    assert "CC-BY-SA-4.0" in card
