"""What the privacy screen says of a profile, and what it never says."""

from dataclasses import replace
from pathlib import Path

import pytest
from scripted_privacy import DAY_S, EMPTY, FILES, FULL, GONE, NOW, PLACES

from hushkey.keyboard.errors import SettingRefused
from hushkey.keyboard.exports import Export
from hushkey.keyboard.paths import places_in
from hushkey.keyboard.recovery import key_from_code
from hushkey.keyboard.retention import Expiring
from hushkey.keyboard.settings import Settings
from hushkey.keyboard.surface_use import SurfaceUse
from hushkey.tui import privacy_view
from hushkey.tui.privacy_view import PrivacyState, SurfaceRow, view_of
from hushkey.tui.sharing_view import Section
from hushkey.tui.stored import kept, look


def told(*sections: Section) -> str:
    return "\n".join(
        line
        for section in sections
        for line in (section.title, *(f"{fact.head} {fact.text}" for fact in section.facts))
    )


def rows(snapshot=FULL) -> dict[str, SurfaceRow]:
    return {row.name: row for row in view_of(PrivacyState(snapshot)).surfaces}


def test_before_anything_was_read_it_says_that_it_reads() -> None:
    view = view_of(PrivacyState())
    assert (view.headline, view.says) == ("looking", "reading what is stored")


def test_every_file_is_told_with_size_age_path_and_encryption() -> None:
    view = view_of(PrivacyState(FULL))
    text = told(*view.stored)
    for one in FILES:
        assert str(one.kept.path) in text
        assert one.kept.sealed in text
        assert privacy_view.size(one.size) in text
    assert "13,257 lines, 107,412 words, 2026-03-02 to 2026-11-25" in text
    assert "changed 4 days ago" in text
    assert view.headline == "13,257 lines · 107,412 words · 7.9 MB"


def test_a_throwaway_profile_has_neither_file_nor_key() -> None:
    view = view_of(PrivacyState(replace(EMPTY, files=(), place=None)))
    assert "thrown away" in told(*view.stored)
    assert "nothing is written" in told(*view.key)
    assert view.headline == "0 lines · 0 words"


@pytest.mark.parametrize(
    ("place", "said"),
    [
        ("keyring", "can ask the keyring"),
        ("passphrase", "nothing without your passphrase"),
        ("file", "can read everything"),
    ],
)
def test_the_key_is_told_with_what_it_withstands(place, said) -> None:
    assert said in told(*view_of(PrivacyState(replace(FULL, place=place))).key)


def test_whether_there_is_a_way_back_is_told_and_how_to_make_one() -> None:
    assert "shown on 2026-08-17" in told(*view_of(PrivacyState(FULL)).key)
    without = told(*view_of(PrivacyState(EMPTY)).key)
    assert "No recovery code is noted" in without
    assert "hushkey recovery export" in without


@pytest.mark.parametrize(
    ("changes", "standing", "said"),
    [
        ({}, "", "Sharing is off. Nothing leaves this machine."),
        ({"shares": True}, "", "its screen shows where it stands"),
        (
            {"shares": True},
            "on · a report is being made",
            "Sharing is on · a report is being made.",
        ),
        ({"shares": True, "do_not_track": True}, "on", "DO_NOT_TRACK is set: nothing is sent"),
        ({"cannot_share": "needs httpx"}, "", "Sharing is not installed. Nothing leaves"),
    ],
)
def test_one_line_says_whether_anything_leaves_the_machine(changes, standing, said) -> None:
    line = view_of(PrivacyState(replace(FULL, **changes), sharing=standing)).sharing
    assert said in line
    assert "\n" not in line


# Surfaces ------------------------------------------------------------------------------------------


def test_each_surface_that_was_used_known_or_switched_has_a_row_of_its_own() -> None:
    found = rows()
    assert list(found)[:4] == ["app", "lsp", "shell", "My Chat"]
    assert {"plain", "pty", "ipython", "import", "mail"} <= set(found)
    assert found["app"].told == "this app · 12,044 lines, 98,123 words · today"
    assert found["mail"].told == "nothing kept"


def test_the_switches_stand_as_the_settings_do_whether_learning_is_paused_or_not() -> None:
    for snapshot in (FULL, replace(FULL, settings=FULL.settings.replace(learning=False))):
        found = rows(snapshot)
        assert (found["shell"].learns, found["shell"].suggests) == (False, True)
        assert (found["mail"].learns, found["mail"].suggests) == (True, False)
    assert "paused everywhere" in view_of(PrivacyState(snapshot)).surfaces_note


def test_a_surface_that_the_settings_cannot_name_has_no_switch() -> None:
    found = rows()
    assert not found["My Chat"].switchable
    assert "no switch" in found["My Chat"].told
    assert found["app"].switchable


def test_what_a_terminal_would_act_on_is_not_shown_as_it_is() -> None:
    use = SurfaceUse("a\x1b[2J", 1, 1, NOW, NOW)
    exports = (Export(NOW, "/tmp/\x1b]0;x\x07", 1, 1),)
    view = view_of(PrivacyState(replace(FULL, surfaces=(use,), exports=exports)))
    assert "\x1b" not in view.surfaces[0].name + told(*view.copies)


# How long lines are kept ---------------------------------------------------------------------------


def test_the_bounds_in_force_are_a_sentence() -> None:
    assert privacy_view.bounds_line(Settings()) == (
        "Lines of every age stay; beyond 64 MB of text the oldest go."
    )
    line = privacy_view.bounds_line(Settings(keep_days=1, keep_megabytes=2_000))
    assert line == "Lines older than 1 day go; beyond 2,000 MB of text the oldest go."


def test_what_would_go_is_told_before_it_may_be_set() -> None:
    state = PrivacyState(FULL, bounds=(90, 64))
    assert not view_of(state).can_keep
    assert view_of(state).would_go == "counting what would go"
    told_of = view_of(replace(state, expiring=GONE))
    assert told_of.can_keep
    assert "1,204 lines would go at the next start, of 2026-03-02 to 2026-08-22" in told_of.would_go
    assert "copies that you exported keep them" in told_of.would_go
    assert "Nothing that is kept" in view_of(replace(state, expiring=Expiring())).would_go


def test_bounds_that_are_in_force_or_none_cannot_be_set() -> None:
    assert privacy_view.bounds_from("0", "64", Settings()) is None
    assert privacy_view.bounds_from("30", "64", Settings()) == (30, 64)
    for days, megabytes in (("x", "64"), ("-1", "64"), ("0", "0"), ("", "1")):
        with pytest.raises(SettingRefused):
            privacy_view.bounds_from(days, megabytes, Settings())


# Counts, copies, wipe ------------------------------------------------------------------------------


def test_what_was_cut_out_is_a_bar_and_a_count_for_each_kind_since_a_day() -> None:
    (section,) = view_of(PrivacyState(FULL)).cut
    assert section.title.endswith("since 2026-03-02")
    lines = {fact.head: fact.text for fact in section.facts}
    assert lines["e-mails"] == "▇" * privacy_view.BAR_CELLS + " 41"
    assert lines["card numbers"].split() == ["▇", "1"]
    assert {len(line.rstrip("0123456789")) for line in lines.values()} == {
        privacy_view.BAR_CELLS + 1
    }
    assert "Nothing yet" in told(*view_of(PrivacyState(EMPTY)).cut)


def test_copies_are_named_the_newest_first_and_the_older_counted() -> None:
    many = tuple(Export(NOW - n * DAY_S, f"/copy/{n}", 1, 1) for n in range(9, 0, -1))
    (section,) = view_of(PrivacyState(replace(FULL, exports=many))).copies
    assert [fact.text for fact in section.facts][:2] == ["1 line · /copy/1", "1 line · /copy/2"]
    assert section.facts[-1].text == "and 4 older ones"
    assert "to standard output" in told(*view_of(PrivacyState(FULL)).copies)


def test_a_wipe_says_what_goes_and_what_it_cannot_reach() -> None:
    text = told(*privacy_view.wipe_facts(FULL))
    assert "The key first, then 13,257 lines" in text
    assert "/home/ada/backup/hushkey-copy" in text
    assert "recovery code on paper still opens a backup" in text
    assert "shared model" not in text
    assert "shared model" in told(*privacy_view.wipe_facts(replace(FULL, shares=True)))
    assert "still opened by your passphrase" in told(*privacy_view.wipe_facts(EMPTY))
    none = told(*privacy_view.wipe_facts(replace(EMPTY, place="keyring")))
    assert "stays" not in none


def test_a_recovery_code_is_broken_between_groups_and_reads_back() -> None:
    code = "HUSH1-AAAQE-AYEAU-DAOCA-JBIFQ-YDIOB-4IBCE-QTCQK-RMFYY-DENBW-HA5DY-P4OFP-Q"
    shown = privacy_view.code_lines(code)
    assert max(map(len, shown.split("\n"))) <= 48
    assert key_from_code(shown) == key_from_code(code)


@pytest.mark.parametrize(
    ("count", "shown"),
    [(1, "1 byte"), (999, "999 bytes"), (4_100, "4 kB"), (2_310_044, "2.3 MB"), (3e9, "3.0 GB")],
)
def test_sizes_are_as_people_read_them(count, shown) -> None:
    assert privacy_view.size(count) == shown


@pytest.mark.parametrize(
    ("days", "shown"),
    [(-1, "today"), (0, "today"), (1, "yesterday"), (14, "14 days ago"), (15, "2026-11-10")],
)
def test_days_are_as_one_speaks_of_them(days, shown) -> None:
    assert privacy_view.ago(NOW - days * DAY_S, NOW) == shown


# The files -----------------------------------------------------------------------------------------


def test_every_file_that_a_wipe_deletes_is_named() -> None:
    named = {one.path for one in kept(PLACES)}
    assert named == {PLACES.keystore, PLACES.reports, *PLACES.databases, *PLACES.sealed}


def test_a_database_is_measured_with_its_log_and_a_folder_with_its_files(tmp_path: Path) -> None:
    here = places_in(tmp_path)
    here.history.write_bytes(b"x" * 10)
    (tmp_path / "history.db-wal").write_bytes(b"x" * 5)
    here.reports.mkdir()
    (here.reports / "aa.sealed").write_bytes(b"x" * 3)
    assert {one.kept.name: one.size for one in look(here)} == {"history": 15, "reports": 3}
