"""The sample histories hold planted secrets; what would be recorded of the samples holds none."""

import json
from pathlib import Path

import pytest

from hushkey.keyboard.importing import read_lines
from hushkey.keyboard.redaction import REDACTED, redact

SAMPLES = Path(__file__).resolve().parents[2] / "data_samples"
SECRETS = json.loads((SAMPLES / "SECRETS.json").read_text(encoding="utf-8"))
HISTORIES = sorted({planted["file"] for planted in SECRETS})


def _case(planted: dict[str, str]):
    return pytest.param(planted, id=f"{planted['file']}-{planted['kind']}")


@pytest.mark.parametrize("planted", map(_case, SECRETS))
def test_a_planted_secret_is_cut_out_of_its_line(planted: dict[str, str]):
    lines = [line for line in read_lines(SAMPLES / planted["file"]) if planted["secret"] in line]
    assert lines != []
    for line in lines:
        cut = redact(line)
        assert planted["kind"] in cut.kinds
        assert REDACTED in cut.text
        assert not any(part in cut.text for part in planted["secret"].split() if not part.isalpha())


@pytest.mark.parametrize("name", HISTORIES)
def test_nothing_but_the_planted_secrets_is_cut(name: str):
    planted = [secret["secret"] for secret in SECRETS if secret["file"] == name]
    touched = [line for line in read_lines(SAMPLES / name) if redact(line).kinds]
    assert [line for line in touched if not any(secret in line for secret in planted)] == []
