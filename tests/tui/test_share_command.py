"""`share` on real profiles and real operators on loopback; a batch is one report, and a training takes a moment."""

import hashlib
import json
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx
import msgspec
import numpy as np
import pytest
from scripted_sharing import RECORDS
from test_cli import Shell

from hushkey.keyboard.learner import LearningCancelled, LearnProgress
from hushkey.keyboard.profile import Profile
from hushkey.model.adapter import Adapter
from hushkey.model.base import Base
from hushkey.sync.coordinator.gate import Verdict
from hushkey.sync.demonstration import operators as running
from hushkey.sync.demonstration.operators import Operators, operators
from hushkey.sync.device import book
from hushkey.sync.device.sharing import Sharing
from hushkey.sync.messages import Metadata, Report
from hushkey.sync.releases.receipts import Receipt
from hushkey.sync.task_terms import unflatten
from hushkey.tui.cli import share
from hushkey.tui.cli.exits import Exit
from hushkey.tui.cli.share_standing_told import record_rows

RANKS = {"lstm_bias": 1, "output": 4}
WEAK = ("--budget", "1000000")
TYPED = ("the cat is on the theatre", "how are you today", "to the theatre together")


class Passing:
    """So small a base has too few words for made-up secrets."""

    def __init__(self, *_: object) -> None:
        pass

    def verdict(self, before: Adapter, *candidates: Adapter) -> Verdict:
        return Verdict(True)


def scripted(
    base: Base, start: Adapter, lines: Any, *, cancelled: Any, on_progress: Any
) -> Adapter:
    """A delta at once, that depends on the lines as a training's would."""
    on_progress(LearnProgress(1, 2, 5.0))
    if cancelled():
        raise LearningCancelled("stopped")
    digest = hashlib.sha256("\n".join(lines).encode()).digest()
    rng = np.random.default_rng(int.from_bytes(digest[:8], "big"))
    size = start.shape.parameters(start.ranks)
    return unflatten(
        rng.normal(0.0, 0.05, size), start.ranks, start.shape, base=start.base, seed=start.seed
    )


class Wire(httpx.BaseTransport):
    """The device's network, which can be down, and what was asked over it."""

    def __init__(self) -> None:
        self._real = httpx.HTTPTransport()
        self.down = False
        self.asked: list[str] = []

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        if self.down:
            raise httpx.ConnectError("down")
        self.asked.append(f"{request.method} {request.url.path.rpartition('/')[0]}")
        return self._real.handle_request(request)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory, tiny_base: Base) -> Iterator[Operators]:
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(running, "TextGate", Passing)
        folder = tmp_path_factory.mktemp("operators")
        with operators(folder, tiny_base, ("the cat",), 1, RANKS) as made:
            yield made


@pytest.fixture
def waiting(tmp_path: Path, tiny_base: Base, monkeypatch) -> Iterator[Operators]:
    """Other operators, whose batches want two reports, so that one waits."""
    monkeypatch.setattr(running, "TextGate", Passing)
    folder = tmp_path / "others"
    folder.mkdir()
    with operators(folder, tiny_base, ("the cat",), 2, RANKS) as made:
        yield made


@pytest.fixture
def wire(monkeypatch) -> Wire:
    """The CLI's own opener, but for a sample profile: demonstrations take no other."""
    made = Wire()

    @contextmanager
    def opened(profile: Profile) -> Iterator[Sharing]:
        with Sharing.open(
            profile, sample=True, train=scripted, transport=made, sleep=lambda _: None
        ) as sharing:
            yield sharing

    monkeypatch.setattr(share, "_opened", opened)
    monkeypatch.delenv("DO_NOT_TRACK", raising=False)
    return made


@pytest.fixture
def shell(tmp_path: Path, capsys, monkeypatch, tiny_base: Base, wire: Wire) -> Shell:
    monkeypatch.setattr("hushkey.keyboard.engine.load_base", lambda: tiny_base)
    made = Shell(tmp_path / "home", capsys, monkeypatch)
    file = tmp_path / "typed.txt"
    file.write_text("\n".join(TYPED), encoding="utf-8")
    assert made("import", str(file))[0] == Exit.OK
    return made


def joined(shell: Shell, world: Operators, *more: str) -> Shell:
    code, _, err = shell("share", "on", world.codes(1)[0], *WEAK, "--yes", *more)
    assert (code, err) == (Exit.OK, "")
    return shell


def until_recorded(shell: Shell) -> dict[str, Any]:
    for _ in range(100):
        code, out, err = shell("share", "now", "--json")
        assert (code, err) == (Exit.OK, "")
        told = json.loads(out)
        if told["receipts"]:
            return told
    raise AssertionError(told)


# On ---------------------------------------------------------------------------------------------


def test_on_shows_every_field_of_a_report_with_its_size_and_who_reads_it(
    shell: Shell, world: Operators
) -> None:
    _, out, _ = shell("share", "on", world.codes(1)[0], *WEAK, "--yes", "--every", "3")
    names = [*Metadata.__struct_fields__, *Report.__struct_fields__[1:]]
    rows = {line.split()[0]: line for line in out.splitlines() if line.startswith("  ")}
    for name in names:
        assert rows[name].split()[2] in {"both", "leader", "helper"}
        assert int(rows[name].split()[1].replace(",", "")) > 0
    assert " 16 " in rows["report"]
    assert " 32 " in rows["withdrawal"]
    config = world.held.config
    for told in (config.url, config.other().url, config.name, config.other().name, "every 3 days"):
        assert told in out
    for sentence in (
        "Both together could.",
        "cannot be recalled",
        "Neither operator alone can read it",
    ):
        assert sentence in out
    assert "demonstration, not private" in out
    assert "smallest batch" in out
    assert "one report costs" in out
    assert "1,000,000 over a lifetime" in out
    assert "anonym" not in out.lower()


def test_without_a_terminal_it_wants_yes_and_nothing_is_agreed_to(
    shell: Shell, world: Operators, wire: Wire
) -> None:
    code, out, err = shell("share", "on", world.codes(1)[0])
    assert code == Exit.FAILED
    assert "leader_envelope" in out
    assert "say --yes" in err
    assert {each.split()[0] for each in wire.asked} == {"GET"}
    assert json.loads(shell("share", "status", "--json")[1])["phase"] == "off"


@pytest.mark.parametrize(("answer", "phase"), [("\n", "off"), ("n\n", "off"), ("y\n", "idle")])
def test_it_asks_once_and_no_answer_is_no(
    shell: Shell, world: Operators, monkeypatch, answer: str, phase: str
) -> None:
    terminal = SimpleNamespace(stdin=SimpleNamespace(isatty=lambda: True))
    monkeypatch.setattr(share, "sys", terminal)
    code, out, err = shell("share", "on", world.codes(1)[0], stdin=answer)
    assert (out + err).count("Send such reports? [y/N]") == 1
    assert (code == Exit.OK) == (phase != "off")
    assert ("nothing was agreed to or sent" in err) == (phase == "off")
    assert json.loads(shell("share", "status", "--json")[1])["phase"] == phase


def test_a_code_that_is_none_is_refused(shell: Shell) -> None:
    code, out, err = shell("share", "on", "hushkey1:nonsense", "--yes")
    assert (code, out) == (Exit.FAILED, "")
    assert "copy it again" in err


def test_a_real_profile_takes_no_demonstration(shell: Shell, world: Operators, monkeypatch) -> None:
    @contextmanager
    def opened(profile: Profile) -> Iterator[Sharing]:
        with Sharing.open(profile) as sharing:
            yield sharing

    monkeypatch.setattr(share, "_opened", opened)
    code, _, err = shell("share", "on", world.codes(1)[0], "--yes")
    assert code == Exit.FAILED
    assert "not private" in err


def test_do_not_track_is_respected_and_said(shell: Shell, world: Operators, monkeypatch) -> None:
    joined(shell, world)
    monkeypatch.setenv("DO_NOT_TRACK", "1")
    assert "DO_NOT_TRACK is set" in shell("share", "status")[1]
    code, out, _ = shell("share", "now")
    assert code == Exit.FAILED
    assert "suspended, nothing is sent: DO_NOT_TRACK is set" in out
    code, _, err = shell("share", "on", "--yes")
    assert code == Exit.FAILED
    assert "DO_NOT_TRACK is set" in err
    monkeypatch.delenv("DO_NOT_TRACK")
    assert json.loads(shell("share", "now", "--json")[1])["reports"] == 1


def test_other_operators_are_shown_as_what_changed(
    shell: Shell, world: Operators, waiting: Operators
) -> None:
    joined(shell, world)
    _, out, _ = shell("share", "on", waiting.codes(1)[0], "--yes")
    before, after = world.held.config, waiting.held.config
    assert "not what you agreed to before" in out
    assert f"leader's address: {before.url} -> {after.url}" in out
    assert "helper's key: " in out
    assert "batch_min: 1 -> 2" in out
    assert "1,000,000 over a lifetime" in out  # the budget is the owner's


# Reports ----------------------------------------------------------------------------------------


def test_a_report_goes_and_its_receipt_is_checked_offline(
    shell: Shell, world: Operators, wire: Wire
) -> None:
    told = until_recorded(joined(shell, world))
    assert (told["reports"], told["task"]["demonstration"]) == (1, True)
    wire.down = True
    code, out, _ = shell("share", "receipt")
    assert code == Exit.OK
    assert "listed by both operators in batch " in out
    assert ", one of 1; version " in out
    receipt = json.loads(shell("share", "receipt", "1", "--json")[1])
    assert (receipt["verified"], receipt["accepted"], receipt["outcome"]) == (True, 1, "released")
    assert len(shell("share", "receipt", "--all")[1].splitlines()) == 1
    records = [json.loads(line) for line in shell("share", "log", "--json")[1].splitlines()]
    assert [each["sequence"] for each in records] == list(range(len(records)))
    assert records[receipt["sequence"]]["batch"] == receipt["batch"]
    assert [each["part"] for each in records[:2]] == [0, 16]
    table = shell("share", "log")[1].splitlines()
    assert table[0].split()[:4] == ["record", "when", "version", "outcome"]
    assert " base " in table[1]
    assert "on, recorded" in shell("share", "status")[1]


def test_a_step_that_was_taken_in_part_says_so() -> None:
    rows = record_rows([*RECORDS, msgspec.structs.replace(RECORDS[-1], part=4)])
    assert [row[-1] for row in rows[1:]] == [
        "",
        "",
        "worse on held-out text",
        "",
        "4/16 of its step",
    ]


def test_a_receipt_that_is_not_there_is_no_fault(shell: Shell, world: Operators) -> None:
    joined(shell, world)
    for arguments in ((), ("7",), ("--all",)):
        code, out, err = shell("share", "receipt", *arguments)
        assert (code, out) == (Exit.FAILED, "")
        assert "there is no such receipt" in err
    assert shell("share", "receipt", "1", "--all")[0] == Exit.USAGE


def test_a_receipt_that_was_changed_is_refused(shell: Shell, world: Operators, monkeypatch) -> None:
    until_recorded(joined(shell, world))

    def forged(database: Any) -> list[Any]:
        return [
            (Receipt(receipt.record, _with_another_report(receipt.path)), task)
            for receipt, task in real(database)
        ]

    real = book.receipts_of
    monkeypatch.setattr(book, "receipts_of", forged)
    code, out, err = shell("share", "receipt")
    assert (code, out) == (Exit.FAILED, "")
    assert "hushkey: " in err


def _with_another_report(path: Any) -> Any:
    return msgspec.structs.replace(path, report=bytes(16))


def test_now_shows_progress_and_an_interruption_loses_nothing(
    shell: Shell, world: Operators, monkeypatch
) -> None:
    joined(shell, world)
    bars: list[str] = []

    def bar(label: str, *_: Any) -> None:
        bars.append(label)
        if len(bars) == 1:
            signal.raise_signal(signal.SIGINT)

    monkeypatch.setattr("hushkey.tui.cli.output.bar", bar)
    code, _, err = shell("share", "now")
    assert (code, bars) == (Exit.INTERRUPTED, ["learning"])
    assert "nothing is lost" in err
    told = json.loads(shell("share", "status", "--json")[1])
    assert (told["reports"], told["phase"], told["live"]) == (0, "idle", None)


def test_now_while_it_is_off_says_so(shell: Shell) -> None:
    code, _, err = shell("share", "now")
    assert code == Exit.FAILED
    assert "sharing is off" in err


# Preview ----------------------------------------------------------------------------------------


def test_a_preview_is_shown_whole_and_sends_nothing(
    shell: Shell, world: Operators, wire: Wire
) -> None:
    joined(shell, world)
    wire.asked.clear()
    code, out, _ = shell("share", "preview")
    assert code == Exit.OK
    assert {each.split()[0] for each in wire.asked} == {"GET"}
    for told in ("lstm_bias", "output", "on the wire", "both operators together", "█", "norm "):
        assert told in out
    said = json.loads(shell("share", "preview", "--json")[1])
    size = said["bytes"]
    assert size["wire"] > size["sealed"] > size["packed"] > 0
    assert sum(said["histogram"]["counts"]) == said["terms"]["numbers"]
    assert set(said["attack"]) == {"plain", "leader_share", "helper_share", "one_operator"}
    assert said["norm_along"] == said["norm_before"] > 0.0
    assert said["norm_after"] == pytest.approx(said["terms"]["task"]["clip_norm"] * said["weight"])
    assert said["epsilon_spent"] == 0.0
    for line in TYPED:
        assert line not in out


def test_a_preview_needs_no_consent_where_a_code_is_given(shell: Shell, world: Operators) -> None:
    code, out, _ = shell("share", "preview", world.codes(1)[0])
    assert code == Exit.OK
    assert "on the wire" in out
    assert json.loads(shell("share", "status", "--json")[1])["phase"] == "off"


def test_a_preview_without_either_says_what_to_do(shell: Shell) -> None:
    code, _, err = shell("share", "preview")
    assert code == Exit.FAILED
    assert "hushkey share on" in err


# Off, budget, forgetting ------------------------------------------------------------------------


def test_off_stops_and_takes_the_waiting_report_back(
    shell: Shell, waiting: Operators, wire: Wire
) -> None:
    joined(shell, waiting)
    assert json.loads(shell("share", "now", "--json")[1])["live"]["stage"] == "acknowledged"
    code, out, _ = shell("share", "off")
    assert code == Exit.OK
    assert out.startswith("sharing is off\n")
    assert "; withdrawn" in out
    wire.asked.clear()
    assert shell("share", "now")[0] == Exit.FAILED
    assert wire.asked == []


def test_what_nobody_confirmed_is_shown_and_asked_for_again_by_the_next_command(
    shell: Shell, waiting: Operators, wire: Wire
) -> None:
    joined(shell, waiting)
    shell("share", "now")
    wire.down = True
    code, out, err = shell("share", "off")
    assert code == Exit.OK
    assert "nobody has confirmed that yet" in out
    assert "could not be reached" in err
    assert json.loads(shell("share", "status", "--json")[1])["unconfirmed"] is True
    wire.down = False
    told = json.loads(shell("share", "status", "--json")[1])
    assert (told["unconfirmed"], told["live"]["withdrawal"]) == (False, "withdrawn")


def test_the_budget_is_the_owners(shell: Shell, world: Operators) -> None:
    code, _, err = shell("share", "budget", "5")
    assert code == Exit.FAILED
    assert "sharing is off" in err
    joined(shell, world)
    code, out, _ = shell("share", "budget", "5")
    assert code == Exit.OK
    assert "0.00 of 5.00 is spent; 0 reports fit" in out
    told = json.loads(shell("share", "now", "--json")[1])
    assert (told["reports"], told["epsilon_budget"]) == (0, 5.0)
    assert shell("share", "budget", "0")[0] == Exit.USAGE


@pytest.mark.parametrize("down", [False, True])
def test_forgetting_takes_a_waiting_report_back_and_offline_is_no_error(
    shell: Shell, waiting: Operators, wire: Wire, down: bool
) -> None:
    joined(shell, waiting)
    shell("share", "now")
    wire.down = down
    code, out, err = shell("forget", "theatre")
    assert (code, err) == (Exit.OK, "")
    assert ("nobody has confirmed that yet" if down else "; withdrawn") in out
    assert "theatre" not in out.partition("forgotten")[2].partition("probe")[0]


def test_forgetting_opens_no_sharing_where_none_was_set_up(shell: Shell) -> None:
    assert shell("forget", "theatre")[0] == Exit.OK
    assert not (shell.home / "sharing.db").exists()
