"""When sharing ticks unasked, what waits for what, and what is told."""

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from scripted import ScriptedProfile
from scripted_sharing import CODE, LIVE, NOTHING, ON, TERMS, ScriptedShares, ScriptedSharingOpener

from hushkey.keyboard.background import QUIET_S
from hushkey.sync.errors import Unreachable
from hushkey.tui.messages import (
    PreviewMade,
    SharingRefused,
    SharingSeen,
    SharingWent,
    TermsOffered,
)
from hushkey.tui.sharing_runs import (
    LEARNING,
    NOT_UNASKED,
    TICK_EVERY_S,
    WITHDRAW_EVERY_S,
    SharingRuns,
    is_due,
)

UNCONFIRMED = replace(ON, phase="off", live=replace(LIVE, withdrawal="wanted"))


def test_a_tick_is_due_at_first_and_then_every_quarter_of_an_hour() -> None:
    assert is_due(ON, None, None)
    assert not is_due(ON, TICK_EVERY_S - 1, None)
    assert is_due(ON, TICK_EVERY_S, None)


def test_no_tick_is_due_while_the_machine_is_not_idle() -> None:
    assert not is_due(ON, None, "the machine is busy")


def test_no_tick_is_due_while_sharing_is_off() -> None:
    assert not is_due(NOTHING, None, None)
    assert not is_due(replace(ON, phase="off"), None, None)


def test_an_unconfirmed_withdrawal_is_asked_for_again_also_while_off_and_busy() -> None:
    assert is_due(UNCONFIRMED, WITHDRAW_EVERY_S, "the machine is busy")
    assert not is_due(UNCONFIRMED, WITHDRAW_EVERY_S - 1, None)


class Bench:
    """Runs over a scripted sharing, and what they posted."""

    def __init__(self) -> None:
        self.profile = ScriptedProfile()
        self.opener = ScriptedSharingOpener()
        self.shares: ScriptedShares = self.opener.shares
        self.messages: list[object] = []
        self.idle_s = 0.0
        self.busy: str | None = None
        self.learning = False
        self.runs = SharingRuns(
            self.profile, self.opener, self.messages.append,
            learning=lambda: self.learning, reason_against=self._reason,
        )  # fmt: skip

    def _reason(self, idle_s: float) -> str | None:
        self.idle_s = idle_s
        return self.busy

    def until(self, holds: Callable[[], bool]) -> None:
        until = time.monotonic() + 5.0
        while not holds():
            assert time.monotonic() < until, "waited in vain"
            time.sleep(0.005)

    def of(self, kind: type) -> list:
        return [message for message in self.messages if isinstance(message, kind)]

    def quiet(self) -> None:
        """Wait until nothing is under way any more."""
        self.until(lambda: not self.runs._doing)


@pytest.fixture
def bench() -> Iterator[Bench]:
    made = Bench()
    yield made
    made.shares.gate.set()
    made.runs.finish()


def test_nothing_is_opened_and_nobody_asked_where_nothing_was_agreed_to(bench: Bench) -> None:
    bench.opener.begun = False
    bench.runs.look()
    bench.runs.forgot()
    bench.quiet()
    assert bench.opener.opened == 0


def test_a_look_ticks_where_one_is_due_and_not_again_at_once(bench: Bench) -> None:
    bench.shares.held = ON
    bench.runs.look()
    bench.until(lambda: bench.shares.asked == ["now"])
    bench.quiet()
    bench.runs.look()
    bench.quiet()
    assert bench.shares.asked == ["now"]


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (lambda b: b.profile.pause(), NOT_UNASKED),
        (lambda b: b.profile.set(background_learning=False), NOT_UNASKED),
        (lambda b: setattr(b, "learning", True), LEARNING),
        (lambda b: setattr(b, "busy", "the machine is busy"), "the machine is busy"),
    ],
)
def test_unasked_a_report_is_made_only_when_learning_might_run_and_the_reason_is_told(
    bench: Bench, spoil: Callable[[Bench], None], reason: str
) -> None:
    bench.shares.held = ON
    spoil(bench)
    bench.runs.look()
    bench.until(lambda: bool(bench.of(SharingSeen)))
    bench.quiet()
    assert bench.shares.asked == []
    assert bench.of(SharingSeen)[-1].snapshot.waits == reason


def test_a_key_begins_the_quiet_anew(bench: Bench) -> None:
    bench.runs._last_key_s -= 2 * QUIET_S
    bench.runs.show()
    bench.quiet()
    assert bench.idle_s >= 2 * QUIET_S
    bench.runs.key_pressed()
    bench.runs.show()
    bench.quiet()
    assert bench.idle_s < QUIET_S


def test_off_does_not_wait_for_a_report_that_is_being_made_and_drops_it(bench: Bench) -> None:
    bench.shares.held = ON
    bench.shares.gate.clear()
    bench.runs.report()
    bench.until(lambda: "now" in bench.shares.asked)
    bench.runs.off()
    bench.until(lambda: "off" in bench.shares.asked)
    bench.until(
        lambda: bench.of(SharingSeen) and bench.of(SharingSeen)[-1].snapshot.status.phase == "off"
    )
    bench.quiet()
    assert bench.of(SharingRefused) == []


def test_off_is_asked_for_while_the_terms_are_not_answered(bench: Bench) -> None:
    answer = threading.Event()
    bench.shares.review = lambda: answer.wait(5) and TERMS  # type: ignore[method-assign]
    bench.runs.review()
    bench.runs.off()
    bench.until(lambda: bench.shares.asked == ["off"])
    answer.set()


def test_each_answer_carries_the_token_of_its_question(bench: Bench) -> None:
    first = bench.runs.invite(CODE)
    bench.until(lambda: bool(bench.of(TermsOffered)))
    bench.quiet()
    second = bench.runs.preview(TERMS)
    bench.until(lambda: bool(bench.of(PreviewMade)))
    assert first != second
    assert [message.token for message in bench.of(TermsOffered)] == [first]
    assert [message.token for message in bench.of(PreviewMade)] == [second]
    assert bench.shares.asked == [f"invite {CODE}", "preview of other terms"]


def test_consent_is_followed_by_the_first_tick(bench: Bench) -> None:
    bench.runs.consent(TERMS)
    bench.until(lambda: bench.shares.asked == ["consent", "now"])


def test_a_refused_consent_is_told_and_nothing_is_sent(bench: Bench) -> None:
    bench.shares.refusal = Unreachable("nobody answers; nothing was sent; try again")
    bench.runs.consent(TERMS)
    bench.until(lambda: bool(bench.of(SharingRefused)))
    bench.quiet()
    assert [m.text for m in bench.of(SharingRefused)] == [
        "nobody answers; nothing was sent; try again"
    ]
    assert bench.shares.asked == ["consent"]


def test_a_second_press_while_a_report_is_made_begins_no_second_one(bench: Bench) -> None:
    bench.shares.gate.clear()
    bench.runs.report()
    bench.until(lambda: "now" in bench.shares.asked)
    bench.runs.report()
    bench.runs.stop_report()
    bench.quiet()
    assert bench.shares.asked == ["now"]
    assert bench.of(SharingRefused) == []


def test_what_is_under_way_is_told_from_its_beginning_to_its_end(bench: Bench) -> None:
    bench.runs.report()
    bench.until(lambda: bool(bench.of(SharingSeen)))
    went = bench.of(SharingWent)
    assert went[0].doing == {"report"}
    assert any(message.step is not None and message.step.step == 1 for message in went)
    assert went[-1].doing == frozenset()


def test_a_fault_is_told_by_its_type_alone(bench: Bench) -> None:
    bench.shares.refusal = ValueError("the heron sleeps")
    bench.runs.withdraw()
    bench.until(lambda: bool(bench.of(SharingRefused)))
    (told,) = bench.of(SharingRefused)
    assert "heron" not in told.text
    assert "ValueError" in told.text


def test_the_end_stops_what_is_under_way_closes_and_begins_nothing_more(bench: Bench) -> None:
    bench.shares.gate.clear()
    bench.runs.preview(None)
    bench.until(lambda: "preview" in bench.shares.asked)
    bench.runs.finish()
    assert bench.shares.closed
    bench.runs.report()
    assert bench.shares.asked == ["preview"]
