"""Counts of what was cut out: they agree with the lines, hold nothing of them, and go with them."""

from collections import Counter
from datetime import date
from functools import partial
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hushkey.keyboard.dated import Dated
from hushkey.keyboard.erasure import Forgetting
from hushkey.keyboard.errors import HistoryError
from hushkey.keyboard.history import History
from hushkey.keyboard.keys import Passphrase
from hushkey.keyboard.migrations import MIGRATIONS, migrate
from hushkey.keyboard.profile import Profile, open_profile
from hushkey.keyboard.redaction import REDACTED
from hushkey.keyboard.redaction_log import DAY_S, Redacted, day_of
from hushkey.keyboard.store import Store
from hushkey.model.base import Base

JAN = partial(date, 1970, 1)
CARD = "4111 1111 1111 1111"
SECRETS = {
    "card": f"my card is {CARD}",
    "email": "write to ada@example.org today",
    "iban": "pay to DE89 3704 0044 0532 0130 00 please",
}


@pytest.fixture
def history():
    with Store.memory() as store:
        yield History(store)


def counts(history: History) -> dict[str, int]:
    return {one.kind: one.count for one in history.redactions.by_kind()}


def test_a_line_without_a_secret_counts_nothing(history):
    history.append("see you at noon", surface="app")
    assert history.redactions.by_kind() == []


def test_a_card_number_counts_one_with_the_day_of_its_line(history):
    history.append(SECRETS["card"], surface="app", at=3.4 * DAY_S)
    assert history.redactions.by_kind() == [Redacted("card", 1, JAN(4), JAN(4))]


def test_a_line_of_which_nothing_is_left_is_counted_too(history):
    assert history.append("ada@example.org", surface="app") is None
    assert counts(history) == {"email": 1}


def test_what_was_cut_out_before_is_not_cut_out_again(history):
    history.append(SECRETS["card"], surface="app")
    (entry,) = history.entries()
    history.append(entry.text, surface="app")
    assert counts(history) == {"card": 1}


def test_days_are_added_up_by_kind_and_the_most_frequent_stands_first(history):
    for day in (5, 2, 9):
        history.append(SECRETS["email"], surface="app", at=day * DAY_S)
    history.append(SECRETS["card"], surface="app", at=0.0)
    assert history.redactions.by_kind() == [
        Redacted("email", 3, JAN(3), JAN(10)),
        Redacted("card", 1, JAN(1), JAN(1)),
    ]


@given(st.lists(st.sampled_from(sorted(SECRETS)), max_size=12), st.booleans())
def test_the_counts_are_those_that_were_reported_and_those_of_the_marks(kinds, dated):
    with Store.memory() as store:
        history = History(store)
        texts = [SECRETS[kind] for kind in kinds]
        if dated:
            lines = [Dated(n * DAY_S, "phone", text) for n, text in enumerate(texts)]
            recorded = history.merge(lines)
        else:
            recorded = history.extend(texts, surface="app")
        marks = sum(entry.text.count(REDACTED) for entry in history.entries())
        assert counts(history) == dict(recorded.redacted) == dict(Counter(kinds))
        assert sum(counts(history).values()) == marks


def test_where_the_lines_are_not_kept_neither_are_the_counts(history):
    with history._store.writing() as database:
        database.execute(
            "CREATE TRIGGER full BEFORE INSERT ON entries BEGIN SELECT RAISE(ABORT, 'full'); END"
        )
    with pytest.raises(HistoryError):
        history.append(SECRETS["card"], surface="app")
    assert counts(history) == {}


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_any_time_has_a_day_that_a_calendar_can_name(at):
    assert 0 <= day_of(at) <= 2_932_896


# How they go ---------------------------------------------------------------------------------------


def filled(history: History) -> None:
    for day in (1, 2, 3):
        history.append(SECRETS["email"], surface="app", at=(day + 0.5) * DAY_S)


def test_they_expire_by_age_with_their_lines(history):
    filled(history)
    history.expire(older_than_s=DAY_S, now=4 * DAY_S)
    assert history.redactions.by_kind() == [Redacted("email", 1, JAN(4), JAN(4))]
    assert history.count() == 1


def test_a_forgetting_takes_the_days_that_it_covers_wholly(history):
    filled(history)
    history.take_out(Forgetting(since=1.6 * DAY_S, until=3 * DAY_S))
    assert counts(history) == {"email": 2}
    history.take_out(Forgetting(words=("today",), until=9 * DAY_S))
    assert counts(history) == {"email": 2}


def test_forgetting_everything_and_a_wipe_leave_none(history):
    filled(history)
    history.take_out(Forgetting(everything=True))
    assert counts(history) == {}
    filled(history)
    history.wipe()
    assert counts(history) == {}


# What is written -----------------------------------------------------------------------------------


def test_the_table_has_a_kind_a_day_and_a_count_and_nothing_else(history):
    with history._store.reading() as database:
        columns = database.execute("SELECT name, type FROM pragma_table_info('redactions')")
        assert columns.fetchall() == [("kind", "TEXT"), ("day", "INTEGER"), ("count", "INTEGER")]


def test_a_history_of_the_version_before_is_taken_up_without_counts():
    with Store.memory() as store:
        with store.writing() as database:
            database.execute("DROP TABLE redactions")
            database.execute("PRAGMA user_version = 3")
        with store.reading() as database:
            migrate(database, MIGRATIONS)
        history = History(store)
        assert history.redactions.by_kind() == []
        history.append(SECRETS["card"], surface="app")
        assert counts(history) == {"card": 1}


def test_a_card_number_counts_one_and_its_digits_are_in_no_file(tiny_base: Base, tmp_path: Path):
    with open_profile(tmp_path, passphrase=Passphrase("x"), base=tiny_base) as profile:
        profile.session("app").commit(SECRETS["card"])
        assert counts(profile.history) == {"card": 1}
        found = [path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()]
    found += [path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()]
    digits = CARD.replace(" ", "").encode()
    assert [data for data in found if digits in data or CARD.encode() in data] == []


def test_a_line_that_may_not_be_learned_is_not_counted(tiny_base: Base):
    with Profile(Store.memory(), None, None, tiny_base) as profile:
        profile.set(surfaces_off="shell")
        profile.commit(SECRETS["card"], "shell")
        assert counts(profile.history) == {}
        profile.commit(SECRETS["card"], "app")
        assert counts(profile.history) == {"card": 1}
