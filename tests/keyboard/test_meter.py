"""The benefit meter: who brought what is found by asking the base again; sums are kept, and hold no word."""

import itertools
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest

from hushkey.keyboard.benefit import Acceptance, Benefit
from hushkey.keyboard.engine import SuggestionEngine
from hushkey.keyboard.history import History
from hushkey.keyboard.keystore import open_keystore
from hushkey.keyboard.meter import BENEFIT, Meter
from hushkey.keyboard.profile import Profile, open_profile
from hushkey.keyboard.settings import Settings
from hushkey.keyboard.store import Store
from hushkey.keyboard.system_keyring import no_keyring
from hushkey.keyboard.types import Suggestion
from hushkey.model.adapter import Adapter

SAMPLE = Path(__file__).parents[2] / "data_samples" / "parent-test.txt"
DAY = date(2026, 3, 31)
OWN = "the quuxly heron sleeps at noon"


@pytest.fixture(autouse=True)
def _without_a_keyring(monkeypatch: pytest.MonkeyPatch) -> None:
    """The machine's own keyring is none of a test's business."""
    monkeypatch.setattr(
        "hushkey.keyboard.profile.open_keystore",
        lambda home, **options: open_keystore(home, keyring=no_keyring, **options),
    )


def meter_of(engine: SuggestionEngine, settings: Settings | None = None) -> Meter:
    return Meter(engine, History(Store.memory()).settings, lambda: settings or Settings())


def acceptance(before: str, suggestion: Suggestion) -> Acceptance:
    return Acceptance(before, suggestion.text, suggestion.replaces, suggestion.kind)


def boosted(engine: SuggestionEngine, word: str) -> Adapter:
    """An adapter under which the base expects one word everywhere."""
    zero = engine.zero_adapter()
    room = Adapter.zero(zero.shape, base=zero.base, seed=zero.seed, ranks={"output_bias": 1})
    ((name, bias),) = room.tensors.items()
    bias = np.zeros_like(bias)
    bias.reshape(-1)[engine.base.vocabulary.pieces_of(word)[0]] = 9.0
    return room.replaced({name: bias})


def typed(engine: SuggestionEngine, lines: list[str]) -> list[tuple[str, Suggestion]]:
    """Type as the ideal typist does; return what was taken, with the text before the cursor then."""
    session, taken = engine.session(), []
    for line in lines:
        words = line.split()
        for place, word in enumerate(words):
            context = "".join(f"{earlier} " for earlier in words[:place])
            for letters in range(len(word)):
                before = context + word[:letters]
                shown = session.suggest(before)
                match = next((s for s in shown if s.text == word and s.kind != "typed"), None)
                if match is not None:
                    taken.append((before, match))
                    break
    return taken


def test_all_that_an_untaught_keyboard_saves_is_the_bases() -> None:
    engine = SuggestionEngine()
    lines = SAMPLE.read_text(encoding="utf-8").splitlines()[:12]
    taken = typed(engine, lines)
    meter = meter_of(engine)
    whole = sum((meter.credit(acceptance(*one)) for one in taken), Benefit())
    assert len(taken) > 50
    assert (whole.mine, whole.shared) == (0, 0)
    assert whole.base - whole.spent == sum(acceptance(*one).gain for one in taken)


def test_a_word_that_only_i_use_is_mine_and_one_the_base_has_too_is_the_bases() -> None:
    engine = SuggestionEngine()
    engine.learn([OWN] * 3 + ["see you tomorrow"] * 3)
    meter = meter_of(engine)
    mine = Acceptance("the quu", "quuxly", 3, "completion")
    assert meter.credit(mine) == Benefit(mine=3)
    assert meter.credit(Acceptance("see you tom", "tomorrow", 3, "completion")) == Benefit(base=5)


def test_letters_that_the_base_would_have_needed_are_mine_and_the_rest_is_the_bases() -> None:
    engine = SuggestionEngine()
    engine.learn(["our harbour"] * 5)
    early = Acceptance("our ", "harbour", 0, "prediction")
    credit = meter_of(engine).credit(early)
    untaught = SuggestionEngine().session()
    letters = next(
        n
        for n in itertools.count()
        if "harbour" in [s.text for s in untaught.suggest("our " + "harbour"[:n])]
    )
    assert 0 < letters < 7
    assert credit == Benefit(base=7 - letters, mine=letters)


def test_what_the_personal_adapter_brings_is_mine_and_what_the_shared_one_brings_is_shared() -> (
    None
):
    engine = SuggestionEngine()
    adapter, word = boosted(engine, "window"), Acceptance("I saw a ", "window", 0, "prediction")
    meter = meter_of(engine)
    alone = meter.credit(word)
    engine.use_adapter(adapter)
    assert "window" in [s.text for s in engine.suggest("I saw a ")]
    assert meter.credit(word) == alone
    assert alone.mine > 0
    engine.use_adapter(None)
    engine.use_shared(adapter)
    assert meter.credit(word) == Benefit(base=alone.base, shared=alone.mine)
    engine.use_shared(None)
    assert meter.credit(word) == alone


def test_asking_the_base_changes_nothing_that_is_suggested() -> None:
    engine = SuggestionEngine()
    engine.learn([OWN] * 3)
    engine.use_adapter(boosted(engine, "window"))
    before = [(s.text, s.score) for s in engine.suggest("the quu")], engine.words_learned
    meter_of(engine).credit(Acceptance("the quuxly h", "heron", 1, "completion"))
    engine.learn([])  # drops what was kept of the boundary: it is computed anew
    assert ([(s.text, s.score) for s in engine.suggest("the quu")], engine.words_learned) == before


def test_a_blocked_word_takes_no_slot_from_the_base_either() -> None:
    engine = SuggestionEngine()
    first, *_, last = [s.text for s in engine.session().suggest("see you ")]
    taken = Acceptance("see you ", last, 0, "prediction")
    meter = meter_of(engine)
    assert meter.credit(taken).base == len(last)
    engine.block(first)
    fourth = engine.session().suggest("see you ")[-1].text
    assert meter.credit(Acceptance("see you ", fourth, 0, "prediction")).mine == 0
    engine.unblock(first)
    assert meter.credit(Acceptance("see you ", fourth, 0, "prediction")).mine > 0


def test_a_phrase_is_credited_word_by_word_where_the_base_would_not_have_shown_it() -> None:
    engine = SuggestionEngine()
    engine.learn(["meet me at the old quuxly harbour"] * 6)
    session = engine.session()
    session.suggest("meet me at the o")
    phrase = session.phrase()
    assert phrase is not None
    assert phrase.text == "old quuxly harbour"
    credit = meter_of(engine).credit(acceptance("meet me at the o", phrase))
    assert credit.base + credit.mine == len("ld quuxly harbour")
    assert credit.mine >= len("quuxly")


def test_text_around_a_word_and_the_second_word_of_a_phrase_are_understood() -> None:
    meter = meter_of(SuggestionEngine())
    assert meter.credit(Acceptance("(see you tom", "tomorrow", 3, "completion")).base == 5
    assert meter.credit(Acceptance("I look forward", " to", 0, "phrase")).mine == 1  # the blank


def test_days_are_summed_apart_and_old_ones_together() -> None:
    meter = meter_of(SuggestionEngine())
    for back in range(60, -1, -1):
        standing = meter.keep(Benefit(keys=1, characters=2, base=1), DAY - timedelta(days=back))
    assert [s.saved for s in (standing.today, standing.week, standing.ever)] == [1, 7, 61]
    assert meter.standing(DAY) == standing
    assert len(meter._saved.get(BENEFIT)) == 32
    tomorrow = meter.standing(DAY + timedelta(days=1))
    assert [s.saved for s in (tomorrow.today, tomorrow.week, tomorrow.ever)] == [0, 6, 61]


def test_sums_are_on_the_disk_at_once_and_gone_with_a_wipe(tmp_path: Path) -> None:
    def opened() -> Profile:
        return open_profile(tmp_path, allow_bare_file=True)

    with opened() as profile:
        profile.meter.keep(Benefit(keys=3, characters=9, mine=6), DAY)
        with opened() as other:  # as after a kill: the first was not closed
            assert other.meter.standing(DAY).ever.mine == 6
        other = None
        profile.wipe()
    assert not (tmp_path / "history.db").exists()
    with opened() as again:
        assert again.meter.standing(DAY).ever == Benefit()


def test_a_profile_in_memory_forgets_its_sums_with_a_wipe() -> None:
    with open_profile(in_memory=True) as profile:
        profile.meter.keep(Benefit(keys=3, characters=9, mine=6), DAY)
        profile.wipe()
        assert profile.meter.standing(DAY).ever == Benefit()


def test_what_is_kept_is_numbers_by_day() -> None:
    with open_profile(in_memory=True) as profile:
        credit = profile.meter.credit(Acceptance("the quu", "quuxly", 3, "completion"))
        profile.meter.keep(credit, DAY)
        ((day, values),) = profile.history.settings.get(BENEFIT).items()
    assert date.fromisoformat(day) == DAY
    assert all(type(value) is int for value in values.values())
