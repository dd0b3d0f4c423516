"""Forgetting reaches everything: afterwards a profile is, to the byte, one that was never told."""

import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hushkey.keyboard.errors import FileRefused
from hushkey.keyboard.forgetting import Forgetting
from hushkey.keyboard.keys import MasterKey
from hushkey.keyboard.learner import Trainer
from hushkey.keyboard.paths import Places, places_in
from hushkey.keyboard.profile import Profile
from hushkey.keyboard.profile_files import ProfileFiles
from hushkey.keyboard.store import Store
from hushkey.keyboard.types import Suggestion
from hushkey.model.base import GRAPH, LEXICON, PIECES, WEIGHTS, Base, load_base, write_manifest
from hushkey.model.plans import Plan
from hushkey.model.vocabulary import Vocabulary

KEY = MasterKey(b"f" * 32)
LINES = ["Zorblax can see the cat.", "how are you today, Zorblax?", "to the theatre together"] * 2

Line = tuple[str, str]  # surface, text


def in_memory(base: Base) -> Profile:
    return Profile(Store.memory(), None, None, base)


def opened(places: Places, base: Base) -> Profile:
    return Profile(Store.open(places.history, KEY.history_key()), places, KEY, base)


@pytest.fixture
def places(tmp_path: Path) -> Places:
    return places_in(tmp_path / "home")


@pytest.fixture
def profile(places: Places, tiny_base: Base) -> Iterator[Profile]:
    with opened(places, tiny_base) as profile:
        yield profile


def typed(profile: Profile, lines: list[Line], *, first_at: float = 100.0) -> None:
    """Type lines one by one, a second apart."""
    for number, (surface, text) in enumerate(lines):
        entries = profile.history.extend((text,), surface=surface, at=first_at + number).entries
        profile._kept.wrote(entries)
        profile._kept.learn([entry.text for entry in entries])


def texts(profile: Profile) -> list[str]:
    return [entry.text for entry in profile.history.entries()]


def all_learned(profile: Profile) -> tuple[object, ...]:
    """Everything an engine holds of a person, to the byte."""
    arrays = profile.engine.as_arrays()
    counted = {name: (held.dtype.str, held.tobytes()) for name, held in arrays.items()}
    return counted, list(profile.engine.trust), profile.engine.own_words()


def never_told(left: list[str], base: Base) -> tuple[object, ...]:
    with in_memory(base) as other:
        other.import_lines(left, "import")
        return all_learned(other)


words = st.sampled_from(["Zorblax", "zorblax", "quinces", "the", "cat", "you", "How", "are", "█"])
sentences = st.lists(words, min_size=1, max_size=5).map(" ".join)
typing = st.lists(st.tuples(st.sampled_from(["app", "shell"]), sentences), max_size=8)
quickly = settings(
    max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)


@quickly
@given(typing, st.data())
def test_forgetting_any_subset_of_lines_equals_never_having_had_them(tiny_base, lines, data):
    doomed = data.draw(st.sets(st.integers(0, max(0, len(lines) - 1))))
    with in_memory(tiny_base) as profile:
        typed(profile, lines)
        for number in doomed:
            profile.forget_what(Forgetting(since=100.0 + number, until=100.5 + number))
        left = [text for number, (_, text) in enumerate(lines) if number not in doomed]
        assert texts(profile) == [text for text in left if text.replace("█", "").strip()]
        if profile.history.forgettings:  # else the gates saw the lines one by one, not side by side
            assert all_learned(profile) == never_told(left, tiny_base)


forgettings = st.one_of(
    st.lists(sentences, min_size=1, max_size=2).map(lambda said: Forgetting(tuple(said))),
    st.just(Forgetting(everything=True)),
    st.builds(
        Forgetting,
        words=st.sampled_from([(), ("zorblax",)]),
        since=st.integers(98, 108).map(float),
        until=st.integers(98, 112).map(float),
        surface=st.sampled_from([None, "app", "shell", "chat"]),
    ),
)


@quickly
@given(typing, st.lists(forgettings, min_size=1, max_size=2))
def test_whatever_is_forgotten_the_rest_is_all_that_was_ever_learned(tiny_base, lines, whats):
    with in_memory(tiny_base) as profile:
        typed(profile, lines)
        for what in whats:
            forgotten = profile.forget_what(what)
            assert forgotten.probe().holds
        if profile.history.forgettings:
            assert all_learned(profile) == never_told(texts(profile), tiny_base)


@quickly
@given(typing, forgettings)
def test_only_the_lines_of_a_time_and_a_surface_are_touched(tiny_base, lines, what):
    with in_memory(tiny_base) as profile:
        typed(profile, lines)
        before = profile.history.entries()
        said = len(profile.history.matching(what))
        profile.forget_what(what)
        after = {entry.id: entry for entry in profile.history.entries()}
        inside = [
            entry
            for entry in before
            if what.since <= entry.at < what.until and what.surface in {None, entry.surface}
        ]
        assert said == len(inside)
        assert all(after[entry.id] == entry for entry in before if entry not in inside)
        if not what.words:
            assert not any(entry.id in after for entry in inside)


@pytest.mark.parametrize(
    "nothing_or_both",
    [{}, {"everything": True, "words": ("a",)}, {"everything": True, "surface": "app"}],
)
def test_nothing_and_everything_and_a_part_are_refused(nothing_or_both):
    with pytest.raises(ValueError, match="everything"):
        Forgetting(**nothing_or_both)


def test_no_typed_word_is_in_what_prints(profile):
    profile.import_lines(LINES, "app")
    what = Forgetting(("Zorblax",))
    taken = repr(profile.history.take_out(Forgetting(("theatre",))))
    forgotten = profile.forget_what(what)
    printed = f"{what!r}{taken}{forgotten!r}{forgotten.report!r}{forgotten.probe()!r}".lower()
    assert "zorblax" not in printed
    assert "theatre" not in printed
    assert "cat" not in printed


# Files beside the history -------------------------------------------------------------------------


def sealed_everywhere(profile: Profile, places: Places) -> None:
    """Put a file wherever one may lie that was made of what was typed."""
    profile._files.write_adapter(profile.engine.zero_adapter())
    places.checkpoint.write_bytes(b"how far a training came")
    places.reports.mkdir()
    (places.reports / "1.sealed").write_bytes(b"a report of all that was typed")
    (places.reports / ".2.sealed.0123.tmp").write_bytes(b"one that a killed writer left")


def test_every_file_that_may_know_goes_and_is_made_anew_or_not(profile, places):
    profile.import_lines(LINES, "app")
    sealed_everywhere(profile, places)
    report = profile.forget("Zorblax")
    assert (report.entries, report.adapter_dropped, report.reports_dropped) == (4, True, 2)
    left = {path.name for path in places.data.rglob("*") if path.is_file()}
    assert {name for name in left if not name.startswith("history.db")} == {
        "memory.sealed",
        "state.sealed",
    }
    assert not places.reports.exists()


def test_what_holds_nothing_of_it_stays(profile, places):
    profile.import_lines(LINES, "app")
    sealed_everywhere(profile, places)
    report = profile.forget("quinces")
    assert (report.entries, report.adapter_dropped, report.reports_dropped) == (0, False, 0)
    assert places.adapter.exists()
    assert len(list(places.reports.iterdir())) == 2


def test_an_adapter_may_know_lines_that_were_let_go_since(profile, places, tiny_base):
    """The word stands in no line any more, but in one that had trained the adapter."""
    profile.import_lines(["Zorblax was here", *LINES[2:3]], "app")
    profile._files.write_adapter(profile.engine.zero_adapter())
    profile.history.delete([1])
    assert profile.forget("Zorblax").adapter_dropped
    assert all_learned(profile) == never_told(LINES[2:3], tiny_base)
    profile._files.write_adapter(profile.engine.zero_adapter())
    assert not profile.forget("Zorblax").adapter_dropped  # it was trained on what is left


def test_a_wipe_takes_the_reports_and_the_checkpoint_too(places, tiny_base):
    profile = opened(places, tiny_base)
    profile.import_lines(LINES, "app")
    sealed_everywhere(profile, places)
    profile.wipe()
    assert [path for path in places.data.rglob("*") if path.is_file()] == []


def test_a_file_that_cannot_be_deleted_is_told_and_tried_again(places, tiny_base, monkeypatch):
    def refuse(self: ProfileFiles) -> None:
        raise FileRefused("could not delete adapter.sealed")

    with opened(places, tiny_base) as profile:
        profile.import_lines(LINES, "app")
        sealed_everywhere(profile, places)
        monkeypatch.setattr(ProfileFiles, "drop_adapter", refuse)
        with pytest.raises(FileRefused, match="the next start tries again"):
            profile.forget("Zorblax")
        assert not profile.engine.knows("zorblax")
        assert places.adapter.exists()
    with pytest.raises(FileRefused):
        opened(places, tiny_base)
    monkeypatch.undo()
    with opened(places, tiny_base) as profile:
        assert not places.adapter.exists()
        assert not places.reports.exists()
        assert all_learned(profile) == never_told(texts(profile), tiny_base)


# The adapter --------------------------------------------------------------------------------------

HABITS = ("I can see the cat", "how are you today?", "tea and ice", "to the theatre together")


@pytest.fixture(scope="module")
def trainable(tmp_path_factory, pieces_model, lexicon) -> Base:
    """A whole base of a few kilobytes that can be trained."""
    import torch  # noqa: PLC0415  seconds to load, and most tests do without

    from hushkey.model.training.export import to_onnx  # noqa: PLC0415
    from hushkey.model.training.network import Network, Shape  # noqa: PLC0415
    from hushkey.model.training.weights import save_weights  # noqa: PLC0415

    folder = tmp_path_factory.mktemp("trainable-base")
    torch.manual_seed(1)
    size = Vocabulary(pieces_model).size
    network = Network(Shape(vocabulary=size, width=8, hidden=12, layers=1)).eval()
    save_weights(network, folder / WEIGHTS)
    (folder / GRAPH).write_bytes(to_onnx(network))
    (folder / PIECES).write_bytes(pieces_model)
    (folder / LEXICON).write_bytes(lexicon.to_bytes())
    write_manifest(folder, {"shape": network.shape.as_dict()})
    return load_base(folder)


PLAN = Plan("test", {"lstm_bias": 1, "input": 4, "output": 4})


@pytest.fixture
def _unguarded(monkeypatch):
    """Every adapter is taken up: so few words are known by heart to the n-grams, and the guard would keep none."""
    train = Trainer.train

    def unguarded(self: Trainer, *arguments, **options):
        return train(self, *arguments, **options, guarded=False)

    monkeypatch.setattr(Trainer, "train", unguarded)


def learned_adapter(profile: Profile) -> bytes:
    profile.learn(plan=PLAN)
    adapter = profile._files.read_adapter(profile.engine.zero_adapter())
    assert adapter is not None
    return adapter.to_bytes()


@pytest.mark.usefixtures("_unguarded")
@pytest.mark.parametrize(
    "what",
    [
        pytest.param(Forgetting(("Zorblax",)), id="a word"),
        pytest.param(Forgetting(surface="chat"), id="a surface", marks=pytest.mark.slow),
        pytest.param(Forgetting(since=101.0, until=133.0), id="a time", marks=pytest.mark.slow),
    ],
)
def test_the_adapter_learned_afterwards_is_to_the_byte_that_of_one_who_was_never_told(
    tmp_path, trainable, what
):
    lines = [("app", text) for text in HABITS * 30]
    lines[2:2] = [("chat", "Zorblax and the cat are there"), ("chat", "tea, Zorblax?")] * 15
    with opened(places_in(tmp_path / "told"), trainable) as profile:
        typed(profile, lines)
        knowing = learned_adapter(profile)
        assert profile.forget_what(what).report.adapter_dropped
        assert not profile.engine.adapted
        left = texts(profile)
        afterwards = learned_adapter(profile)
    with opened(places_in(tmp_path / "never"), trainable) as other:
        other.import_lines(left, "import")
        assert learned_adapter(other) == afterwards
    assert knowing != afterwards


@pytest.mark.usefixtures("_unguarded")
def test_the_probe_holds_with_the_adapter_that_was_trained_anew(tmp_path, trainable):
    with opened(places_in(tmp_path / "home"), trainable) as profile:
        typed(profile, [("app", text) for text in [*HABITS, "Zorblax and the tea"] * 30])
        learned_adapter(profile)
        forgotten = profile.forget_what(Forgetting(("Zorblax", "tea")))
        learned_adapter(profile)
        found = forgotten.probe()
    assert found.holds
    assert found.adapter
    own, common = found.words
    assert (own.in_base, own.offered, own.times_base) == (False, 0, 0.0)
    assert common.in_base
    assert common.times_base > 0.0


# The probe ----------------------------------------------------------------------------------------


def test_a_word_of_the_base_is_suggested_no_more_than_by_the_base_alone(profile):
    profile.import_lines(["you see theatres", "the theatre", "to the theatre"] * 3, "app")
    before = profile._forgetter.probe(["theatre"], ["to the "])
    assert before.words[0].times_base > 1.0
    found = profile.forget_what(Forgetting(("theatre",))).probe()
    assert found.holds
    assert 0.0 < found.words[0].times_base <= 1.0
    assert found.contexts > len(["to the ", "the "])


def test_a_phrase_is_gone_and_the_words_that_stand_elsewhere_are_told_of(profile):
    profile.import_lines(["tea for Zorblax", "ask Zorblax", "tea and ice"], "app")
    forgotten = profile.forget_what(Forgetting(("tea for zorblax",)))
    assert texts(profile) == ["ask Zorblax", "tea and ice"]
    left = {word.word: word.left for word in forgotten.probe().words}
    assert left == {"tea": 1, "for": 0, "zorblax": 1}
    assert forgotten.probe().holds


def test_of_a_time_the_words_are_probed_that_stood_nowhere_else(profile):
    typed(profile, [("app", "Zorblax can see the cat"), ("app", "you can see quinces")])
    forgotten = profile.forget_what(Forgetting(since=101.0))
    assert forgotten.words == ["you", "quinces"]
    assert forgotten.probe().holds


def test_an_engine_that_still_knows_is_found_out(profile):
    """What the probe is for: counts that do not come from what is left."""
    profile.import_lines(LINES, "app")
    forgotten = profile.forget_what(Forgetting(("Zorblax",)))
    profile.engine.recount(["Zorblax was here", "Zorblax again"])
    found = forgotten.probe()
    assert not found.exact
    assert not found.holds
    assert found.words[0].offered > 0
    assert found.words[0].times_base == float("inf")


# Lists of words -----------------------------------------------------------------------------------


def test_a_forgotten_word_leaves_the_lists_of_words(profile):
    profile.import_lines(["we met Zorblax", "ask Quinces"], "app")
    profile.keep_as_typed("Zorblax")
    profile.vouch_for("zorblax")
    profile.vouch_for("Quinces")
    profile.forget("Zorblax,")
    assert profile.history.kept_as_typed.words() == []
    assert profile.history.vouched.words() == ["Quinces"]
    assert profile.engine.kept_as_typed == frozenset()
    assert profile.engine.vouched == {"quinces"}


def test_a_word_that_stood_only_in_forgotten_lines_leaves_the_lists(profile):
    typed(profile, [("app", "Zorblax and Quinces"), ("shell", "ask Quinces")])
    for word in ("Zorblax", "Quinces"):
        profile.vouch_for(word)
        profile.keep_as_typed(word)
    profile.forget_what(Forgetting(surface="app"))
    assert profile.history.vouched.words() == ["Quinces"]
    assert profile.engine.kept_as_typed == {"quinces"}


def test_of_a_time_the_words_noted_then_leave_the_lists(profile):
    profile.history.kept_as_typed.add("zorb", at=100.0)
    profile.history.kept_as_typed.add("quin", at=200.0)
    profile.engine.keep_as_typed("zorb")
    profile.engine.keep_as_typed("quin")
    profile.forget_what(Forgetting(since=50.0, until=200.0))
    assert profile.history.kept_as_typed.words() == ["quin"]
    assert profile.engine.kept_as_typed == {"quin"}


def test_all_leaves_what_the_owner_decided_and_nothing_that_was_typed(profile, places):
    profile.import_lines(LINES, "app")
    profile.vouch_for("Zorblax")
    profile.keep_as_typed("Zorblaxx")
    profile.block("Quinces")
    profile.set(emoji=True)
    profile.history.learn_runs.append({"words": 3})
    profile.forget_what(Forgetting(everything=True))
    assert profile.history.count() == 0
    assert profile.engine.words_learned == 0
    assert (profile.history.vouched.words(), profile.history.kept_as_typed.words()) == ([], [])
    assert profile.engine.blocked == {"quinces"}
    assert profile.settings.emoji
    assert len(profile.history.learn_runs.runs()) == 1


# Exports ------------------------------------------------------------------------------------------


def test_copies_that_may_hold_what_was_forgotten_are_named_and_no_other(profile):
    profile.import_lines(["ask nobody"], "app")
    profile.export(io.StringIO(), destination="/before.jsonl")
    profile.import_lines(LINES, "app")
    profile.export(io.StringIO(), destination="/after.jsonl")
    profile.export(io.StringIO())
    report = profile.forget("Zorblax")
    assert [(copy.destination, copy.lines) for copy in report.exports] == [
        ("/after.jsonl", 7),
        ("", 7),
    ]
    assert profile.forget("Zorblax").exports == ()


def test_forgetting_all_names_every_copy_and_forgets_where_they_are(profile):
    profile.import_lines(LINES, "app")
    profile.export(io.StringIO(), destination="/one.jsonl")
    report = profile.forget_what(Forgetting(everything=True)).report
    assert [copy.destination for copy in report.exports] == ["/one.jsonl"]
    assert profile.history.exports.holding() == []


# Beside one another -------------------------------------------------------------------------------


def test_a_line_that_is_being_imported_is_forgotten_with_the_rest(profile, tiny_base, monkeypatch):
    monkeypatch.setattr("hushkey.keyboard.profile._IMPORT_BATCH", 2)

    def interrupted() -> Iterator[str]:
        yield from LINES[:4]
        profile.forget("Zorblax")
        yield from ["tea and ice", "how are you"]

    profile.import_lines(interrupted(), "import")
    assert all_learned(profile)[0] == never_told(texts(profile), tiny_base)[0]
    assert not profile.engine.knows("zorblax")


def test_another_process_follows_with_its_next_line_and_writes_nothing_older(places, tiny_base):
    with opened(places, tiny_base) as one, opened(places, tiny_base) as other:
        other.commit("Zorblax was here", "app")
        one.commit("see you there", "shell")
        one.forget("Zorblax")
        trust = places.state.read_bytes()
        other._unsaved = 1
        other._save_trust()
        assert places.state.read_bytes() == trust
        other.commit("tea and ice", "app")
        assert not other.engine.knows("zorblax")
        assert other.history.entries()[-1].text == "tea and ice"
    with opened(places, tiny_base) as profile:
        assert not profile.engine.knows("zorblax")
        assert all_learned(profile)[0] == never_told(texts(profile), tiny_base)[0]


def test_another_process_takes_up_the_adapter_that_was_trained_anew(places, tiny_base):
    with opened(places, tiny_base) as one, opened(places, tiny_base) as other:
        one.import_lines(LINES, "app")
        one.forget("Zorblax")
        one._files.write_adapter(one.engine.zero_adapter())
        other.commit("tea and ice", "app")
        assert other.engine.adapted


# Sessions that are alive --------------------------------------------------------------------------


@pytest.mark.parametrize("end", ["forget", "block"])
def test_a_living_session_shows_no_phrase_with_a_word_that_went_meanwhile(end, tiny_base):
    with in_memory(tiny_base) as profile:
        profile.import_lines(["you and Zorblax together"] * 40, "app")
        session = profile.session("app")
        session.suggest("you a")
        phrase = session.phrase()
        assert phrase is not None
        assert "Zorblax" in phrase.text
        getattr(profile, end)("zorblax")
        assert session.phrase(look_ahead=False) is None
        shown = session.suggest("you an")
        found = session.phrase()
        assert (
            "zorblax" not in " ".join(s.text for s in [*shown, *([found] if found else [])]).lower()
        )


def test_taking_a_correction_back_does_not_bring_a_forgotten_word_back(profile):
    session = profile.session("app")
    session.suggest("see teh")
    session.accept(Suggestion("the", "correction", 0.9, {}, 3))
    profile.commit("teh cat", "app")
    profile.forget("teh")
    assert session.undo("see the ") is None
    assert profile.history.kept_as_typed.words() == []
