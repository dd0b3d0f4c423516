"""What many tests share: a small vocabulary and word list, a small whole base, the shipped base once a run."""

import gc
import signal
import sys
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from hypothesis import settings
from stand_ins import WORDS, BigramModel

from hushkey.keyboard import wrapping
from hushkey.keyboard.engine import SuggestionEngine
from hushkey.model.base import (
    GRAPH,
    LEXICON,
    PIECES,
    WEIGHTS,
    Base,
    BaseBeside,
    load_base,
    write_manifest,
)
from hushkey.model.lexicon import Lexicon
from hushkey.model.training.lexicon import make_lexicon
from hushkey.model.training.pieces import train_pieces
from hushkey.model.vocabulary import Vocabulary
from hushkey.model.words import WordTable

settings.register_profile("hushkey", deadline=None)  # a busy machine is no failure
settings.register_profile("thorough", deadline=None, max_examples=1_000)  # `make test-thorough`
settings.load_profile("hushkey")

# The app lets go of what it had frozen when it ends, so that each one after it would have the whole run's objects
# looked through for garbage, a quarter of the time of its tests.
gc.set_threshold(*gc.get_threshold()[:2], 200)

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:  # started in the background by a shell
    signal.signal(signal.SIGINT, signal.default_int_handler)

_STRENGTH = wrapping.MEMORY_KIB, wrapping.PASSES
WRITTEN = {"I": 50.0, "I'm": 11.0, "the": 60.0, "The": 3.0}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files with slow tests come first, so that at the end of `make test` no worker waits for another's."""
    slow = {item.path for item in items if item.get_closest_marker("slow")}
    items.sort(key=lambda item: item.path not in slow)


@pytest.fixture(scope="session")
def pieces_model() -> bytes:
    """A sentencepiece model of the stand-in words."""
    return train_pieces(WORDS, size=340)


@pytest.fixture(scope="session")
def vocabulary(pieces_model: bytes) -> Vocabulary:
    return Vocabulary(pieces_model)


@pytest.fixture(scope="session")
def lexicon() -> Lexicon:
    return make_lexicon({word: count + 2 for word, count in WORDS.items()}, WRITTEN)


@pytest.fixture(scope="session")
def table(vocabulary: Vocabulary, lexicon: Lexicon) -> WordTable:
    return WordTable(vocabulary, lexicon)


@pytest.fixture
def bigrams(vocabulary: Vocabulary) -> BigramModel:
    """A scripted network with opinions of its own about every pair of pieces."""
    scores = np.random.default_rng(3).normal(0.0, 2.0, (vocabulary.size, vocabulary.size))
    return BigramModel(scores)


@pytest.fixture(scope="session")
def tiny_folder(
    tmp_path_factory: pytest.TempPathFactory, pieces_model: bytes, lexicon: Lexicon
) -> Path:
    """A whole base of a few kilobytes, its network untrained; an adapter can be trained on it."""
    import torch  # noqa: PLC0415  seconds to load, and most tests do without

    from hushkey.model.training.export import to_onnx  # noqa: PLC0415
    from hushkey.model.training.network import Network, Shape  # noqa: PLC0415
    from hushkey.model.training.weights import save_weights  # noqa: PLC0415

    folder = tmp_path_factory.mktemp("tiny-base")
    torch.manual_seed(5)
    size = Vocabulary(pieces_model).size
    network = Network(Shape(vocabulary=size, width=8, hidden=12, layers=2)).eval()
    (folder / GRAPH).write_bytes(to_onnx(network))
    save_weights(network, folder / WEIGHTS)
    (folder / PIECES).write_bytes(pieces_model)
    (folder / LEXICON).write_bytes(lexicon.to_bytes())
    write_manifest(folder, {"shape": network.shape.as_dict()})
    return folder


@pytest.fixture(scope="session")
def tiny_base(tiny_folder: Path) -> Base:
    return load_base(tiny_folder)


@cache
def _shipped() -> Base:
    return load_base()


@cache
def _served() -> Base:
    return BaseBeside(_shipped(), _shipped().runtime())


@pytest.fixture(scope="session")
def shipped_base() -> Base:
    return _shipped()


@pytest.fixture(autouse=True, scope="session")
def _one_shipped_base() -> Iterator[None]:
    """An engine that names no base stands on the shipped one, which is loaded once a run and not once an engine."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("hushkey.keyboard.engine.load_base", _served)
        yield


@pytest.fixture(autouse=True, scope="session")
def _quick_passphrases() -> Iterator[None]:
    """Argon2id with the least that a record may state: 0.01 s a passphrase instead of 0.3."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(wrapping, "MEMORY_KIB", min(wrapping._MEMORY_ALLOWED))
        patch.setattr(wrapping, "PASSES", min(wrapping._PASSES_ALLOWED))
        yield


@pytest.fixture
def shipped_passphrases(monkeypatch: pytest.MonkeyPatch) -> None:
    """Argon2id as it is for a person."""
    memory_kib, passes = _STRENGTH
    monkeypatch.setattr(wrapping, "MEMORY_KIB", memory_kib)
    monkeypatch.setattr(wrapping, "PASSES", passes)


@pytest.fixture(scope="session")
def _shared_engine(shipped_base: Base) -> SuggestionEngine:
    return SuggestionEngine(shipped_base)


@pytest.fixture
def engine(_shared_engine: SuggestionEngine) -> Iterator[SuggestionEngine]:
    """The engine on the shipped base, as on its first day; loaded once a run."""
    yield _shared_engine
    for word in _shared_engine.blocked:
        _shared_engine.unblock(word)
    _shared_engine.use_adapter(None)
    _shared_engine.forget_everything()


@pytest.fixture
def texts(engine: SuggestionEngine) -> Callable[..., list[str]]:
    """The suggested words alone."""
    return lambda before, k=3: [suggestion.text for suggestion in engine.suggest(before, k)]


@pytest.fixture(autouse=True)
def _denormals_are_numbers() -> Iterator[None]:
    """A trainer's process flushes them; where a test ran its code in this one, the next finds floats as they were."""
    yield
    torch = sys.modules.get("torch")
    if torch is not None:
        torch.set_flush_denormal(False)
