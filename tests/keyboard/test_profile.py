"""A profile ties engine, history and sealed files together; what one knows the others know."""

import io
import json
from pathlib import Path

import pytest

from hushkey.keyboard.errors import KeyUnavailable
from hushkey.keyboard.keys import Passphrase
from hushkey.keyboard.keystore import open_keystore
from hushkey.keyboard.profile import Profile, open_profile
from hushkey.keyboard.system_keyring import no_keyring
from hushkey.model.adapter import Adapter

LINES = ["Zorblax waters the quinces at dawn.", "We met Zorblax behind the orangery."] * 3


@pytest.fixture(autouse=True)
def _without_a_keyring(monkeypatch: pytest.MonkeyPatch) -> None:
    """The machine's own keyring is none of a test's business."""
    monkeypatch.setattr("hushkey.keyboard.keystore.system_keyring", no_keyring, raising=True)
    monkeypatch.setattr(
        "hushkey.keyboard.profile.open_keystore",
        lambda home, **options: open_keystore(home, keyring=no_keyring, **options),
    )


def opened(home: Path) -> Profile:
    return open_profile(home, allow_bare_file=True)


def words(profile: Profile, text: str) -> list[str]:
    return [suggestion.text for suggestion in profile.engine.suggest(text)]


def test_what_was_committed_is_known_again_at_the_next_start(tmp_path):
    with opened(tmp_path) as profile:
        session = profile.session("app")
        for line in LINES:
            session.commit(line)
        learned = profile.engine.words_learned
        trust = profile.engine.trust
    with opened(tmp_path) as profile:
        assert profile.engine.words_learned == learned
        assert profile.engine.trust == trust
        assert "Zorblax" in words(profile, "We met Zo")


def test_a_secret_is_neither_kept_nor_learned(tmp_path):
    with opened(tmp_path) as profile:
        profile.session("app").commit("write to zorblax@example.com about the quinces")
        (entry,) = profile.history.entries()
        assert "zorblax" not in entry.text
        assert words(profile, "write to zorb") == [] or "zorblax@example.com" not in words(
            profile, "write to zorb"
        )
        assert not profile.engine.knows("zorblax@example.com")


def test_words_beside_a_gap_did_not_follow_one_another(tmp_path):
    with opened(tmp_path) as profile:
        for _ in range(4):
            profile.session("app").commit("quinces zorblax@example.com orangery")
        prediction = profile.engine.suggest("quinces ", 1)
        assert prediction[0].experts.get("memory-2", 0.0) == 0.0


def test_nothing_is_kept_or_learned_while_paused(tmp_path):
    with opened(tmp_path) as profile:
        profile.pause()
        profile.session("app").commit("Zorblax was here")
        assert profile.import_lines(["Zorblax again"], "import").lines == 0
        assert profile.history.count() == 0
        assert not profile.engine.knows("Zorblax")
    with opened(tmp_path) as profile:
        assert profile.paused
        profile.resume()
        profile.session("app").commit("Zorblax was here")
        assert profile.engine.knows("Zorblax")


def test_a_forgotten_word_is_gone_as_if_never_typed(tmp_path):
    with opened(tmp_path / "a") as one, opened(tmp_path / "b") as other:
        one.import_lines(LINES, "import")
        report = one.forget("zorblax")
        assert report.entries == len(LINES)
        other.import_lines([line.replace("Zorblax", "█") for line in LINES], "import")
        assert not one.engine.knows("Zorblax")
        for text in ("", "We met ", "We met Zo", "behind the ", "Z"):
            assert words(one, text) == words(other, text)
        assert one.engine.words_learned == other.engine.words_learned


def test_forgetting_a_word_drops_the_adapter_that_may_know_it(tmp_path):
    with opened(tmp_path) as profile:
        profile.import_lines(LINES, "import")
        profile._files.write_adapter(profile.engine.zero_adapter())
        assert profile.places is not None
        assert profile.places.adapter.exists()
        assert profile.forget("Zorblax").adapter_dropped
        assert not profile.places.adapter.exists()


def test_a_blocked_word_stays_blocked_until_it_is_unblocked(tmp_path):
    with opened(tmp_path) as profile:
        shown = words(profile, "how are ")[0]
        profile.block(shown)
    with opened(tmp_path) as profile:
        assert shown not in words(profile, "how are ")
        profile.unblock(shown)
        assert words(profile, "how are ")[0] == shown


def test_an_adapter_of_another_base_is_left_alone(tmp_path):
    with opened(tmp_path) as profile:
        foreign = Adapter.zero(profile.engine.zero_adapter().shape, base="another", seed=1)
        profile._files.write_adapter(foreign)
        before = words(profile, "how are ")
    with opened(tmp_path) as profile:
        assert words(profile, "how are ") == before


def test_export_is_readable_lines_of_json(tmp_path):
    with opened(tmp_path) as profile:
        profile.import_lines(LINES, "import")
        file = io.StringIO()
        assert profile.export(file) == len(LINES)
    assert [json.loads(row)["text"] for row in file.getvalue().splitlines()] == LINES


def test_a_wipe_leaves_no_file_behind(tmp_path):
    profile = opened(tmp_path)
    profile.import_lines(LINES, "import")
    profile._files.write_adapter(profile.engine.zero_adapter())
    profile.wipe()
    assert [path for path in tmp_path.rglob("*") if path.is_file() and path.stat().st_size] == []


def test_a_wipe_that_cannot_destroy_the_key_touches_nothing(tmp_path, monkeypatch):
    def refuse(home):
        raise KeyUnavailable("the keyring is not there")

    monkeypatch.setattr("hushkey.keyboard.profile.destroy_key", refuse)
    with opened(tmp_path) as profile:
        profile.import_lines(LINES, "import")
        learned = profile.engine.words_learned
        with pytest.raises(KeyUnavailable):
            profile.wipe()
        assert profile.engine.words_learned == learned
        assert profile.history.count() == len(LINES)
    with opened(tmp_path) as profile:
        assert profile.engine.words_learned == learned


def test_the_oldest_lines_go_when_the_owner_keeps_fewer(tmp_path):
    with opened(tmp_path) as profile:
        profile.history.append("an old line", surface="app", at=1.0)
        profile.history.append("a new line", surface="app")
        profile.set(keep_days=30)
    with opened(tmp_path) as profile:
        assert [entry.text for entry in profile.history.entries()] == ["a new line"]
        assert not profile.engine.knows("zorblax")


def test_a_passphrase_opens_what_it_closed_and_no_other_does(tmp_path):
    with open_profile(tmp_path, passphrase=Passphrase("correct horse")) as profile:
        profile.import_lines(LINES, "import")
    with pytest.raises(Exception, match="passphrase") as refused:
        open_profile(tmp_path, passphrase=Passphrase("wrong donkey"))
    assert "donkey" not in str(refused.value)
    with open_profile(tmp_path, passphrase=Passphrase("correct horse")) as profile:
        assert profile.history.count() == len(LINES)


def test_a_throwaway_profile_touches_no_disk(tmp_path, monkeypatch):
    monkeypatch.setenv("HUSHKEY_HOME", str(tmp_path / "home"))
    with open_profile(in_memory=True) as profile:
        profile.session("python").commit("Zorblax was here")
        assert profile.engine.knows("Zorblax")
    assert list(tmp_path.iterdir()) == []


def test_a_word_kept_as_typed_is_kept_at_the_next_start_and_forgotten_when_told(tmp_path):
    with opened(tmp_path) as profile:
        profile.keep_as_typed("Zorblaxx")
        profile.session("app").commit("We met Zorblax.")
        profile.forget("Zorblax")  # learns anew what is left
        assert profile.engine.kept_as_typed == {"zorblaxx"}
    with opened(tmp_path) as profile:
        assert profile.engine.kept_as_typed == {"zorblaxx"}
        profile.forget("zorblaxx")
        assert profile.engine.kept_as_typed == frozenset()
    with opened(tmp_path) as profile:
        assert profile.engine.kept_as_typed == frozenset()


@pytest.mark.parametrize("word", ["zorblax@example.com", "4111111111111111"])
def test_a_secret_is_kept_as_typed_until_the_end_of_the_run_only(tmp_path, word):
    with opened(tmp_path) as profile:
        profile.keep_as_typed(word)
        assert profile.engine.kept_as_typed == {word}
    with opened(tmp_path) as profile:
        assert profile.engine.kept_as_typed == frozenset()


def test_while_learning_is_off_no_word_kept_as_typed_is_written(tmp_path):
    with opened(tmp_path) as profile:
        profile.pause()
        profile.keep_as_typed("Zorblaxx")
        assert profile.engine.kept_as_typed == {"zorblaxx"}
        assert profile.history.kept_as_typed.words() == []


def test_wiping_drops_the_words_kept_as_typed(tmp_path):
    profile = opened(tmp_path)
    profile.keep_as_typed("Zorblaxx")
    profile.wipe()
    assert profile.engine.kept_as_typed == frozenset()


@pytest.mark.parametrize("word", ["", "\ud800", "\0", "🙂" * 1000])
def test_no_text_is_too_strange_to_be_kept_as_typed(tmp_path, word):
    with opened(tmp_path) as profile:
        profile.keep_as_typed(word)
        profile.forget(word)
        assert profile.history.kept_as_typed.words() == []
