"""The key on paper and back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hushkey.keyboard.errors import BadRecoveryCode, HistoryDamaged
from hushkey.keyboard.history import History
from hushkey.keyboard.keys import MasterKey, Passphrase
from hushkey.keyboard.keystore import open_keystore
from hushkey.keyboard.paths import history_in, keystore_in
from hushkey.keyboard.recovery import (
    code_made_at,
    key_from_code,
    note_code_made,
    recover,
    recovery_code,
)
from hushkey.keyboard.store import Store
from hushkey.keyboard.system_keyring import no_keyring

GIVEN = Passphrase("correct horse")
KEY = MasterKey(bytes(range(32)))
GOLDEN_CODE = "HUSH1-AAAQE-AYEAU-DAOCA-JBIFQ-YDIOB-4IBCE-QTCQK-RMFYY-DENBW-HA5DY-P4OFP-Q"


@given(st.binary(min_size=32, max_size=32))
def test_a_code_gives_its_key_back_however_it_is_written(raw):
    code = recovery_code(MasterKey(raw))
    for written in (code, code.lower(), code.replace("-", ""), code.replace("-", " \n")):
        assert key_from_code(written) == MasterKey(raw)


def test_a_released_code_stays_readable():
    assert recovery_code(KEY) == GOLDEN_CODE
    assert key_from_code(GOLDEN_CODE) == KEY


def test_that_a_code_was_made_is_noted_and_never_which():
    with Store.memory() as store:
        history = History(store)
        assert code_made_at(history) is None
        note_code_made(history, at=5.0)
        assert code_made_at(history) == 5.0
        assert list(history.settings.all().values()) == [5.0]


def test_letters_that_look_like_digits_may_be_either():
    code = recovery_code(KEY)
    prefix, _, body = code.partition("-")
    assert key_from_code(f"{prefix}-{body.translate(str.maketrans('OIB', '018'))}") == KEY


def test_the_message_of_a_bad_code_counts_its_letters_rightly():
    length = len(recovery_code(KEY).replace("-", ""))
    with pytest.raises(BadRecoveryCode, match=f"{length} letters"):
        key_from_code("nonsense")


@given(st.data())
def test_a_mistyped_letter_is_noticed(data):
    code = recovery_code(KEY)
    at = data.draw(st.integers(6, len(code) - 1))
    letter = data.draw(st.sampled_from("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"))
    if code[at] not in {"-", letter}:
        with pytest.raises(BadRecoveryCode):
            key_from_code(code[:at] + letter + code[at + 1 :])


@given(st.text(max_size=80))
def test_other_text_is_no_code(text):
    with pytest.raises(BadRecoveryCode):
        key_from_code(text)


@pytest.fixture
def home(tmp_path):
    """A profile with one line in its history, and its key wrapped by a passphrase."""
    home = tmp_path / "home"
    key = open_keystore(home, passphrase=GIVEN, keyring=no_keyring)
    with Store.open(history_in(home), key.history_key()) as store:
        History(store).append("still here", surface="test")
    return home


def code_of(home) -> str:
    return recovery_code(open_keystore(home, passphrase=GIVEN, keyring=no_keyring))


def lines(home, passphrase) -> list[str]:
    key = open_keystore(home, passphrase=passphrase, keyring=no_keyring)
    with Store.open(history_in(home), key.history_key()) as store:
        return [entry.text for entry in History(store).entries()]


def lose(home):
    keystore_in(home).unlink()


def damage(home):
    keystore_in(home).write_text("{")


def keep(home):
    pass


@pytest.mark.parametrize("accident", [lose, damage, keep])
def test_a_code_opens_a_history_whose_key_is_lost(home, accident):
    code = code_of(home)
    accident(home)
    new = Passphrase("a new one")
    assert recover(home, code, passphrase=new, keyring=no_keyring) == "passphrase"
    assert lines(home, new) == ["still here"]


@pytest.mark.parametrize("accident", [lose, keep])
def test_the_code_of_another_history_changes_nothing(home, accident):
    accident(home)
    files = {file.name: file.read_bytes() for file in home.iterdir()}
    with pytest.raises(BadRecoveryCode, match="another history"):
        recover(home, recovery_code(KEY), passphrase=GIVEN, keyring=no_keyring)
    assert {file.name: file.read_bytes() for file in home.iterdir()} == files


def test_without_a_history_the_record_tells_whose_code_it_is(home):
    code = code_of(home)
    history_in(home).unlink()
    with pytest.raises(BadRecoveryCode):
        recover(home, recovery_code(KEY), passphrase=GIVEN, keyring=no_keyring)
    recover(home, code, passphrase=GIVEN, keyring=no_keyring)


def test_a_damaged_history_is_told_from_a_wrong_code(home):
    code = code_of(home)
    content = bytearray(history_in(home).read_bytes())
    content[-100] ^= 1
    history_in(home).write_bytes(content)
    with pytest.raises(HistoryDamaged):
        recover(home, code, passphrase=GIVEN, keyring=no_keyring)
