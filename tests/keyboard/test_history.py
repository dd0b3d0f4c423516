"""What is kept of typing, and how it goes again."""

import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hushkey.keyboard.history import Entry, History
from hushkey.keyboard.redaction import REDACTED
from hushkey.keyboard.store import Store


@pytest.fixture
def history():
    with Store.memory() as store:
        yield History(store)


def lines(history: History) -> list[str]:
    return [entry.text for entry in history.entries()]


def fill(history: History, *texts: str) -> list[int]:
    made = [history.append(text, surface="test", at=float(n)) for n, text in enumerate(texts)]
    return [entry.id for entry in made if entry]


def test_an_entry_comes_back_as_it_was_appended(history):
    entry = history.append("see you at noon", surface="app", at=12.5)
    assert entry == Entry(id=1, at=12.5, surface="app", text="see you at noon")
    assert history.entries() == [entry]


@pytest.mark.parametrize("text", ["", "   ", "\n\t", "\0", REDACTED, f" {REDACTED} {REDACTED}\n"])
def test_a_line_that_says_nothing_is_not_kept(history, text):
    before = history.revision
    assert history.append(text, surface="app") is None
    assert history.count() == 0
    assert history.revision == before


def test_a_secret_is_cut_out_before_the_insert(history):
    entry = history.append("write to ada@example.org today", surface="app")
    assert entry.text == f"write to {REDACTED} today"
    assert lines(history) == [entry.text]


def test_a_line_that_was_all_secret_is_not_kept(history):
    assert history.append("ada@example.org", surface="app") is None


def test_many_lines_are_kept_and_their_secrets_counted(history):
    texts = [f"line {'abcdefghij'[n % 10]} of many" for n in range(1200)]
    recorded = history.extend([*texts, "to ada@example.org", ""], surface="import", at=3.0)
    assert [entry.text for entry in recorded.entries] == [*texts, f"to {REDACTED}"]
    assert recorded.redacted == {"email": 1}
    assert history.entries() == list(recorded.entries)


@pytest.mark.parametrize("at", [float("nan"), float("inf"), -float("inf")])
def test_a_time_that_is_none_is_refused(history, at):
    with pytest.raises(ValueError, match="finite"):
        history.append("line", surface="app", at=at)
    assert history.count() == 0


@given(st.text(st.characters(codec=None), max_size=60))
def test_any_text_at_all_is_kept_or_left_out_without_an_error(text):
    with Store.memory() as store:
        history = History(store)
        entry = history.append(text, surface="app", at=1.0)
        assert history.entries() == ([entry] if entry else [])
        history.forget(text)
        history.search(text)


def test_entries_are_listed_by_time_with_a_limit_from_either_end(history):
    for at, text in ((2.0, "second"), (1.0, "first"), (3.0, "third")):
        history.append(text, surface="app", at=at)
    assert lines(history) == ["first", "second", "third"]
    assert [e.text for e in history.entries(2)] == ["first", "second"]
    assert [e.text for e in history.entries(2, newest_first=True)] == ["third", "second"]
    assert [e.text for e in history.entries(since=2.0)] == ["second", "third"]
    assert history.entries(0) == []


def test_search_finds_every_word_of_the_query_in_any_case_and_order(history):
    fill(history, "The cat sat", "a CAT and a hat", "the hat of Straße", "100% sure_thing")
    found = {q: [e.text for e in history.search(q)] for q in ("cat", "hat CAT", "strasse", "dog")}
    assert found == {
        "cat": ["a CAT and a hat", "The cat sat"],
        "hat CAT": ["a CAT and a hat"],
        "strasse": ["the hat of Straße"],
        "dog": [],
    }
    assert [e.text for e in history.search("%")] == ["100% sure_thing"]
    assert [e.text for e in history.search("_")] == ["100% sure_thing"]
    assert history.search("  ") == []
    assert len(history.search("a", limit=1)) == 1


def test_deleting_counts_what_was_there_and_gives_no_id_twice(history):
    one, two, three = fill(history, "one", "two", "three")
    assert history.delete([three, two, 999]) == 2
    assert history.delete([three]) == 0
    assert lines(history) == ["one"]
    assert history.append("four", surface="app").id > three
    assert one == 1


def test_forgetting_cuts_the_whole_word_in_any_case_and_leaves_the_rest(history):
    fill(
        history,
        'Ask "Morgan" first, or MORGAN.',
        "morgana is another",
        "no such name",
        "(morgan)",
        "morgan",
    )
    assert history.forget("Morgan,") == 3
    assert lines(history) == [
        f'Ask "{REDACTED}" first, or {REDACTED}.',
        "morgana is another",
        "no such name",
        f"({REDACTED})",
    ]


def test_forgetting_a_phrase_cuts_it_only_where_it_stands_whole(history):
    fill(history, "green ideas sleep", "green sleep ideas", "Green  ideas, green ideas!")
    assert history.forget("green ideas") == 2
    assert lines(history) == [
        f"{REDACTED} {REDACTED} sleep",
        "green sleep ideas",
        f"{REDACTED}  {REDACTED}, {REDACTED} {REDACTED}!",
    ]


@pytest.mark.parametrize("word", ["", "  ", "!?", REDACTED])
def test_forgetting_no_word_changes_nothing(history, word):
    fill(history, f"a line {REDACTED} !?")
    before = history.revision
    assert history.forget(word) == 0
    assert history.revision == before


@given(st.lists(st.sampled_from(["Ann", "ann,", "(ANN)", "Anna", "go", "█"]), max_size=8))
def test_after_forgetting_no_token_of_the_word_is_left_and_no_other_is_gone(tokens):
    with Store.memory() as store:
        history = History(store)
        history.append(" ".join(tokens), surface="app")
        history.forget("ann")
        left = " ".join(lines(history)).split()
    assert not any(token.strip("(),").lower() == "ann" for token in left)
    assert left.count("Anna") == tokens.count("Anna")
    assert left.count("go") == tokens.count("go")


def test_entries_expire_by_age(history):
    fill(history, "zero", "one", "two", "three")
    assert history.expire(older_than_s=8.0, now=10.0) == 2
    assert lines(history) == ["two", "three"]


def test_the_oldest_expire_until_the_text_fits(history):
    fill(history, "aaaa", "öö", "bbbb")  # 4 bytes each
    assert history.expire(max_bytes=8) == 1
    assert lines(history) == ["öö", "bbbb"]
    assert history.expire(max_bytes=8) == 0
    assert history.expire(max_bytes=0) == 2


def test_age_and_size_together_count_each_entry_once(history):
    fill(history, "aaaa", "bbbb", "cccc")
    assert history.expire(older_than_s=1.5, max_bytes=4, now=2.0) == 2
    assert lines(history) == ["cccc"]


def test_without_a_bound_nothing_expires(history):
    fill(history, "aaaa")
    assert history.expire() == 0


def test_an_export_is_lines_of_json_that_a_person_can_read(history):
    fill(history, "naïve café", "second")
    file = io.StringIO()
    assert history.export(file) == 2
    assert "naïve café" in file.getvalue()
    assert [json.loads(line) for line in file.getvalue().splitlines()] == [
        {"at": 0.0, "surface": "test", "text": "naïve café"},
        {"at": 1.0, "surface": "test", "text": "second"},
    ]


def test_every_change_of_the_entries_moves_the_revision_on(history):
    seen = [history.revision]
    changes = [
        lambda: fill(history, "one two", "three", "four"),
        lambda: history.forget("two"),
        lambda: history.delete([2]),
        lambda: history.expire(max_bytes=4),
        history.wipe,
    ]
    for change in changes:
        change()
        seen.append(history.revision)
    assert seen == sorted(set(seen))


def test_reading_settings_and_blocking_leave_the_revision(history):
    before = history.revision
    history.settings.set("floor", 0.5)
    history.blocked.add("word")
    history.learn_runs.append({"kept": True})
    history.search("x")
    assert history.revision == before


def test_a_wipe_empties_every_table(history):
    fill(history, "one")
    history.settings.set("floor", 0.5)
    history.blocked.add("word")
    history.kept_as_typed.add("wrod")
    history.learn_runs.append({"kept": True})
    history.wipe()
    assert history.count() == 0
    assert history.settings.all() == {}
    assert history.blocked.words() == []
    assert history.kept_as_typed.words() == []
    assert history.learn_runs.runs() == []


def test_a_blocked_word_stays_as_spelled_and_ignores_case(history):
    history.blocked.add("Ducking", at=1.0)
    history.blocked.add("DUCKING", at=2.0)
    history.blocked.add("other", at=3.0)
    assert history.blocked.words() == ["Ducking", "other"]
    assert history.blocked.remove("ducking")
    assert not history.blocked.remove("ducking")
    assert history.blocked.words() == ["other"]


json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)


@given(json_values)
def test_a_setting_comes_back_as_it_was_set(value):
    with Store.memory() as store:
        settings = History(store).settings
        settings.set("name", "before")
        settings.set("name", value)
        assert settings.get("name") == value
        assert settings.all() == {"name": value}
        settings.remove("name")
        assert settings.get("name", "default") == "default"


@pytest.mark.parametrize("value", [{1, 2}, float("nan"), b"bytes"])
def test_a_setting_that_is_not_json_is_refused_and_the_old_one_stays(history, value):
    history.settings.set("name", 1)
    with pytest.raises((TypeError, ValueError)):
        history.settings.set("name", value)
    assert history.settings.get("name") == 1


def test_learning_runs_are_listed_newest_first(history):
    history.learn_runs.append({"before": 6.1, "after": 5.9}, at=1.0)
    history.learn_runs.append({"before": 5.9, "after": 5.8}, at=2.0)
    assert [run.at for run in history.learn_runs.runs()] == [2.0, 1.0]
    (newest,) = history.learn_runs.runs(limit=1)
    assert newest.report == {"before": 5.9, "after": 5.8}


appending = st.tuples(st.just("append"), st.sampled_from(["see you", "a cat", "cat"]))
taking = st.tuples(st.sampled_from(["delete", "forget"]), st.just("cat"))


@given(st.lists(appending, max_size=4), st.lists(st.one_of(appending, taking), max_size=4))
def test_a_history_only_grew_while_every_earlier_line_is_as_it_was_and_no_later_one_was_taken(
    first, later
):
    with Store.memory() as store:
        history = History(store)
        for n, (_, text) in enumerate(first):
            history.append(text, surface="test", at=float(n))
        cursor, grew = history.cursor(), True
        assert history.only_grew_since(cursor)
        for what, text in later:
            if what == "append":
                history.append(text, surface="test")
            elif what == "delete":
                grew &= not history.delete([entry.id for entry in history.entries(1)])
            else:
                grew &= not history.forget(text)
        assert history.only_grew_since(cursor) == grew


def test_texts_come_in_the_order_in_which_they_were_written_between_two_cursors(history):
    ids = fill(history, "one", "two", "three", "four", "five")
    history.delete([ids[2]])
    whole = [text for some in history.texts(until=ids[-1]) for text in some]
    assert whole == ["one", "two", "four", "five"]
    assert [*history.texts(after=ids[0], until=ids[3])] == [["two", "four"]]
    assert [*history.texts(after=ids[-1], until=ids[-1])] == []


def test_a_long_history_is_read_piece_by_piece(history, monkeypatch):
    monkeypatch.setattr("hushkey.keyboard.history._READ", 2)
    ids = fill(history, "one", "two", "three", "four", "five")
    assert [*history.texts(until=ids[-1])] == [["one", "two"], ["three", "four"], ["five"]]
