"""The copies of the history that were written: noted, and named by the lines that they may hold."""

import io

import pytest

from hushkey.keyboard.exports import Export, Exports
from hushkey.keyboard.history import History
from hushkey.keyboard.migrations import MIGRATIONS, migrate
from hushkey.keyboard.profile import Profile
from hushkey.keyboard.store import Store


def test_a_copy_may_hold_the_lines_up_to_its_last_one():
    with Store.memory() as store:
        exports = Exports(store)
        exports.add("/one", lines=2, last_entry=3, at=1.0)
        exports.add("", lines=5, last_entry=7, at=2.0)
        one, other = Export(1.0, "/one", 2, 3), Export(2.0, "", 5, 7)
        assert exports.holding() == exports.holding(3) == [one, other]
        assert exports.holding(4) == [other]
        assert exports.holding(8) == []


def test_an_export_is_noted_before_a_byte_of_it_is_written(tiny_base):
    """A copy that broke off in the middle may hold a line too."""

    class Full(io.StringIO):
        def write(self, text: str) -> int:
            raise BrokenPipeError

    with Profile(Store.memory(), None, None, tiny_base) as profile:
        profile.import_lines(["how are you", "tea and ice"], "app")
        with pytest.raises(BrokenPipeError):
            profile.export(Full(), destination="/full")
        (noted,) = profile.history.exports.holding()
        assert (noted.destination, noted.lines, noted.last_entry) == ("/full", 2, 2)


@pytest.mark.parametrize(
    ("gone", "let_go"), [((), 0), ((2,), 1), ((1, 2, 3), 1)], ids=["none", "one", "all"]
)
def test_a_history_of_the_version_before_is_taken_up_with_what_it_let_go(gone, let_go):
    store = Store.memory()
    with store.writing() as database:
        for name in ("exports", "redactions", "vouched"):
            database.execute(f"DROP TABLE {name}")
        database.execute("DELETE FROM counters WHERE name != 'revision'")
        database.execute("PRAGMA user_version = 2")
        for text in ("one", "two", "three"):
            database.execute(
                "INSERT INTO entries (at, surface, text) VALUES (1, 'app', ?)", (text,)
            )
        for number in gone:
            database.execute("DELETE FROM entries WHERE id = ?", (number,))
    with store.reading() as database:
        migrate(database, MIGRATIONS)
        (value,) = database.execute("SELECT value FROM counters WHERE name = 'let_go'").fetchone()
    history = History(store)
    assert value == let_go
    assert history.count() == 3 - len(gone)
    assert (history.forgettings, history.half_forgotten) == (0, False)
