"""`hushkey coordinator`: two operators, each with a folder, from nothing to enrolment codes and back-ups."""

import json
import re
import shlex
import sqlite3
import subprocess
import sys
from pathlib import Path

import click
import pytest

from hushkey.model.plans import preset
from hushkey.sync.coordinator import drafting
from hushkey.sync.coordinator.drafting import Choices, read_file
from hushkey.sync.enrolment import read_code
from hushkey.tui.cli import coordinator, root
from hushkey.tui.cli.exits import Exit


class Operator:
    """Runs one operator's commands."""

    def __init__(self, role: str, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.role = role
        self.folder = folder
        self._capsys = capsys
        port = {"leader": 18001, "helper": 18002}[role]
        self.url = f"http://127.0.0.1:{port}"
        sizes = ["--name", f"the {role}", "--url", self.url, "--listen", f"127.0.0.1:{port}"]
        code, out, _ = self("init", "--role", role, *sizes, "--json", str(folder))
        assert code == Exit.OK
        self.key = json.loads(out)["key"]

    def __call__(self, *arguments: str) -> tuple[int, str, str]:
        code = root.run(["coordinator", *arguments])
        shown = self._capsys.readouterr()
        return code, shown.out, shown.err

    def own(self, *arguments: str) -> tuple[int, str, str]:
        """A command with this operator's settings."""
        return self(*arguments, "--config", str(self.folder / "coordinator.toml"))

    def know(self, other: "Operator", more: str) -> None:
        with (self.folder / "coordinator.toml").open("a", encoding="utf-8") as file:
            file.write(f'[peer]\nname = "the {other.role}"\nurl = "{other.url}"\n')
            file.write(f'key = "{other.key}"\n{more}')


@pytest.fixture
def both(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> tuple[Operator, Operator]:
    leader = Operator("leader", tmp_path / "leader", capsys)
    helper = Operator("helper", tmp_path / "helper", capsys)
    leader.know(helper, "")
    helper.know(leader, "[floor]\nbatch_min = 900\n")
    return leader, helper


def _task(leader: Operator, file: Path, *more: str) -> tuple[int, str, str]:
    return leader.own("task", "create", "--name", "typing", *more, str(file))


def test_a_task_goes_from_leader_to_helper_and_back(both, tmp_path: Path):
    leader, helper = both
    file = tmp_path / "typing.task"
    code, out, _ = _task(leader, file, "--batch-min", "1500", "--json")
    assert code == Exit.OK
    told = json.loads(out)
    assert told["prediction"]["epsilon_over_ten"] <= 8.0
    assert told["prediction"]["signal_to_noise"] > 1.0
    assert told["prediction"]["numbers"] == 1
    assert told["prediction"]["bytes_per_report"] < 4_000
    code, _, err = leader.own("task", "publish", str(file))
    assert (code, "helper has not signed" in err) == (Exit.FAILED, True)
    assert helper.own("task", "sign", "--yes", str(file))[0] == Exit.OK
    code, out, _ = leader.own("task", "publish", str(file))
    assert (code, out.strip()) == (Exit.OK, told["task"])
    (listed,) = json.loads(leader.own("task", "list", "--json")[1])
    assert (listed["name"], listed["version"], listed["listed"]) == ("typing", 0, False)
    assert "task added" in helper.own("log")[1]


def test_what_is_not_asked_for_is_as_it_was_measured(both, tmp_path: Path):
    file = tmp_path / "typing.task"
    assert _task(both[0], file, "--batch-min", "1500", "--norm-limit", "0.7")[0] == Exit.OK
    _, made = read_file(file.read_bytes())
    measured = Choices("typing", made.ranks, 1000, 1500)
    assert made.ranks == preset("shared").ranks
    assert made.subspace is not None
    assert made.subspace.count == 1
    assert made.clip_norm == drafting.ALONE.clip_norm
    assert len(made.age_weights) == measured.age_max + 1
    assert made.norm_limit == 0.7 != drafting.ALONE.norm_limit


def test_without_directions_every_number_is_sent(both, tmp_path: Path):
    file = tmp_path / "typing.task"
    code, out, _ = _task(both[0], file, "--batch-min", "1500", "--directions", "0", "--json")
    assert code == Exit.OK
    told = json.loads(out)["prediction"]
    assert told["epsilon_over_ten"] <= 8.0
    assert 10_000 < told["bytes_per_report"] < 20_000
    _, made = read_file(file.read_bytes())
    assert made.subspace is None
    assert told["numbers"] == made.kept == 4_096  # of the gates' biases: two layers of 4 x 512
    assert (made.clip_norm, made.norm_limit) == (
        drafting.EVERY.clip_norm,
        drafting.EVERY.norm_limit,
    )


@pytest.mark.parametrize("more", [["--directions", "65"], ["--plan", "tiny", "--directions", "8"]])
def test_directions_that_the_base_does_not_come_with_are_refused(more, both, tmp_path: Path):
    file = tmp_path / "typing.task"
    code, _, err = _task(both[0], file, "--batch-min", "1500", *more)
    assert code == Exit.FAILED
    assert "the base comes with" in err
    assert not file.exists()


@pytest.mark.parametrize(
    ("batch", "directions"),
    [("2", []), ("9", ["--directions", "64"]), ("9", ["--directions", "0"])],
)
def test_a_task_that_drowns_in_noise_is_refused_and_nothing_is_written(
    batch: str, directions: list[str], both, tmp_path: Path
):
    file = tmp_path / "small.task"
    code, _, err = _task(both[0], file, "--batch-min", batch, *directions)
    assert code == Exit.FAILED
    assert "of signal to noise" in err
    (fewest,) = re.findall(r"take (\d+) reports", err)
    assert not file.exists()
    code, _, err = _task(both[0], file, "--batch-min", fewest, *directions)
    assert code == Exit.OK
    assert ("take no part in batches below 100" in err) == (int(fewest) < 100)


@pytest.mark.parametrize(
    ("floor", "said"),
    [("[floor]\nepsilon = 2.0\n", "less noise"), ("[floor]\nbatch_min = 5000\n", "minimum")],
)
def test_a_helper_signs_nothing_below_its_own_floor(
    floor: str, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    leader = Operator("leader", tmp_path / "leader", capsys)
    helper = Operator("helper", tmp_path / "helper", capsys)
    leader.know(helper, "")
    helper.know(leader, floor)
    file = tmp_path / "typing.task"
    _task(leader, file, "--batch-min", "1500", "--epsilon", "8")
    before = file.read_bytes()
    code, _, err = helper.own("task", "sign", "--yes", str(file))
    assert code == Exit.FAILED
    assert said in err
    assert file.read_bytes() == before
    assert json.loads(helper.own("task", "list", "--json")[1]) == []


def test_a_task_that_was_changed_on_the_way_is_not_signed(both, tmp_path: Path):
    leader, helper = both
    file = tmp_path / "typing.task"
    _task(leader, file, "--batch-min", "1500")
    file.write_bytes(file.read_bytes().replace(b"typing", b"tipyng"))
    code, _, err = helper.own("task", "sign", "--yes", str(file))
    assert code == Exit.FAILED
    assert "signature does not hold" in err


@pytest.fixture
def published(both, tmp_path: Path) -> tuple[Operator, Operator]:
    file = tmp_path / "typing.task"
    _task(both[0], file, "--batch-min", "1500")
    both[1].own("task", "sign", "--yes", str(file))
    both[0].own("task", "publish", str(file))
    return both


def test_codes_carry_both_keys_and_are_kept_nowhere(published):
    leader, helper = published
    codes = json.loads(leader.own("enrol", "--count", "3", "--json")[1])["codes"]
    assert len(set(codes)) == 3
    invitation = read_code(codes[0])
    assert invitation.leader.key.hex() == leader.key
    assert invitation.helper.key.hex() == helper.key
    held = b"".join(path.read_bytes() for path in leader.folder.iterdir())
    assert invitation.secret not in held


def test_a_stranger_is_not_revoked_and_a_first_version_not_rolled_back(published):
    leader, _ = published
    assert "64 hex digits" in leader.own("revoke", "ab")[2]
    assert "no such device" in leader.own("revoke", "ab" * 32)[2]
    assert "no such device" in leader.own("lift", "ab" * 32)[2]
    code, _, err = leader.own("rollback", "typing", "--to", "0", "--reason", "worse")
    assert code == Exit.FAILED
    assert "not recorded yet" in err
    assert "0 tasks are meant" in leader.own("enrol", "--task", "other")[2]


def test_status_and_log_say_where_it_stands(published):
    leader, _ = published
    told = json.loads(leader.own("status", "--json")[1])
    assert (told["role"], told["key"], told["receiver"]["number"]) == ("leader", leader.key, 0)
    assert told["tasks"][0]["name"] == "typing"
    rows = [json.loads(line) for line in leader.own("log", "--json")[1].splitlines()]
    assert told["audit_rows"] == len(rows) >= 1
    assert "audit log" in leader.own("status")[1]


def test_a_log_that_was_changed_is_found(published):
    leader, _ = published
    with sqlite3.connect(leader.folder / "leader.db") as held:
        held.execute("UPDATE audit SET act = 'nothing' WHERE number = 1")
    code, _, err = leader.own("log")
    assert code == Exit.FAILED
    assert "row 1 of the audit log was changed" in err


def test_a_helpers_new_key_is_handed_to_the_leader(both, tmp_path: Path):
    leader, helper = both
    code, _, err = helper.own("rotate-keys")
    assert (code, "name a file, --out" in err) == (Exit.USAGE, True)
    file = tmp_path / "helper.receiver"
    assert helper.own("rotate-keys", "--out", str(file))[0] == Exit.OK
    assert "key 1 is offered" in leader.own("rotate-keys", "--peer", str(file))[1]
    assert json.loads(helper.own("status", "--json")[1])["receiver"]["number"] == 1
    data = file.read_bytes()
    file.write_bytes(data[:-1] + bytes([data[-1] ^ 1]))
    assert leader.own("rotate-keys", "--peer", str(file))[0] == Exit.FAILED


def test_a_copy_of_the_database_is_whole_and_nobody_elses(published, tmp_path: Path):
    leader, _ = published
    copy = tmp_path / "leader.bak"
    assert leader.own("backup", str(copy))[0] == Exit.OK
    assert copy.stat().st_mode & 0o077 == 0
    with sqlite3.connect(copy) as held:
        assert held.execute("SELECT count(*) FROM task").fetchone() == (1,)
    code, _, err = leader.own("backup", str(copy))
    assert (code, "there already" in err) == (Exit.FAILED, True)


def test_a_folder_that_is_there_is_left_as_it_is(both):
    leader, _ = both
    before = (leader.folder / "operator.keys").read_bytes()
    sizes = ("--name", "x", "--url", leader.url)
    code, _, err = leader("init", "--role", "leader", *sizes, str(leader.folder))
    assert (code, "there already" in err) == (Exit.FAILED, True)
    assert (leader.folder / "operator.keys").read_bytes() == before


def test_each_role_refuses_what_is_the_others(both, tmp_path: Path):
    leader, helper = both
    assert "this is for a leader" in _task(helper, tmp_path / "x", "--batch-min", "1500")[2]
    file = tmp_path / "typing.task"
    _task(leader, file, "--batch-min", "1500")
    assert "this is for a helper" in leader.own("task", "sign", "--yes", str(file))[2]


def test_serving_without_a_gate_is_refused_before_anything_starts(both):
    leader, _ = both
    code, _, err = leader("serve", str(leader.folder / "coordinator.toml"))
    assert code == Exit.FAILED
    assert "gate.text is missing" in err


def test_without_the_extra_the_command_says_what_to_install(both, monkeypatch):
    monkeypatch.setattr(coordinator, "find_spec", lambda name: None)
    code, _, err = both[0].own("status")
    assert code == Exit.FAILED
    assert "pip install 'hushkey[coordinator]'" in err


def test_the_command_line_loads_no_server_before_it_is_asked_for_one():
    asking = (
        "import sys\nimport hushkey.tui.cli.root, hushkey.tui.cli.coordinator\n"
        "print(sorted({'starlette', 'sqlalchemy', 'uvicorn', 'msgspec', 'httpx'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", asking], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"


def _documented() -> list[list[str]]:
    """The coordinator commands of docs/operating.md, as a shell would cut them."""
    page = (Path(__file__).resolve().parents[2] / "docs" / "operating.md").read_text("utf-8")
    blocks = "".join(re.findall(r"^```sh [^\n]*\n(.*?)^```$", page, re.MULTILINE | re.DOTALL))
    lines = blocks.replace("\\\n", "").splitlines()
    mine = [line for line in lines if line.startswith("hushkey coordinator ")]
    return [shlex.split(re.split(r" \| | 2>> ", line)[0])[2:] for line in mine]


@pytest.mark.parametrize("words", _documented(), ids=" ".join)
def test_what_the_operators_page_says_is_a_command_with_these_options(words: list[str]):
    command: click.Command = coordinator.coordinator
    while isinstance(command, click.Group):
        held = command.commands
        assert words[0] in held
        command, words = held[words[0]], words[1:]
    known = {option for each in command.params for option in each.opts}
    assert {word for word in words if word.startswith("--")} <= known


def test_the_operators_page_names_every_command():
    first = {words[0] for words in _documented()}
    page = (Path(__file__).resolve().parents[2] / "docs" / "operating.md").read_text("utf-8")
    for name in coordinator.coordinator.commands:
        assert name in first or f"hushkey coordinator {name}" in page or name == "dev"
