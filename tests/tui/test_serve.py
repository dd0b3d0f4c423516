"""`hushkey serve --stdio` as a program of its own: a conversation, the JavaScript client, the owner's switches."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import jsonschema_rs
import pytest

ROOT = Path(__file__).resolve().parents[2]
CLIENT = ROOT / "examples" / "client.mjs"
SERVE = [sys.executable, "-m", "hushkey", "serve", "--stdio"]


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    return {
        **os.environ,
        "HUSHKEY_HOME": str(tmp_path / "home"),
        "HUSHKEY_PASSPHRASE": "a pass phrase",
        "PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring",
    }


def hushkey(*arguments: str, environ: dict[str, str], stdin: str = "") -> str:
    done = subprocess.run(
        [sys.executable, "-m", "hushkey", *arguments],
        env=environ,
        input=stdin,
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_lines_are_answered_by_the_owners_profile_and_its_switches_hold(environ):
    validator = jsonschema_rs.validator_for(
        json.loads(hushkey("serve", "--schema", environ=environ))
    )
    said = [
        {"id": 1, "do": "hello", "version": 1, "surface": "mail"},
        {"id": 2, "do": "commit", "text": "Dear Zorblax"},
        {"id": 3, "do": "hello", "version": 1, "surface": "shell"},
        {"id": 4, "do": "commit", "text": "Dear Quuxley"},
        {"id": 5, "do": "suggest", "before": "see you tom"},
    ]
    hushkey("set", "surfaces-off", "shell", environ=environ)
    lines = "".join(json.dumps(line) + "\n" for line in said)
    answers = [
        json.loads(line) for line in hushkey(*SERVE[3:], environ=environ, stdin=lines).splitlines()
    ]
    for line in (*said, *answers):
        validator.validate(line)
    assert [answer["ok"].get("kept") for answer in answers] == [None, True, None, False, None]
    assert answers[2]["ok"]["learns"] is False
    assert answers[4]["ok"]["suggestions"][0]["text"] == "tomorrow"
    kept = [json.loads(line) for line in hushkey("export", environ=environ).splitlines()]
    assert [(line["surface"], line["text"]) for line in kept] == [("mail", "Dear Zorblax")]


@pytest.mark.skipif(shutil.which("node") is None, reason="Node is not installed")
def test_the_javascript_client_runs_as_it_stands(environ):
    done = subprocess.run(
        ["node", str(CLIENT), *SERVE, "--in-memory"],
        env=environ,
        check=False,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == [
        "tomorrow tomorrowland tomorrows",
        "tomorrow ",
        "true",
        "no_suggestion: the last answer has no such suggestion; ask again",
    ]
    assert not Path(environ["HUSHKEY_HOME"]).exists()  # --in-memory


def test_the_one_way_in_has_to_be_said(environ):
    done = subprocess.run(
        [*SERVE[:-1]],
        env=environ,
        check=False,
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
    )
    assert done.returncode == 2
    assert "--stdio" in done.stderr
