"""A changed or cut file is an error of the history's own, never a wrong answer and never lost more."""

import shutil

import pytest

from hushkey.keyboard import store as store_module
from hushkey.keyboard.errors import HistoryDamaged, HistoryError, HistoryLocked
from hushkey.keyboard.history import History
from hushkey.keyboard.keys import HistoryKey
from hushkey.keyboard.store import Store

KEY = HistoryKey(b"k" * 32)
LINES = tuple(f"line {number} of a history with several pages" for number in range(400))
PAGE = 4096


@pytest.fixture(autouse=True)
def no_pause(monkeypatch):
    monkeypatch.setattr(store_module, "_INTEGRITY_PAUSE_S", 0.0)


@pytest.fixture(scope="module")
def original(tmp_path_factory):
    """A closed history of several pages: written once, copied by each test."""
    path = tmp_path_factory.mktemp("original") / "history.db"
    with Store.open(path, KEY) as store:
        History(store).extend(LINES, surface="test")
    assert path.stat().st_size > 6 * PAGE
    return path


@pytest.fixture
def path(original, tmp_path):
    shutil.copy(original, tmp_path / "history.db")
    return tmp_path / "history.db"


PLACES_IN_A_PAGE = (0, 1, 15, 16, 17, 24, 100, 2048, PAGE - 81, PAGE - 80, PAGE - 64, PAGE - 1)


def test_a_changed_byte_anywhere_is_noticed_at_opening(path):
    content = path.read_bytes()
    for page in range(0, len(content), PAGE):
        for place in PLACES_IN_A_PAGE:
            changed = bytearray(content)
            changed[page + place] ^= 0x01
            path.write_bytes(changed)
            with pytest.raises((HistoryDamaged, HistoryLocked)):
                Store.open(path, KEY)
            assert path.read_bytes() == changed
    path.write_bytes(content)
    with Store.open(path, KEY) as store:
        assert History(store).count() == len(LINES)


def test_a_damaged_later_page_is_called_damage_and_not_a_wrong_key(path):
    content = bytearray(path.read_bytes())
    content[3 * PAGE + 100] ^= 1
    path.write_bytes(content)
    with pytest.raises(HistoryDamaged, match="put back a copy"):
        Store.open(path, KEY)


@pytest.mark.parametrize("kept", [1, 15, 16, 100, 511, 512, PAGE - 1, PAGE, PAGE + 1, 3 * PAGE, -1])
def test_a_cut_file_is_noticed_and_left(path, kept):
    content = path.read_bytes()[:kept]
    path.write_bytes(content)
    with pytest.raises((HistoryDamaged, HistoryLocked)):
        Store.open(path, KEY)
    assert path.read_bytes() == content


@pytest.mark.parametrize("more", [b"\0", bytes(PAGE), b"x" * 100])
def test_a_file_with_something_appended_loses_nothing(path, more):
    path.write_bytes(path.read_bytes() + more)
    try:
        with Store.open(path, KEY) as store:
            assert History(store).count() == len(LINES)
    except HistoryError as error:
        assert "nothing was changed" in str(error)  # noqa: PT017  either is right


def test_two_pages_that_changed_places_are_noticed(path):
    content = path.read_bytes()
    pages = [content[at : at + PAGE] for at in range(0, len(content), PAGE)]
    pages[2], pages[3] = pages[3], pages[2]
    path.write_bytes(b"".join(pages))
    with pytest.raises(HistoryDamaged):
        Store.open(path, KEY)


def test_a_page_of_another_history_under_the_same_key_is_noticed(path, tmp_path):
    other = tmp_path / "other" / "history.db"
    with Store.open(other, KEY) as store:
        History(store).extend(LINES, surface="test")
    content, foreign = bytearray(path.read_bytes()), other.read_bytes()
    content[2 * PAGE : 3 * PAGE] = foreign[2 * PAGE : 3 * PAGE]
    path.write_bytes(content)
    with pytest.raises(HistoryDamaged):
        Store.open(path, KEY)


def test_damage_under_an_open_history_is_an_error_of_ours(path):
    with Store.open(path, KEY) as store:
        history = History(store)
        with path.open("r+b") as file:
            for page in range(1, path.stat().st_size // PAGE):
                file.seek(page * PAGE + 200)
                file.write(b"damage")
        try:
            history.entries()  # pages that are cached still answer
            history.forget("line")
        except HistoryError as error:
            assert "line" not in str(error)  # noqa: PT017  either is right


def left_open(path, tmp_path):
    """Copy a history as a crash would leave it: with its log beside it."""
    crashed = tmp_path / "crashed" / "history.db"
    crashed.parent.mkdir()
    with Store.open(path, KEY) as store:
        history = History(store)
        for number in range(8):
            history.append(f"later line {number}", surface="test")
        for end in ("", "-wal"):
            shutil.copy(path.with_name(path.name + end), crashed.with_name(crashed.name + end))
    return crashed


def test_the_log_of_a_crash_is_read_back(path, tmp_path):
    with Store.open(left_open(path, tmp_path), KEY) as store:
        assert History(store).count() == len(LINES) + 8


def test_a_changed_log_gives_an_error_or_the_lines_before_the_change(path, tmp_path):
    crashed = left_open(path, tmp_path)
    log = crashed.with_name("history.db-wal")
    main, content = crashed.read_bytes(), log.read_bytes()
    for at in range(0, len(content), 1500):
        changed = bytearray(content)
        changed[at] ^= 0xFF
        crashed.write_bytes(main)
        log.write_bytes(changed)
        try:
            with Store.open(crashed, KEY) as store:
                lines = [entry.text for entry in History(store).entries()]
        except HistoryError:
            continue
        later = [f"later line {number}" for number in range(8)]
        assert sorted(lines[: len(LINES)]) == sorted(LINES)
        assert lines[len(LINES) :] == later[: len(lines) - len(LINES)]
