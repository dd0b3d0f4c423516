"""Sharing beside the screen: what is asked for, each on a thread of its own, and ticks unasked. Posts messages.

Off does not wait for anything that is under way. Unasked, a report is only made on an idle machine, as learning is;
a withdrawal that nobody confirmed is asked for again whether somebody types or not.
"""

from __future__ import annotations

import threading
import time
from itertools import count
from typing import TYPE_CHECKING, Final, TypeAlias

from hushkey.keyboard.background import background_reason_against
from hushkey.tui.faults import describe
from hushkey.tui.messages import (
    PreviewMade,
    SharingRefused,
    SharingSeen,
    SharingWent,
    TermsOffered,
)
from hushkey.tui.sharing_view import Doing, Snapshot

if TYPE_CHECKING:
    from collections.abc import Callable

    from hushkey.keyboard.learner import LearnProgress
    from hushkey.sync.device.consent import Terms
    from hushkey.sync.device.status import SharingStatus
    from hushkey.tui.ports import Keeper, Shares, SharingOpener
    from hushkey.tui.workers import Post

Job: TypeAlias = "Callable[[Shares, threading.Event], object]"

TICK_EVERY_S: Final = (
    900.0  # unasked: records come by the hour, and a leader need not be asked more
)
WITHDRAW_EVERY_S: Final = 60.0  # while a withdrawal is not confirmed
LOOK_EVERY_S: Final = 30.0  # between two looks whether it is time for either
LEARNING: Final = "a learning run is under way"
NOT_UNASKED: Final = "runs that nobody asked for are turned off in the settings"


class SharingRuns:
    """What one profile's sharing is at. It opens sharing when it is first needed."""

    def __init__(
        self,
        profile: Keeper,
        opener: SharingOpener,
        post: Post,
        *,
        learning: Callable[[], bool] = lambda: False,
        reason_against: Callable[[float], str | None] = background_reason_against,
    ) -> None:
        self._profile, self._opener, self._post = profile, opener, post
        self._learning, self._reason_against = learning, reason_against
        self._shares: Shares | None = None
        self._opening, self._reading = threading.Lock(), threading.Lock()
        self._lock = threading.Lock()  # over the rest
        self._doing: dict[Doing, threading.Event] = {}
        self._threads: list[threading.Thread] = []
        self._ended = False
        self._tokens = count(1)
        self._last_key_s = time.monotonic()
        self._ticked_s: float | None = None

    # What is asked for --------------------------------------------------------------------------

    def show(self) -> None:
        """Look, and post what is seen."""
        self._start("look", lambda _shares, _stop: None)

    def invite(self, code: str) -> int:
        """Ask what taking part would mean; return the token of the answer."""
        return self._ask_for_terms(lambda shares: shares.invite(code))

    def review(self) -> int:
        """Ask for the terms that were agreed to last, as they are now; return the token of the answer."""
        return self._ask_for_terms(lambda shares: shares.review())

    def consent(self, terms: Terms) -> None:
        """Agree to what was shown, then begin at once."""
        self._start("consent", lambda shares, _stop: shares.consent(terms), then=self.report)

    def off(self) -> None:
        """Stop sending at once: a report that is being made is dropped."""
        self._stop("report")
        self._start("off", lambda shares, _stop: shares.off())

    def report(self) -> None:
        """Take a tick: a report is made if it is time for one."""
        self._start("report", self._tick)

    def stop_report(self) -> None:
        """Stop making a report; the next tick begins anew."""
        self._stop("report")

    def preview(self, terms: Terms | None) -> int:
        """Make a bundle of the terms that were agreed to, or of others; return the token of the answer."""
        token = next(self._tokens)

        def make(shares: Shares, stop: threading.Event) -> None:
            self._post(PreviewMade(token, shares.preview(terms, stop.is_set)))

        self._start("preview", make)
        return token

    def stop_preview(self) -> None:
        """Stop making a bundle."""
        self._stop("preview")

    def withdraw(self) -> None:
        """Ask for the live report back."""
        self._start("withdrawal", lambda shares, _stop: shares.withdraw_live())

    def forgot(self) -> None:
        """Take back what was made of lines that were forgotten."""
        if self._opener.was_begun(self._profile):
            self._start("withdrawal", lambda shares, _stop: shares.forgot())

    # What happens unasked -----------------------------------------------------------------------

    def key_pressed(self) -> None:
        """Note that somebody is typing."""
        self._last_key_s = time.monotonic()

    def look(self) -> None:
        """Take a tick unasked, where one is due."""
        if not self._doing and self._opener.was_begun(self._profile):
            self._start("look", self._tick_if_due)

    def _tick_if_due(self, shares: Shares, _stop: threading.Event) -> None:
        if is_due(shares.status(), self._waited_s(), self._reason()):
            self._start("report", self._tick)

    def _waited_s(self) -> float | None:
        return None if self._ticked_s is None else time.monotonic() - self._ticked_s

    def _reason(self) -> str | None:
        """Say why no report may be made unasked now, or None."""
        if self._profile.paused or not self._profile.settings.background_learning:
            return NOT_UNASKED
        if self._learning():
            return LEARNING
        return self._reason_against(time.monotonic() - self._last_key_s)

    # Inside -------------------------------------------------------------------------------------

    def finish(self, timeout_s: float = 5.0) -> None:
        """Stop what is under way, wait for it a while, and close."""
        with self._lock:
            self._ended = True
            for stop in self._doing.values():
                stop.set()
            threads = list(self._threads)
        until = time.monotonic() + timeout_s
        for thread in threads:
            thread.join(max(0.0, until - time.monotonic()))
        with self._opening:
            if self._shares is not None:
                self._shares.close()

    def _ask_for_terms(self, ask: Callable[[Shares], Terms]) -> int:
        token = next(self._tokens)
        self._start("terms", lambda shares, _stop: self._post(TermsOffered(token, ask(shares))))
        return token

    def _tick(self, shares: Shares, stop: threading.Event) -> None:
        self._ticked_s = time.monotonic()
        shares.now(stop.is_set, self._advanced)

    def _advanced(self, step: LearnProgress) -> None:
        self._post(SharingWent(self._under_way(), step))

    def _start(self, doing: Doing, job: Job, then: Callable[[], None] | None = None) -> None:
        """Do something on a thread, unless the same is under way."""
        stop = threading.Event()
        with self._lock:
            if self._ended or doing in self._doing:
                return
            self._doing[doing] = stop
            thread = threading.Thread(
                target=self._run, args=(doing, job, stop, then), name="hushkey-sharing", daemon=True
            )
            self._threads = [*filter(threading.Thread.is_alive, self._threads), thread]
            thread.start()

    def _run(
        self, doing: Doing, job: Job, stop: threading.Event, then: Callable[[], None] | None
    ) -> None:
        done = False
        try:
            self._tell(doing)
            job(self._opened(), stop)
            done = True
        except Exception as error:  # noqa: BLE001 - told on the screen, as every refusal
            if not stop.is_set() and not self._ended:
                self._post(SharingRefused(describe(error)))
        finally:
            with self._lock:
                del self._doing[doing]
        self._tell(doing)
        self._see()
        if done and then is not None:
            then()

    def _stop(self, doing: Doing) -> None:
        with self._lock:
            if doing in self._doing:
                self._doing[doing].set()

    def _opened(self) -> Shares:
        with self._opening:
            if self._shares is None:
                self._shares = self._opener.open(self._profile)
            return self._shares

    def _under_way(self) -> frozenset[Doing]:
        with self._lock:
            return frozenset(self._doing) - {"look"}

    def _tell(self, doing: Doing) -> None:
        if doing != "look":
            self._post(SharingWent(self._under_way()))

    def _see(self) -> None:
        """Post what there is now. Whoever looked first posts first."""
        if self._ended or self._shares is None:
            return
        with self._reading:
            try:
                self._post(SharingSeen(_snapshot(self._shares, self._reason())))
            except Exception as error:  # noqa: BLE001 - told on the screen, as every refusal
                if not self._ended:
                    self._post(SharingRefused(describe(error)))


def is_due(status: SharingStatus, waited_s: float | None, reason: str | None) -> bool:
    """Whether a tick is due that nobody asked for. `waited_s` is since the last; None: there was none. Pure."""
    if status.unconfirmed:
        return waited_s is None or waited_s >= WITHDRAW_EVERY_S
    if status.phase == "off" or reason is not None:
        return False
    return waited_s is None or waited_s >= TICK_EVERY_S


def _snapshot(shares: Shares, reason: str | None) -> Snapshot:
    return Snapshot(shares.status(), tuple(shares.receipts()), tuple(shares.log()), reason or "")
