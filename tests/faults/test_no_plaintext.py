"""No typed word is in any file of a profile, nor in a page once it is forgotten.

The second is seen by decrypting the pages here, with the cipher that SQLCipher documents: a search of
the encrypted file could not tell an erased word from one that is only encrypted.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from hushkey.keyboard.history import History
from hushkey.keyboard.keys import (
    AdapterKey,
    HistoryKey,
    MasterKey,
    MemoryKey,
    Passphrase,
    StateKey,
)
from hushkey.keyboard.keystore import open_keystore
from hushkey.keyboard.learner import LearningCancelled
from hushkey.keyboard.paths import Places, places_in
from hushkey.keyboard.profile import open_profile
from hushkey.keyboard.sealed import read_sealed, write_sealed
from hushkey.keyboard.store import Store
from hushkey.keyboard.system_keyring import no_keyring
from hushkey.model.plans import Plan

WORDS = ("quokka", "Zanzibar", "Überraschung", "флюгегехаймен")
LINES = tuple(f"one {word} and another {word}, line {n}" for n in range(40) for word in WORDS)
GIVEN = Passphrase("correct horse battery")

PAGE = 4096
RESERVED = 80  # initialisation vector 16, HMAC-SHA512 64
SALT = 16  # in the place of the header of the first page
WAL_HEADER, FRAME_HEADER = 32, 24


def forms(word: str) -> Iterator[bytes]:
    for text in (word, word.lower(), word.upper()):
        for encoding in ("utf-8", "utf-16-le", "utf-16-be", "utf-32-le"):
            yield text.encode(encoding)


def words_in(content: bytes) -> set[str]:
    return {word for word in WORDS if any(form in content for form in forms(word))}


def words_on_disk(home: Path) -> dict[str, set[str]]:
    files = [path for path in home.rglob("*") if path.is_file()]
    assert files
    return {path.name: found for path in files if (found := words_in(path.read_bytes()))}


def open_page(key: HistoryKey, page: bytes, *, first: bool) -> bytes:
    start = SALT if first else 0
    vector = page[-RESERVED : -RESERVED + 16]
    cipher = Cipher(algorithms.AES(key.reveal()), modes.CBC(vector)).decryptor()
    return cipher.update(page[start:-RESERVED]) + cipher.finalize()


def opened_file(path: Path, key: HistoryKey) -> bytes:
    content = path.read_bytes()
    pages = [content[at : at + PAGE] for at in range(0, len(content), PAGE)]
    return b"".join(open_page(key, page, first=n == 0) for n, page in enumerate(pages))


def opened_log(path: Path, key: HistoryKey) -> bytes:
    content = path.read_bytes() if path.exists() else b""
    opened = b""
    for at in range(WAL_HEADER, len(content), FRAME_HEADER + PAGE):
        number = int.from_bytes(content[at : at + 4], "big")
        page = content[at + FRAME_HEADER : at + FRAME_HEADER + PAGE]
        opened += open_page(key, page, first=number == 1)
    return opened


@pytest.fixture
def places(tmp_path) -> Places:
    return places_in(tmp_path / "home")


@pytest.fixture
def master(places) -> MasterKey:
    return open_keystore(places.data, passphrase=GIVEN, keyring=no_keyring)


def log_of(places: Places) -> Path:
    return places.history.with_name("history.db-wal")


def test_no_typed_word_is_in_any_file_at_any_time(places, master):
    everything = "\n".join(LINES).encode()
    with Store.open(places.history, master.history_key()) as store:
        history = History(store)
        history.extend(LINES, surface="test")
        for word in WORDS:
            history.blocked.add(word)
            history.kept_as_typed.add(word)
            history.vouched.add(word)
            history.exports.add(f"/{word}", lines=1, last_entry=1)
            history.settings.set(word, word)
            history.learn_runs.append({"word": word})
        write_sealed(places.adapter, AdapterKey(b"a" * 32), everything, context=b"test")
        write_sealed(places.state, StateKey(b"s" * 32), everything, context=b"test")
        write_sealed(places.memory, MemoryKey(b"m" * 32), everything, context=b"test")
        write_sealed(places.checkpoint, AdapterKey(b"a" * 32), everything, context=b"test")
        assert log_of(places).stat().st_size > PAGE
        assert words_on_disk(places.data) == {}
        history.forget(WORDS[0])
        assert words_on_disk(places.data) == {}
    assert words_on_disk(places.data) == {}


def test_the_search_would_find_a_word_in_any_of_its_forms(places):
    places.data.mkdir()
    for number, encoding in enumerate(("utf-8", "utf-16-le", "utf-16-be")):
        (places.data / f"{number}").write_bytes(b"\x01" + WORDS[2].encode(encoding))
    assert words_on_disk(places.data) == {str(n): {WORDS[2]} for n in range(3)}


def everything_opened(places: Places, key: HistoryKey) -> bytes:
    return opened_file(places.history, key) + opened_log(log_of(places), key)


@pytest.mark.parametrize(
    "erase",
    [
        lambda history: [history.forget(word) for word in WORDS],
        lambda history: history.delete([entry.id for entry in history.entries()]),
        lambda history: history.expire(max_bytes=0),
        lambda history: history.wipe(),
    ],
    ids=["forget", "delete", "expire", "wipe"],
)
def test_what_is_erased_is_in_no_decrypted_page_while_the_store_is_open(places, master, erase):
    key = master.history_key()
    with Store.open(places.history, key) as store:
        history = History(store)
        history.extend(LINES, surface="test")
        # The decryption here reads what SQLCipher wrote, so that its silence below means something.
        assert words_in(everything_opened(places, key)) == set(WORDS)
        erase(history)
        assert words_in(everything_opened(places, key)) == set()


def test_a_word_is_erased_from_its_page_even_where_the_file_cannot_be_rebuilt(
    places, master, monkeypatch
):
    key = master.history_key()
    monkeypatch.setattr(Store, "compact", lambda self: False)
    with Store.open(places.history, key) as store:
        history = History(store)
        history.extend(LINES, surface="test")
        for word in WORDS:
            history.forget(word)
    assert words_in(everything_opened(places, key)) == set()


@pytest.fixture
def _no_keyring(monkeypatch):
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")


def unsealed_memory(places: Places, master: MasterKey) -> bytes:
    return read_sealed(places.memory, master.memory_key(), context=b"memory of the history")


@pytest.mark.usefixtures("_no_keyring")
def test_a_forgotten_word_is_in_no_kept_memory_when_forget_returns(places, master):
    with open_profile(places.data, passphrase=GIVEN) as profile:
        profile.import_lines(LINES, "test")
        held = unsealed_memory(places, master)
        assert words_in(held) >= {"quokka"}  # so that the silence below means something
        assert words_on_disk(places.data) == {}
        for word in WORDS:
            profile.forget(word)
            assert word.lower() not in unsealed_memory(places, master).decode("utf-8", "replace")
            assert [path.name for path in places.data.glob("*.tmp")] == []
        assert words_in(unsealed_memory(places, master)) == set()
    assert words_in(unsealed_memory(places, master)) == set()


@pytest.mark.slow
@pytest.mark.usefixtures("_no_keyring")
def test_an_interrupted_training_leaves_no_word_readable_and_none_at_all_once_it_is_forgotten(
    places, tiny_base
):
    plan = Plan("test", {"output": 4, "lstm_bias": 1})
    told: list[int] = []
    with open_profile(places.data, passphrase=GIVEN, base=tiny_base) as profile:
        profile.import_lines(LINES, "test")
        with pytest.raises(LearningCancelled):
            profile.learn(lambda step: told.append(step.step), lambda: len(told) > 3, plan=plan)
        assert places.checkpoint.stat().st_size > 1_000
        assert words_on_disk(places.data) == {}
        opened = profile._files.read_checkpoint()
        assert opened is not None
        assert words_in(opened) == set()  # numbers, and a hash of the lines
        assert b"checkpoint" in opened  # so that the silence means something
        profile.forget(WORDS[0])
        assert not places.checkpoint.exists()
        assert words_on_disk(places.data) == {}
    assert words_on_disk(places.data) == {}


@pytest.mark.usefixtures("_no_keyring")
def test_what_a_killed_writer_left_of_the_memory_is_gone_after_forgetting(places, master):
    with open_profile(places.data, passphrase=GIVEN) as profile:
        profile.import_lines(LINES, "test")
        leaving = places.data / ".memory.sealed.0123456789abcdef.tmp"
        leaving.write_bytes(places.memory.read_bytes())
        profile.forget(WORDS[0])
        assert not leaving.exists()
