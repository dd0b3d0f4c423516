"""What fails with a secret in hand says nothing of it: no error, no traceback, no log, no terminal."""

import io
import json
import logging
import os
import sys
import traceback
from pathlib import Path

import keyring
import pytest
from keyring.backends import null

from hushkey.keyboard.errors import HistoryClosed, HistoryFull, KeyboardError
from hushkey.keyboard.history import History
from hushkey.keyboard.importing import ImportRefused, read_lines
from hushkey.keyboard.keys import HistoryKey
from hushkey.keyboard.learner import LearningFailed, Trainer
from hushkey.keyboard.profile import Profile, open_profile
from hushkey.keyboard.redaction import Redaction, redact
from hushkey.keyboard.store import Store
from hushkey.model.adapter import Adapter, AdapterShape
from hushkey.model.base import PIECES, WEIGHTS
from hushkey.model.vocabulary import Vocabulary
from hushkey.tui.cli import root
from hushkey.tui.cli.exits import Exit
from hushkey.tui.faults import describe

# One of each kind, and a line of the person's own that nothing would cut.
SECRETS = (
    "ada@example.org",
    "4111 1111 1111 1111",
    "DE89 3704 0044 0532 0130 00",
    "Otter!Basket42",
    "bluebird",
    "wombatplum",
)
LINE = (
    "zanzibar quince: write to ada@example.org, card 4111 1111 1111 1111, iban DE89 3704 0044 0532 0130 00, "
    "try Otter!Basket42, my password is bluebird, https://ann:wombatplum@example.com"
)
PARTS = (*SECRETS, "zanzibar", "quince", "4111", "3704")


def assert_silent(told: str) -> None:
    assert not [part for part in PARTS if part.casefold() in told.casefold()]


def all_told(error: BaseException) -> str:
    """What a person or a log could be shown of an error, with all that it came from."""
    shown = [str(error), repr(error), repr(error.args), describe(error)]
    shown += traceback.format_exception(error)
    seen: BaseException | None = error
    while seen is not None:
        shown += [str(seen), repr(seen.__dict__), *getattr(seen, "__notes__", [])]
        seen = seen.__cause__ or seen.__context__
    return "\n".join(shown)


@pytest.fixture(autouse=True, scope="module")
def _no_keyring():
    """No test here touches the keyring of whoever runs it."""
    before = keyring.get_keyring()
    keyring.set_keyring(null.Keyring())
    yield
    keyring.set_keyring(before)


@pytest.fixture(autouse=True)
def _nothing_is_logged_or_printed(caplog, capfd):
    """Whatever a test here does, no record of any level and no stream may hold a part of the line."""
    with caplog.at_level(logging.DEBUG):
        yield
    shown = capfd.readouterr()
    assert_silent(shown.out + shown.err)
    assert_silent(
        "\n".join(f"{record.getMessage()} {record.exc_text}" for record in caplog.records)
    )


def test_a_redaction_does_not_show_its_line():
    assert_silent(repr(redact(LINE)))
    assert_silent(repr(redact("zanzibar quince")))
    assert_silent(f"{redact(LINE)!s} {[redact(LINE)]}")
    assert repr(Redaction("zanzibar", ("card",))) == "Redaction(kinds=('card',))"


def test_the_line_in_which_the_secrets_were_found_holds_none_of_them():
    left = redact(LINE).text
    assert not [secret for secret in SECRETS if secret in left]


# The history ----------------------------------------------------------------------------------------


def test_a_closed_history_refuses_in_silence():
    store = Store.memory()
    history = History(store)
    store.close()
    with pytest.raises(HistoryClosed) as refused:
        history.append(LINE, surface="app")
    assert_silent(all_told(refused.value))
    with pytest.raises(HistoryClosed) as refused:
        history.extend([LINE, "tea"], surface="app")
    assert_silent(all_told(refused.value))


def test_a_full_history_refuses_in_silence(tmp_path):
    with Store.open(tmp_path / "history.db", HistoryKey(b"k" * 32)) as store:
        history = History(store)
        with store.reading() as database:
            pages = database.execute("PRAGMA page_count").fetchone()[0]
            database.execute(f"PRAGMA max_page_count = {pages + 3}")
        with pytest.raises(HistoryFull) as refused:
            history.extend([f"{LINE} {n}" for n in range(2_000)], surface="app")
    assert_silent(all_told(refused.value))


def test_a_time_that_is_none_is_refused_in_silence():
    with Store.memory() as store, pytest.raises(ValueError, match="finite") as refused:
        History(store).append(LINE, surface="app", at=float("nan"))
    assert_silent(all_told(refused.value))


# The profile ----------------------------------------------------------------------------------------


def opened(home: Path) -> Profile:
    return open_profile(home, allow_bare_file=True)


def test_a_closed_profile_refuses_a_line_in_silence(tmp_path):
    profile = opened(tmp_path)
    session = profile.session("app")
    profile.close()
    for commit in (lambda: profile.commit(LINE, "app"), lambda: session.commit(LINE)):
        with pytest.raises(KeyboardError) as refused:
            commit()
        assert_silent(all_told(refused.value))
    with pytest.raises(KeyboardError) as refused:
        profile.import_lines([LINE], "import")
    assert_silent(all_told(refused.value))


def test_a_source_of_lines_that_breaks_leaves_no_word_of_those_before(tmp_path):
    def broken():
        yield LINE
        raise OSError("the disk was pulled out")

    with opened(tmp_path) as profile, pytest.raises(OSError, match="pulled out") as failed:
        profile.import_lines(broken(), "import")
    assert_silent(all_told(failed.value))


# Files that are imported ------------------------------------------------------------------------------

BROKEN = {
    "cut-off.json": json.dumps({"messages": [{"type": "message", "text": LINE}]})[:-9],
    "cut-off.jsonl": json.dumps({"text": LINE}) + "\n" + json.dumps({"text": LINE})[:-9],
    "no-text.jsonl": json.dumps({"said": LINE}) + "\n" + json.dumps([LINE]),
    "deep.json": '{"messages": ' + "[" * 100_000 + f'"{LINE}"',
    "number.jsonl": f'{{"text": {LINE}}}',
    "nulls.txt": f"{LINE}\0\0\0" * 40,
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_file_is_refused_in_silence(tmp_path, name):
    (tmp_path / name).write_text(BROKEN[name], encoding="utf-8")
    for form in ("auto", "jsonl", "chat", "shell"):
        try:
            list(read_lines(tmp_path / name, form))
        except ImportRefused as refused:
            assert_silent(all_told(refused))


@pytest.mark.parametrize("name", BROKEN)
def test_the_command_that_imports_a_broken_file_shows_nothing_of_it(
    tmp_path, name, capfd, monkeypatch
):
    (tmp_path / name).write_text(BROKEN[name], encoding="utf-8")
    monkeypatch.setenv("HUSHKEY_HOME", str(tmp_path / "home"))
    for form in ("auto", "jsonl", "chat"):
        monkeypatch.setenv("HUSHKEY_PASSPHRASE", "a pass phrase")  # each run takes it away
        code = root.run(["import", "--format", form, str(tmp_path / name)])
        shown = capfd.readouterr()
        assert_silent(shown.out + shown.err)
        assert "Traceback" not in shown.err
        assert code in {Exit.OK, Exit.FAILED}


def test_a_fault_of_ours_amid_an_import_is_told_without_the_line(tmp_path, capfd, monkeypatch):
    """A disk that breaks in the middle of the write: the innermost frames hold the line as a local."""
    file = tmp_path / "typed.txt"
    file.write_text(f"{LINE}\n" * 3, encoding="utf-8")
    monkeypatch.setenv("HUSHKEY_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("HUSHKEY_PASSPHRASE", "a pass phrase")

    def fail(self, rows, cuts):
        raise RuntimeError(*(text for _, _, text in rows))

    monkeypatch.setattr(History, "_insert", fail)
    code = root.run(["import", str(file)])
    shown = capfd.readouterr()
    assert code == Exit.FAULT
    assert "RuntimeError" in shown.err
    assert_silent(shown.out + shown.err)


def test_a_command_line_with_a_secret_that_is_refused_does_not_print_it_back(
    tmp_path, capfd, monkeypatch
):
    monkeypatch.setenv("HUSHKEY_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("HUSHKEY_PASSPHRASE", "a pass phrase")
    monkeypatch.setattr(sys, "stdin", io.StringIO(LINE))
    assert root.run(["import", str(tmp_path / "none.txt")]) == Exit.USAGE
    assert_silent("".join(capfd.readouterr()))


# The trainer ------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def base_folder(tmp_path_factory: pytest.TempPathFactory, pieces_model: bytes) -> Path:
    import torch  # noqa: PLC0415  seconds to load, and most tests do without

    from hushkey.model.training.network import Network, Shape  # noqa: PLC0415
    from hushkey.model.training.weights import save_weights  # noqa: PLC0415

    folder = tmp_path_factory.mktemp("base")
    torch.manual_seed(1)
    size = Vocabulary(pieces_model).size
    save_weights(Network(Shape(vocabulary=size, width=8, hidden=12, layers=1)), folder / WEIGHTS)
    (folder / PIECES).write_bytes(pieces_model)
    return folder


def test_a_trainer_that_refuses_says_nothing_of_its_lines(base_folder, pieces_model):
    shape = AdapterShape(vocabulary=Vocabulary(pieces_model).size, width=8, hidden=12, layers=1)
    other = Adapter.zero(shape, base="another", seed=1)
    with Trainer(base_folder) as trainer, pytest.raises(LearningFailed) as refused:
        trainer.train([LINE, redact(LINE).text] * 20, other)
    assert_silent(all_told(refused.value))


def test_a_trainer_whose_files_are_missing_says_nothing_of_its_lines(tmp_path, pieces_model):
    shape = AdapterShape(vocabulary=Vocabulary(pieces_model).size, width=8, hidden=12, layers=1)
    with Trainer(tmp_path) as trainer, pytest.raises(LearningFailed) as refused:
        trainer.train([LINE] * 20, Adapter.zero(shape, base="another", seed=1))
    assert_silent(all_told(refused.value))


def test_no_file_beside_the_history_holds_the_line(tmp_path):
    with opened(tmp_path) as profile:
        profile.commit(LINE, "app")
    for folder, _, files in os.walk(tmp_path):
        for name in files:
            held = (Path(folder) / name).read_bytes().lower()
            assert not [part for part in PARTS if part.encode().lower() in held]
