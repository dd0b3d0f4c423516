"""What docs/embedding.md shows is what there is: its program runs, its requests are answered, its snippet was tried."""

import json
import re
import subprocess
import sys
from pathlib import Path

import jsonschema_rs

from hushkey.keyboard.embed.stdio import Service, schema
from hushkey.keyboard.embed.stdio_requests import Code, read_request
from hushkey.keyboard.profile import open_profile

ROOT = Path(__file__).resolve().parents[3]
DOCUMENT = (ROOT / "docs" / "embedding.md").read_text(encoding="utf-8")


def block(fence: str) -> str:
    (found,) = re.findall(rf"^```{fence}\n(.*?)^```$", DOCUMENT, re.MULTILINE | re.DOTALL)
    return found


def test_the_program_runs_as_written(environ):
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", block("python runs")],
        env=environ,
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr


def test_the_neovim_snippet_is_the_one_that_a_test_runs():
    assert block("lua") == (ROOT / "examples" / "hushkey.lua").read_text(encoding="utf-8")


def test_the_requests_fit_the_schema_and_are_answered(shipped_base):
    validator = jsonschema_rs.validator_for(json.loads(schema()))
    with open_profile(in_memory=True, base=shipped_base) as profile:
        service = Service(profile)
        for line in block("jsonl").splitlines():
            validator.validate(json.loads(line))
            answer = service.answer(read_request(line.encode()))
            assert "ok" in answer
            validator.validate(answer)


def test_every_code_of_an_error_is_named():
    codes = json.loads(schema())["$defs"]["response"]["oneOf"][2]["properties"]["error"]
    known = codes["properties"]["code"]["enum"]
    assert sorted(known) == sorted(Code.__args__)
    assert [code for code in known if f"`{code}`" not in DOCUMENT] == []


def test_every_example_is_named():
    names = [path.name for path in (ROOT / "examples").iterdir() if path.is_file()]
    assert [name for name in names if f"`{name}`" not in DOCUMENT] == []
