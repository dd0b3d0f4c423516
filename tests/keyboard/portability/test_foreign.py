"""What other keyboards keep for their owner comes in with its counts, and only once."""

import gzip
import json
import sqlite3
import zipfile
from collections import Counter
from contextlib import closing
from pathlib import Path

import programs
import pytest
from hypothesis import given
from hypothesis import strategies as st
from portable import OpenProfile, held

from hushkey.keyboard.portability import merge, read_foreign
from hushkey.keyboard.portability.contents import Contents, CopyRefused
from hushkey.keyboard.portability.ngrams import Trigram, walks

MADE_BY = Path(__file__).with_name("made_by")
TYPED = [
    "We met Zorblax behind the orangery",
    "We met Zorblax at dawn",
    "café au lait for Zorblax today",
]


def database(path: Path, made_by: str) -> Path:
    with closing(sqlite3.connect(path)) as empty:
        empty.executescript((MADE_BY / made_by).read_text(encoding="utf-8"))
    return path


def read(path: Path) -> Contents:
    contents = read_foreign(path)
    assert contents is not None
    return contents


def text(contents: Contents) -> Counter[str]:
    counted: Counter[str] = Counter()
    for line in contents.lines:
        counted[line.text] += line.count
    return counted


def words(contents: Contents, table: str = "vouched") -> list[str]:
    return [one.word for one in contents.words if one.table == table]


# ibus-typing-booster and Presage ------------------------------------------------------------------


def test_ibus_typing_booster_gives_back_the_lines_with_case_accents_and_dates(tmp_path):
    contents = read(database(tmp_path / "user.db", "ibus-typing-booster-2.22.0.sql"))
    assert text(contents) == Counter(TYPED)
    assert all(line.at is not None and line.at > 1.7e9 for line in contents.lines)


def test_presage_gives_back_the_counts_that_it_kept(tmp_path):
    contents = read(database(tmp_path / "lm.db", "presage-0.9.1.sql"))
    # It keeps small letters, and of each line all but the last word.
    assert text(contents) == Counter(line.lower().rpartition(" ")[0] for line in TYPED)


@pytest.mark.skipif(not programs.has_booster(), reason="ibus-typing-booster is not installed")
def test_what_the_real_ibus_typing_booster_learned_is_learned_here_once(
    tmp_path, new_profile: OpenProfile
):
    programs.booster_learns(tmp_path / "user.db", TYPED * 2)
    mine = new_profile()
    contents = read(tmp_path / "user.db")
    assert merge(mine, contents).lines == 6
    assert merge(mine, contents).lines == 0
    assert mine.engine.count("zorblax") == 6
    assert mine.engine.count("orangery") == 2
    assert {surface for _, surface, _ in held(mine)} == {"ibus-typing-booster"}


@pytest.mark.skipif(not programs.has_presage(), reason="Presage is not installed")
def test_what_the_real_presage_learned_is_learned_here_once(tmp_path, new_profile: OpenProfile):
    path = programs.presage_learns(tmp_path, TYPED * 2)
    mine = new_profile()
    contents = read(path)
    counts = dict(
        sqlite3.connect(path).execute("SELECT word, count FROM _1_gram WHERE word = 'zorblax'")
    )
    assert merge(mine, contents).lines >= 3
    assert merge(mine, contents).lines == 0
    assert mine.engine.count("zorblax") == counts["zorblax"]


def test_an_abbreviation_of_ibus_typing_booster_is_no_use_of_a_word(tmp_path):
    path = database(tmp_path / "user.db", "ibus-typing-booster-2.22.0.sql")
    with closing(sqlite3.connect(path)) as kept:
        kept.execute("INSERT INTO phrases VALUES (99, 'brb', 'brb', '', '', 1000000, 1.0)")
        kept.commit()
    assert "brb" not in text(read(path))


sentences = st.lists(
    st.lists(st.sampled_from("abcd"), min_size=1, max_size=8), min_size=1, max_size=6
)


def trigrams_of(lines: list[list[str]]) -> Counter[tuple[str, str, str]]:
    counted: Counter[tuple[str, str, str]] = Counter()
    for line in lines:
        padded = ["", "", *line]
        counted.update(zip(padded, padded[1:], padded[2:], strict=False))
    return counted


@given(sentences)
def test_text_made_of_counts_has_these_counts(lines):
    counted = trigrams_of(lines)
    made = walks(Trigram((a, b), c, count) for (a, b, c), count in counted.items())
    assert trigrams_of([list(walk.words) for walk in made]) == counted


def test_counts_that_go_in_a_circle_are_kept_too():
    circle = [Trigram(("a", "b"), "c", 1), Trigram(("b", "c"), "a", 1), Trigram(("c", "a"), "b", 1)]
    (walk,) = walks(circle)
    assert len(walk.words) == 5


# Phones -------------------------------------------------------------------------------------------

GBOARD_1 = "# Gboard Dictionary version:1\nomw\ton my way\ten-US\n\tZorblax\t\nquin\tquinces\ten\n"
GBOARD_2 = (
    "# Gboard Dictionary version:2\n# Gboard Dictionary format:shortcut\tword\tlanguage_tag\tpos_tag\n"
    "\tZorblax\ten-US\t\nomw\ton my way\ten-US\t\n"
)


@pytest.mark.parametrize("version", [GBOARD_1, GBOARD_2])
@pytest.mark.parametrize("zipped", [False, True])
def test_gboards_personal_dictionary_is_trusted_at_once(tmp_path, version, zipped):
    path = tmp_path / "PersonalDictionary"
    if zipped:
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("dictionary.txt", version)
    else:
        path.write_text(version, encoding="utf-8")
    contents = read(path)
    assert "Zorblax" in words(contents)
    assert text(contents) == Counter({"on my way": 1})


def test_swiftkeys_terms_are_offered_and_marked_as_new(tmp_path, new_profile: OpenProfile):
    path = tmp_path / "swiftkey.json"
    terms = ["\n", " ", "!", "#6#", "Zorblax", "Zorblax", "don't"]
    path.write_text(json.dumps({"last_sync": "2024-09-10T21:35:27.33Z", "terms": terms}))
    contents = read(path)
    assert text(contents) == Counter({"Zorblax": 2, "don't": 2})
    mine = new_profile()
    merge(mine, contents)
    assert [learned.rung for learned in mine.learned_words()] == ["new"]


def test_futos_personal_dictionary_is_read_out_of_its_settings_backup(tmp_path):
    entries = [
        {"word": "Zorblax", "frequency": 250, "locale": None, "appId": 0, "shortcut": None},
        {"word": "on my way", "frequency": 250, "locale": "en", "appId": 0, "shortcut": "omw"},
    ]
    path = tmp_path / "FUTOKeyboardSettings.backup"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("datastore.preferences_pb", b"\x00\x01")
        archive.writestr("userdictionary.json", json.dumps(entries))
    contents = read(path)
    assert words(contents) == ["Zorblax"]
    assert text(contents) == Counter({"on my way": 1})


def test_what_heliboard_never_suggests_is_blocked_here_too(tmp_path):
    path = tmp_path / "HeliBoard_backup.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("blacklists/en.txt", "moist\npanties\n")
        archive.writestr("UserHistoryDictionary.en/UserHistoryDictionary.en.body", b"\x9b\xc1")
    assert words(read(path), "blocked") == ["moist", "panties"]


COMBINED = (
    "dictionary=main:en,locale=en,description=Mine,date=1414726260,version=54\n"
    " word=Zorblax,f=120\n  bigram=quinces,f=5\n  shortcut=zx,f=whitelist\n"
    " word=moist,f=0,not_a_word=true\n word=quinces,f=90,flags=,originalFreq=90\n"
)


@pytest.mark.parametrize("packed", [False, True])
def test_a_word_list_in_aosps_format_is_trusted_and_its_zeros_are_blocked(tmp_path, packed):
    path = tmp_path / "en_wordlist.combined"
    path.write_bytes(gzip.compress(COMBINED.encode()) if packed else COMBINED.encode())
    contents = read(path)
    assert words(contents) == ["Zorblax", "quinces"]
    assert words(contents, "blocked") == ["moist"]


def test_a_whole_languages_dictionary_is_not_ones_own(tmp_path):
    path = tmp_path / "main_en.combined"
    rows = "".join(f" word=w{number},f=10\n" for number in range(20_001))
    path.write_text("dictionary=main:en,locale=en\n" + rows)
    with pytest.raises(CopyRefused, match="not one's own"):
        read_foreign(path)


def test_androids_user_dictionary_is_trusted(tmp_path):
    path = tmp_path / "user_dict.db"
    with closing(sqlite3.connect(path)) as kept:
        kept.execute(
            "CREATE TABLE words (_id INTEGER PRIMARY KEY,word TEXT,frequency INTEGER,"
            "locale TEXT,appid INTEGER,shortcut TEXT)"
        )
        kept.execute("INSERT INTO words VALUES (1, 'Zorblax', 250, NULL, 0, NULL)")
        kept.commit()
    assert words(read(path)) == ["Zorblax"]


# Everything else ----------------------------------------------------------------------------------


def test_a_file_of_no_keyboard_is_left_to_the_other_readers(tmp_path):
    for name, content in (("a.txt", b"see you"), ("b.jsonl", b'{"text": "x"}'), ("c", b"")):
        (tmp_path / name).write_bytes(content)
        assert read_foreign(tmp_path / name) is None
    with zipfile.ZipFile(tmp_path / "d.zip", "w") as archive:
        archive.writestr("photo.jpg", b"x")
    assert read_foreign(tmp_path / "d.zip") is None


def test_a_broken_file_is_refused_and_never_quoted(tmp_path):
    path = tmp_path / "user.db"
    path.write_bytes(b"SQLite format 3\x00 quinces at dawn")
    with pytest.raises(CopyRefused) as refused:
        read_foreign(path)
    assert "quinces" not in str(refused.value)
    (tmp_path / "cut.zip").write_bytes(b"PK\x03\x04 quinces")
    with pytest.raises(CopyRefused):
        read_foreign(tmp_path / "cut.zip")


def test_an_archive_that_grows_beyond_measure_is_refused(tmp_path):
    with zipfile.ZipFile(tmp_path / "bomb.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("dictionary.txt", b"\0" * ((1 << 26) + 1))
    with pytest.raises(CopyRefused, match="64 MiB"):
        read_foreign(tmp_path / "bomb.zip")


def test_reading_changes_no_file(tmp_path):
    path = database(tmp_path / "user.db", "ibus-typing-booster-2.22.0.sql")
    before = path.read_bytes()
    read(path)
    assert path.read_bytes() == before
    assert [file.name for file in tmp_path.iterdir()] == ["user.db"]


@given(st.binary(max_size=200))
def test_hostile_bytes_are_read_or_refused(tmp_path_factory, data):
    path = tmp_path_factory.mktemp("hostile") / "file"
    for head in (
        b"",
        b"PK\x03\x04",
        b"\x1f\x8b",
        b"SQLite format 3\x00",
        b"# Gboard Dictionary version:1\n",
    ):
        path.write_bytes(head + data)
        try:
            read_foreign(path)
        except CopyRefused:
            continue
