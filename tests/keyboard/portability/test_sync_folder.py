"""Two of my devices that share a folder hold the same, and what I forget on one is gone from both."""

import shutil
import threading
import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from portable import OpenProfile, held

from hushkey.keyboard.dated import Dated
from hushkey.keyboard.errors import BadRecoveryCode, WrongPassphrase
from hushkey.keyboard.forgetting import Forgetting
from hushkey.keyboard.keys import MasterKey, Passphrase
from hushkey.keyboard.portability import contents_of, merge
from hushkey.keyboard.portability.contents import CopyRefused
from hushkey.keyboard.portability.device_file import Head, read_chunks
from hushkey.keyboard.portability.membership import join, leave, membership_of
from hushkey.keyboard.portability.sync_folder import (
    SyncReport,
    file_of,
    heads_in,
    synchronise,
)
from hushkey.keyboard.portability.tombstones import FORGOTTEN
from hushkey.keyboard.profile import Profile
from hushkey.keyboard.recovery import recovery_code

PASSPHRASE = Passphrase("of all my devices")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    place = tmp_path / "shared"
    place.mkdir()
    return place


def sync(profile: Profile, folder: Path) -> SyncReport:
    member = membership_of(profile.history)
    if member is None:
        member = join(profile.history, heads_in(folder), PASSPHRASE)
    return synchronise(profile, folder, member)


def both(first: Profile, second: Profile, folder: Path) -> None:
    for profile in (first, second, first):
        sync(profile, folder)


def typed(profile: Profile, *texts: str, at: float = 100.0) -> None:
    profile.merge_lines([Dated(at + number, "app", text) for number, text in enumerate(texts)])


def texts(profile: Profile) -> list[str]:
    return [text for _, _, text in held(profile)]


def plain(profile: Profile, folder: Path) -> str:
    """All that this device's file holds, opened."""
    member = membership_of(profile.history)
    assert member is not None
    data = file_of(folder, member).read_bytes()
    head = Head.of(data)
    assert head is not None
    return str(read_chunks(member.key.copy_key(), head, data).records)


@pytest.fixture
def laptop(new_profile: OpenProfile) -> Profile:
    return new_profile("laptop")


@pytest.fixture
def desktop(new_profile: OpenProfile) -> Profile:
    return new_profile("desktop")


# Merging ------------------------------------------------------------------------------------------


def test_lines_of_each_device_come_to_the_other(laptop, desktop, folder):
    typed(laptop, "Zorblax can see the cat", "how are you")
    typed(desktop, "to the theatre together", at=500.0)
    both(laptop, desktop, folder)
    assert held(laptop) == held(desktop)
    assert len(held(laptop)) == 3
    assert laptop.engine.count("theatre") == desktop.engine.count("zorblax") == 1


def test_a_second_look_brings_and_writes_nothing(laptop, desktop, folder):
    typed(laptop, "Zorblax can see the cat")
    both(laptop, desktop, folder)
    sync(desktop, folder)
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    reports = [sync(laptop, folder), sync(desktop, folder)]
    assert [(report.came, report.went, report.forgotten) for report in reports] == [(0, 0, 0)] * 2
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before


def test_a_line_typed_twice_at_one_moment_stays_two(laptop, desktop, folder):
    laptop.merge_lines([Dated(7.0, "app", "see the cat")] * 2)
    both(laptop, desktop, folder)
    assert held(desktop) == [(7.0, "app", "see the cat")] * 2


def test_what_both_imported_is_not_doubled(laptop, desktop, folder):
    typed(laptop, "Zorblax can see the cat")
    merge(desktop, contents_of(laptop))
    both(laptop, desktop, folder)
    assert len(held(laptop)) == len(held(desktop)) == 1


def test_a_file_grows_by_what_is_new_and_keeps_what_it_was(laptop, folder):
    typed(laptop, "Zorblax can see the cat")
    sync(laptop, folder)
    member = membership_of(laptop.history)
    before = file_of(folder, member).read_bytes()
    typed(laptop, "how are you today", at=900.0)
    sync(laptop, folder)
    assert file_of(folder, member).read_bytes().startswith(before)


def test_the_folder_shows_nothing_that_was_typed(laptop, folder):
    typed(laptop, "Zorblax can see the cat")
    laptop.block("moist")
    sync(laptop, folder)
    (path,) = folder.iterdir()
    assert path.stat().st_mode & 0o777 == 0o600
    for word in (b"Zorblax", b"cat", b"moist"):
        assert word not in path.read_bytes()


def test_words_on_lists_follow_and_the_last_change_holds(laptop, desktop, folder):
    laptop.block("moist")
    laptop.vouch_for("Zorblax")
    both(laptop, desktop, folder)
    assert desktop.engine.blocked == {"moist"}
    assert desktop.history.vouched.words() == ["Zorblax"]
    desktop.unblock("moist")
    both(desktop, laptop, folder)
    assert laptop.engine.blocked == frozenset()
    laptop.block("moist")
    both(laptop, desktop, folder)
    assert desktop.engine.blocked == {"moist"}


# Forgetting ---------------------------------------------------------------------------------------


def test_a_word_forgotten_on_one_device_is_gone_from_both_and_stays_gone(laptop, desktop, folder):
    typed(laptop, "Zorblax can see the cat", "how are you")
    both(laptop, desktop, folder)
    desktop.forget("Zorblax")
    for _ in range(3):
        both(laptop, desktop, folder)
    for profile in (laptop, desktop):
        assert "zorblax" not in " ".join(texts(profile)).lower()
        assert profile.engine.count("zorblax") == 0
        assert "zorblax" not in plain(profile, folder).lower()
    assert texts(laptop) == texts(desktop) == ["█ can see the cat", "how are you"]


def test_lines_the_other_device_had_not_sent_yet_lose_the_word_too(laptop, desktop, folder):
    typed(laptop, "Zorblax can see the cat")
    both(laptop, desktop, folder)
    typed(desktop, "Zorblax and I", at=300.0)
    laptop.forget("Zorblax")
    both(laptop, desktop, folder)
    assert texts(laptop) == texts(desktop) == ["█ can see the cat", "█ and I"]


def test_a_forgotten_phrase_goes_and_its_words_stay(laptop, desktop, folder):
    typed(laptop, "see the cat and the theatre")
    both(laptop, desktop, folder)
    laptop.forget("the cat")
    both(laptop, desktop, folder)
    assert texts(desktop) == ["see █ █ and the theatre"]


def test_a_word_typed_anew_after_it_was_forgotten_comes_again(laptop, desktop, folder):
    typed(laptop, "Zorblax can see the cat")
    both(laptop, desktop, folder)
    laptop.forget("Zorblax")
    desktop.session("app").commit("Zorblax is back")
    both(laptop, desktop, folder)
    assert "Zorblax is back" in texts(laptop)
    assert laptop.engine.count("zorblax") == 1


def test_whole_lines_forgotten_by_time_go_on_both(laptop, desktop, folder):
    typed(laptop, "Zorblax can see the cat", "how are you")
    both(laptop, desktop, folder)
    desktop.forget_what(Forgetting(since=101.0, until=102.0))
    both(desktop, laptop, folder)
    assert texts(laptop) == texts(desktop) == ["Zorblax can see the cat"]
    assert laptop.engine.count("today") == 0
    assert "how are you" not in plain(laptop, folder)


def test_a_vouched_word_that_no_line_holds_is_forgotten_too(laptop, desktop, folder):
    both(laptop, desktop, folder)
    desktop.vouch_for("Zorblax")
    both(desktop, laptop, folder)
    laptop.forget("Zorblax")
    both(laptop, desktop, folder)
    assert laptop.history.vouched.words() == desktop.history.vouched.words() == []


def test_an_export_from_before_brings_back_nothing_that_was_forgotten(laptop, folder):
    typed(laptop, "Zorblax can see the cat")
    sync(laptop, folder)
    old = contents_of(laptop)
    laptop.forget("Zorblax")
    report = merge(laptop, old)
    assert report.forgotten == 1
    assert laptop.engine.count("zorblax") == 0


def test_an_old_copy_of_a_file_brings_back_nothing(laptop, desktop, folder, tmp_path):
    typed(laptop, "Zorblax can see the cat")
    both(laptop, desktop, folder)
    shutil.copytree(folder, tmp_path / "old")
    laptop.forget("Zorblax")
    both(laptop, desktop, folder)
    for path in (tmp_path / "old").iterdir():
        shutil.copy(path, folder / path.name)
    both(desktop, laptop, folder)
    assert texts(laptop) == texts(desktop) == ["█ can see the cat"]
    assert "Zorblax" not in plain(laptop, folder)


def test_a_profile_that_shares_nothing_keeps_no_trace_of_what_it_forgot(laptop):
    typed(laptop, "Zorblax can see the cat")
    laptop.forget("Zorblax")
    assert FORGOTTEN not in laptop.history.settings.all()


def test_what_a_device_let_go_by_age_is_not_forgotten_elsewhere_and_does_not_return(
    laptop, desktop, folder
):
    typed(laptop, "Zorblax can see the cat")
    both(laptop, desktop, folder)
    laptop.set(keep_days=30)
    laptop.history.expire(older_than_s=30 * 86_400.0)
    both(laptop, desktop, folder)
    assert texts(laptop) == []
    assert texts(desktop) == ["Zorblax can see the cat"]


words = st.sampled_from(["Zorblax", "quinces", "the", "cat", "see"])
actions = st.lists(
    st.one_of(
        st.tuples(st.just("type"), st.integers(0, 1), st.lists(words, min_size=1, max_size=4)),
        st.tuples(st.just("forget"), st.integers(0, 1), words.map(lambda word: [word])),
        st.tuples(st.just("sync"), st.integers(0, 1), st.just([])),
    ),
    max_size=8,
)


@pytest.mark.slow
@settings(
    max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)
@given(actions)
def test_whatever_was_done_where_the_devices_agree_in_the_end(
    tmp_path_factory, tiny_base, done: list[tuple[str, int, list[str]]]
):
    from hushkey.keyboard.paths import places_in  # noqa: PLC0415
    from hushkey.keyboard.store import Store  # noqa: PLC0415

    home = tmp_path_factory.mktemp("devices")
    (home / "shared").mkdir()
    devices = []
    for name in ("a", "b"):
        key, places = MasterKey(name.encode() * 32), places_in(home / name)
        store = Store.open(places.history, key.history_key())
        devices.append(Profile(store, places, key, tiny_base))
    try:
        for device in devices:
            sync(device, home / "shared")
        for number, (what, which, some) in enumerate(done):
            if what == "type":
                line = Dated(time.time() + number / 1e3 - 10, "app", " ".join(some))
                devices[which].merge_lines([line])
            elif what == "forget":
                devices[which].forget(some[0])
            else:
                sync(devices[which], home / "shared")
        both(*devices, home / "shared")
        both(*devices, home / "shared")
        assert held(devices[0]) == held(devices[1])
    finally:
        for device in devices:
            device.close()


# Files and keys -----------------------------------------------------------------------------------


def test_a_foreign_file_is_passed_over_and_left_alone(laptop, desktop, folder):
    (folder / "notes.txt").write_text("shopping")
    (folder / "broken.hushkey").write_bytes(b"\x00\xff" * 40)
    typed(laptop, "how are you")
    sync(laptop, folder)
    report = sync(desktop, folder)
    assert texts(desktop) == ["how are you"]
    assert [line.partition(":")[0] for line in report.passed_over] == ["broken.hushkey"]
    assert (folder / "broken.hushkey").read_bytes() == b"\x00\xff" * 40


def test_a_cut_file_is_read_as_far_as_it_holds_and_mended_by_its_device(laptop, desktop, folder):
    typed(laptop, "how are you")
    sync(laptop, folder)
    first = file_of(folder, membership_of(laptop.history)).read_bytes()
    typed(laptop, "to the theatre together", at=700.0)
    sync(laptop, folder)
    path = file_of(folder, membership_of(laptop.history))
    whole = path.read_bytes()
    for length in (len(first) + 2, len(first) + 30, len(whole) - 1):
        path.write_bytes(whole[:length])
        assert "cut or changed" in str(sync(desktop, folder).passed_over)
        assert texts(desktop) == ["how are you"]
    sync(laptop, folder)
    sync(desktop, folder)
    assert texts(desktop) == ["how are you", "to the theatre together"]


def test_a_changed_byte_is_found_wherever_it_is(laptop, desktop, folder):
    typed(laptop, "how are you")
    sync(laptop, folder)
    sync(desktop, folder)
    path = file_of(folder, membership_of(laptop.history))
    whole = path.read_bytes()
    for place in range(whole.index(b"\n") + 1, len(whole), 7):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
        assert sync(desktop, folder).passed_over


def test_a_chunk_of_another_device_is_no_chunk_of_this_one(laptop, desktop, folder):
    typed(laptop, "how are you")
    typed(desktop, "to the theatre together", at=300.0)
    both(laptop, desktop, folder)
    mine = file_of(folder, membership_of(laptop.history))
    other = file_of(folder, membership_of(desktop.history))
    head, _, _ = mine.read_bytes().partition(b"\n")
    _, _, chunks = other.read_bytes().partition(b"\n")
    mine.write_bytes(head + b"\n" + chunks)
    assert "cut or changed" in str(sync(desktop, folder).passed_over)


def test_devices_that_write_at_once_lose_nothing(laptop, desktop, folder):
    for profile in (laptop, desktop):
        sync(profile, folder)

    def work(profile: Profile, first: float) -> None:
        for number in range(6):
            typed(profile, f"line {'abcdef'[number]} of the cat", at=first + number)
            sync(profile, folder)

    threads = [
        threading.Thread(target=work, args=(laptop, 1000.0)),
        threading.Thread(target=work, args=(desktop, 2000.0)),
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    both(laptop, desktop, folder)
    assert len(held(laptop)) == 12
    assert held(laptop) == held(desktop)


def test_a_wrong_passphrase_joins_nothing_and_starts_no_second_group(laptop, desktop, folder):
    sync(laptop, folder)
    with pytest.raises(WrongPassphrase):
        join(desktop.history, heads_in(folder), Passphrase("another"))
    assert membership_of(desktop.history) is None
    assert len(list(folder.iterdir())) == 1


def test_a_recovery_code_joins_where_the_passphrase_is_lost(laptop, desktop, folder):
    typed(laptop, "how are you")
    sync(laptop, folder)
    code = recovery_code(membership_of(laptop.history).key)
    join(desktop.history, heads_in(folder), code.lower())
    sync(desktop, folder)
    assert texts(desktop) == ["how are you"]


def test_a_recovery_code_of_something_else_is_refused(laptop, desktop, folder):
    sync(laptop, folder)
    with pytest.raises(CopyRefused):
        join(desktop.history, heads_in(folder), recovery_code(MasterKey.generate()))
    with pytest.raises(BadRecoveryCode):
        join(desktop.history, heads_in(folder), "HUSH1-ABCDE")


def test_who_leaves_keeps_its_lines_and_no_names_of_what_was_forgotten(laptop, folder):
    typed(laptop, "Zorblax can see the cat")
    sync(laptop, folder)
    laptop.forget("Zorblax")
    leave(laptop.history)
    assert membership_of(laptop.history) is None
    assert FORGOTTEN not in laptop.history.settings.all()
    assert texts(laptop) == ["█ can see the cat"]


def test_nothing_is_taken_in_while_learning_is_off(laptop, desktop, folder):
    typed(laptop, "how are you")
    sync(laptop, folder)
    desktop.pause()
    assert sync(desktop, folder).came == 0
    assert texts(desktop) == []
