"""The real ibus-typing-booster and Presage, driven without a screen, as far as this machine has them."""

import ctypes
import ctypes.util
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

BOOSTER = Path("/usr/share/ibus-typing-booster/engine/tabsqlitedb.py")
PRESAGE_SETTINGS = Path("/etc/presage.xml")

_BOOSTER_LEARNS = """
import logging, sys
sys.path.insert(0, sys.argv[1])
logging.disable(logging.CRITICAL)
import itb_util, tabsqlitedb
kept = tabsqlitedb.TabSqliteDb(user_db_file=sys.argv[2])
for line in sys.stdin:
    before_that = before = ""
    for token in line.split():
        word = itb_util.strip_token(token)
        kept.check_phrase_and_update_frequency(
            input_phrase=word, phrase=word, p_phrase=before, pp_phrase=before_that)
        before_that, before = before, word
kept.database.close()
"""


def has_booster() -> bool:
    return BOOSTER.exists() and Path("/usr/bin/python3").exists()


def has_presage() -> bool:
    return PRESAGE_SETTINGS.exists() and ctypes.util.find_library("presage") is not None


def booster_learns(database: Path, lines: Sequence[str]) -> None:
    """Let ibus-typing-booster learn lines, by the calls that its engine makes when text is committed."""
    subprocess.run(
        ["/usr/bin/python3", "-c", _BOOSTER_LEARNS, BOOSTER.parent, database],
        input="\n".join(lines) + "\n",
        text=True,
        check=True,
        capture_output=True,
        timeout=60,
    )


def presage_learns(folder: Path, lines: Sequence[str]) -> Path:
    """Let Presage learn lines through its C interface; return its database."""
    database = folder / "lm.db"
    settings = PRESAGE_SETTINGS.read_text(encoding="utf-8")
    settings = settings.replace("${HOME}/.presage/lm.db", str(database))
    (folder / "presage.xml").write_text(
        settings.replace("<ONLINE_LEARNING>yes", "<ONLINE_LEARNING>no"), encoding="utf-8"
    )
    script = Path(__file__).with_name("presage_learns.py")
    subprocess.run(
        [sys.executable, script, folder / "presage.xml"],
        input="\n".join(lines) + "\n",
        text=True,
        check=True,
        capture_output=True,
        timeout=60,
    )
    return database
