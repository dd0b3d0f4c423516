"""`hushkey simulate` on a folder of made-up writers: one object a line, resumable, refusals in one line."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

WORDS = [
    "tomorrow",
    "we",
    "will",
    "see",
    "the",
    "cat",
    "and",
    "have",
    "some",
    "tea",
    "there",
    "with",
    "you",
    "all",
]


@pytest.fixture(scope="module")
def users(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("users")
    rows = [
        json.dumps({"user": f"u{user}", "t": at, "text": " ".join(WORDS[(user + at) % 9 :])})
        for user in range(20)
        for at in range(9)
    ]
    (folder / "chat.jsonl").write_text("\n".join(rows) + "\n", encoding="utf-8")
    return folder


def simulate(users: Path, kept: Path, *more: str) -> subprocess.CompletedProcess[str]:
    command = ["simulate", "--users", str(users), "--preset", "smoke", "--kept", str(kept)]
    return subprocess.run(
        [sys.executable, "-m", "hushkey", *command, "--threads", "1", *more],
        check=False,
        capture_output=True,
        text=True,
    )


@pytest.mark.slow
def test_it_prints_one_object_an_algorithm_and_the_same_when_asked_again(users, tmp_path):
    asked = ("--algorithms", "fedbuff,hushkey", "--seeds", "1,2", "--json")
    first = simulate(users, tmp_path, *asked)
    assert first.returncode == 0, first.stderr
    lines = [json.loads(line) for line in first.stdout.splitlines()]
    assert [line["algorithm"] for line in lines] == ["fedbuff", "hushkey"]
    assert all(line["seeds"] == 2 for line in lines)
    assert all(line["recall_at_3_low"] <= line["recall_at_3_high"] for line in lines)
    again = simulate(users, tmp_path, *asked)
    assert "version" not in again.stderr
    strip = ("bytes_down", "bytes_down_low", "bytes_down_high")  # throwaway keys shrink differently
    for one, other in zip(lines, map(json.loads, again.stdout.splitlines()), strict=True):
        assert {k: v for k, v in one.items() if k not in strip} == {
            k: v for k, v in other.items() if k not in strip
        }


@pytest.mark.slow
def test_an_unknown_algorithm_and_too_many_devices_are_refused_in_a_line(users, tmp_path):
    for more in (("--algorithms", "fedsgd"), ("--devices", "100")):
        refused = simulate(users, tmp_path, *more)
        assert refused.returncode == 1
        assert "nothing was run" in refused.stderr
        assert "Traceback" not in refused.stderr
        assert refused.stdout == ""


@pytest.mark.slow
def test_a_report_along_one_direction_is_lighter_than_one_of_every_number(users, tmp_path):
    found = {}
    noisy = ("--epsilon", "8")
    for name, more in {
        "one": noisy,
        "every": (*noisy, "--directions", "0"),
        "one, DP off": ("--directions", "1"),
    }.items():
        asked = ("--devices", "6", "--algorithms", "hushkey", "--json", *more)
        done = simulate(users, tmp_path, *asked)
        assert done.returncode == 0, done.stderr
        found[name] = json.loads(done.stdout)
    assert [line["dp"] for line in found.values()] == [True, True, False]
    assert all(0.0 < line["epsilon"] < 8.1 for line in found.values() if line["dp"])
    for name in ("one", "one, DP off"):
        assert found[name]["bytes_up"] < found["every"]["bytes_up"] / 4
