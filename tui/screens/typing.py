"""The screen on which one types. It carries messages between editor, engine thread and views."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from textual.containers import Vertical
from textual.reactive import reactive
from textual.screen import Screen
from textual.widgets import Footer

from hushkey.model.text import words_of as text_words
from hushkey.tui import messages, view_model, why_view
from hushkey.tui.bound import bound
from hushkey.tui.faults import describe
from hushkey.tui.learned_port import words_of
from hushkey.tui.learning_runs import LearningRuns
from hushkey.tui.offer import Offer, confirmed, in_slot, window
from hushkey.tui.rooms import Desk
from hushkey.tui.screens.benefit import BenefitScreen
from hushkey.tui.screens.unlearn import UnlearnScreen
from hushkey.tui.screens.why import Answer, WhyScreen
from hushkey.tui.together import Together
from hushkey.tui.view_model import Learning, Status
from hushkey.tui.widgets.editor import GhostEditor
from hushkey.tui.widgets.status import HeadLine, StatusLine
from hushkey.tui.widgets.strip import SlotView, SuggestionStrip
from hushkey.tui.workers import Conversation

if TYPE_CHECKING:
    from collections.abc import Callable
    from concurrent.futures import Future

    from textual.app import ComposeResult
    from textual.binding import BindingType

    from hushkey.keyboard.own_words import Added
    from hushkey.keyboard.types import Suggestion
    from hushkey.tui.ports import Keeper
    from hushkey.tui.sharing_runs import SharingRuns
    from hushkey.tui.tally import Tally

SURFACE = "app"
UNLEARNED_S = 600.0  # ten minutes, as the command is called
_LOOK_EVERY_S = 30.0  # between two looks whether to learn unasked


class TypingScreen(Screen[None]):
    """Editor, strip, status."""

    BINDINGS: ClassVar[list[BindingType]] = [
        # The footer has Tab first, then these in their order: at 60 columns the first five show.
        bound("help", "app.help", "Help", priority=True),
        bound("accept_first", "take_first", "Accept"),
        bound("why", "why", "Why?", priority=True),
        bound("private", "private", "Private", priority=True),
        bound("quit", "app.quit", "Quit", priority=True),
        bound("forget", "forget", "Forget", priority=True),
        bound("learn", "learn", "Learn", priority=True),
        bound("put_back", "put_back", "Put back"),
        bound("pause", "pause", show=False, priority=True),
        bound("benefit", "benefit", show=False, priority=True),
        bound("add_word", "add_word", show=False, priority=True),
        bound("mark", "mark", show=False, priority=True),
    ]

    HELP = view_model.LEGEND

    status: reactive[Status] = reactive(Status(opened=False), repaint=False)

    def __init__(self) -> None:
        super().__init__()
        self.editor = GhostEditor(
            keep=self._keep,
            took=self._taken,
            undid=self._undone,
            counted=self._counted,
            changed=self._line_moved,
            backspace_reverts=self._backspace_reverts,
        )
        self.editor.disabled = True  # a passphrase typed ahead of its question must not land here
        self._composed = False
        self._together = Together()
        self._waiting: list[tuple[str, Tally]] = []
        self._profile: Keeper | None = None
        self._conversation: Conversation | None = None
        self._runs: LearningRuns | None = None
        self._sharing: SharingRuns | None = None
        self._token = 0
        self._marked = 0
        self._refused_word = ""

    def compose(self) -> ComposeResult:
        """Lay everything out once; nothing moves afterwards."""
        with Vertical(id="desk"):
            yield HeadLine()
            yield self.editor
            yield SuggestionStrip()
            yield StatusLine()
            yield Footer(show_command_palette=False)

    @property
    def begun(self) -> bool:
        """Whether the profile is open."""
        return self._conversation is not None

    @property
    def desk(self) -> Desk | None:
        """What the other rooms work with; None until the profile is open."""
        if self._profile is None or self._runs is None or self._conversation is None:
            return None
        return Desk(self._profile, self._runs, self._conversation, self._forgot_elsewhere)

    @property
    def learning(self) -> bool:
        """Whether a learning run is under way."""
        return self._runs is not None and self._runs.running

    def shared_by(self, sharing: SharingRuns) -> None:
        """Tell sharing of keys and of forgettings from now on."""
        self._sharing = sharing

    def admit(self) -> None:
        """Let the owner type: nothing more is to be asked first."""
        self.editor.disabled = False
        self.editor.focus()

    # Beginning and end ---------------------------------------------------------------------------

    def begin(self, profile: Keeper) -> None:
        """Start to suggest and to keep."""
        self.admit()
        self._profile = profile
        self._converse(profile)
        self._runs = LearningRuns(profile, self.post_message)
        self.set_interval(_LOOK_EVERY_S, self._runs.look)
        words = profile.engine.words_learned
        kept = profile.meter.standing(datetime.now().astimezone().date())
        tally = replace(self.status.tally, today=kept.today)
        self.status = replace(
            self.status, words=words, paused=profile.paused, tally=tally, opened=True
        )
        self._ask(self.editor.before)

    def finish(self, profile: Keeper) -> str | None:
        """Keep what is unfinished, stop a learning run, let the engine's thread run dry.

        The screen is gone by now. Returns what went wrong, or None.
        """
        unfinished = self.editor.finish_line()
        if unfinished is not None:
            self._hand_over(unfinished, self.status.tally)
        if self._runs is not None:
            self._runs.cancel()
        if self._conversation is None:
            self._converse(profile)
        conversation, self._conversation = self._conversation, None
        return conversation.finish() if conversation is not None else None

    def _converse(self, profile: Keeper) -> None:
        """Begin the conversation, with what was typed before there was one."""
        self._conversation = Conversation(profile, SURFACE, self.post_message)
        for text, tally in self._waiting:
            self._conversation.commit(text, tally)
        self._waiting.clear()

    def watch_status(self, status: Status) -> None:
        """Hand the state to the two lines that show it."""
        if self._composed:
            self.query_one(HeadLine).status = status
            self.query_one(StatusLine).status = status

    def on_mount(self) -> None:
        """Show the first state, which may be that of an open profile."""
        self._composed = True
        self.watch_status(self.status)

    # From the editor -----------------------------------------------------------------------------

    def on_line_changed(self, event: messages.LineChanged) -> None:
        """Ask for suggestions for the new line."""
        if self._runs is not None:
            self._runs.key_pressed()
        if self._sharing is not None:
            self._sharing.key_pressed()
        self._ask(event.before)

    def on_dismissed(self) -> None:
        """Empty the strip, and drop the answer that may be under way."""
        self._token += 1
        self._show(Offer())

    def on_slot_view_clicked(self, event: SlotView.Clicked) -> None:
        """Take what was clicked on."""
        self.editor.action_take(event.index)
        self.editor.focus()

    # From the engine's thread --------------------------------------------------------------------

    def on_suggestions_ready(self, event: messages.SuggestionsReady) -> None:
        """Show an answer, unless the line has moved on."""
        if event.token == self._token:
            self._show(event.offer)

    def on_line_kept(self, event: messages.LineKept) -> None:
        """Show how many words are learned now."""
        if self._runs is not None:
            self._runs.line_kept()
        self.status = replace(self.status, words=event.words)

    def on_benefit_kept(self, event: messages.BenefitKept) -> None:
        """Show what stands for today, as it was kept."""
        tally = replace(self.status.tally, today=event.standing.today)
        self.status = replace(self.status, tally=tally)

    def on_word_forgotten(self, event: messages.WordForgotten) -> None:
        """Say what was cut; a word that was never the owner's can only be blocked."""
        self._take_back()
        word = view_model.visible(event.word)
        self.status = replace(self.status, words=event.words)
        if event.entries:
            self._refused_word = ""
            lines = "line" if event.entries == 1 else "lines"
            self.notify(f"Forgot “{word}” in {event.entries} {lines} of the history.", markup=False)
        else:
            self._refused_word = event.word
            self.notify(
                f"“{word}” did not come from your history. Forget it again to block it for good.",
                markup=False,
            )
        self._ask(self.editor.before)

    def on_lines_forgotten(self, event: messages.LinesForgotten) -> None:
        """Say how many lines are gone."""
        self._take_back()
        self.status = replace(self.status, words=event.words)
        self.notify(view_model.unlearned(event.entries), markup=False)
        self._ask(self.editor.before)

    def on_word_blocked(self, event: messages.WordBlocked) -> None:
        """Say how to undo it."""
        self._refused_word = ""
        word = view_model.visible(event.word)
        self.notify(
            f"“{word}” is blocked. To undo, block it once more among the learned words.",
            markup=False,
        )
        self._ask(self.editor.before)

    def on_word_added(self, event: messages.WordAdded) -> None:
        """Say what came of it."""
        self.notify(why_view.added(event.word, event.became), markup=False)
        self._ask(self.editor.before)

    def on_screen_resume(self) -> None:
        """Ask anew: in another room words may have been blocked, added, forgotten."""
        if self.begun and self.editor.offer.suggestions:
            self._ask(self.editor.before)

    def on_forgotten_elsewhere(self) -> None:
        """Ask anew: what shows may be what was forgotten."""
        if self._profile is not None:
            self.status = replace(self.status, words=self._profile.engine.words_learned)
        self._ask(self.editor.before)

    def on_setting_changed(self, event: messages.SettingChanged) -> None:
        """Say what holds now, and show it."""
        if self._profile is not None:
            self.status = replace(self.status, paused=self._profile.paused)
        self.notify(f"{event.name.capitalize()}: {'on' if event.on else 'off'}.", markup=False)
        self._ask(self.editor.before)

    def on_learning_began(self) -> None:
        """Show an empty bar."""
        self.status = replace(self.status, learning=Learning(0.0))

    def on_learning_advanced(self, event: messages.LearningAdvanced) -> None:
        """Move the bar."""
        self.status = replace(self.status, learning=view_model.advanced(event.progress))

    def on_learning_ended(self, event: messages.LearningEnded) -> None:
        """Show the result in the bar's place."""
        note = Learning() if event.report is None else view_model.learned(event.report)
        self.status = replace(self.status, learning=note)
        self._ask(self.editor.before)

    def on_keyboard_failed(self, event: messages.KeyboardFailed) -> None:
        """Say what was refused; typing goes on."""
        self.notify(event.text, severity="error", timeout=10, markup=False)

    # Keys ----------------------------------------------------------------------------------------

    def action_take_first(self) -> None:
        """Take the first suggestion; the editor has the key, a click in the footer comes here."""
        self.editor.action_take(self.editor.offer.first)

    def action_put_back(self) -> None:
        """Put back what was typed; the editor has the key, a click in the footer comes here."""
        self.editor.action_put_back()

    def action_switch(self, setting: str) -> None:
        """Turn phrases, corrections or emoji on or off."""
        if self._conversation is not None:
            self._conversation.toggle(setting)

    def action_mark(self) -> None:
        """Move the mark that 'forget' and 'why' act on to the next filled slot."""
        offer = self._standing
        if offer.suggestions:
            behind = (slot for slot in offer.filled if slot > self._marked)
            self._marked = next(behind, offer.first)
            self._show_strip()

    def action_why(self) -> None:
        """Show each expert's part in the marked suggestion."""
        suggestion = in_slot(self._standing, self._marked)
        if suggestion is None:
            self.notify("No suggestion is showing.")
            return
        word = suggestion.text

        def answered(answer: Answer | None) -> None:
            if self._conversation is not None and answer == "forget":
                self._conversation.forget(word)
            elif self._conversation is not None and answer == "block":
                self._conversation.block(word)

        self.app.push_screen(WhyScreen(suggestion, words_of(self._profile)), answered)

    def action_add_word(self) -> None:
        """Make the word before the cursor one of the owner's, however seldom it was typed."""
        words, conversation = text_words(self.editor.before), self._conversation
        if self.status.private or self.status.paused:
            self.notify("Nothing is kept now, so no word was added.")
        elif not words:
            self.notify("No word stands before the cursor.")
        elif conversation is not None and (own := words_of(self._profile)) is not None:
            word = words[-1]
            self._add(word, conversation.run(partial(own.add, word)))

    def _add(self, word: str, future: Future[Added]) -> None:
        def done(ended: Future[Added]) -> None:
            error = ended.exception()
            if error is not None:
                self.post_message(messages.KeyboardFailed(describe(error)))
            else:
                self.post_message(messages.WordAdded(word, ended.result()))

        future.add_done_callback(done)

    def action_forget(self) -> None:
        """Forget the marked suggestion; block it if it was refused just before."""
        suggestion = in_slot(self._standing, self._marked)
        if self._conversation is None or suggestion is None:
            return
        word = suggestion.text
        if word == self._refused_word:
            self._conversation.block(word)
        else:
            self._conversation.forget(word)

    def action_unlearn(self) -> None:
        """Forget what was kept in the last ten minutes, once that is confirmed."""
        since = time.time() - UNLEARNED_S  # as of the command: the question may stand for a while

        def answered(goes_on: bool | None) -> None:
            if goes_on and self._conversation is not None:
                self._conversation.unlearn(since)

        if self._conversation is not None:
            self.app.push_screen(UnlearnScreen(), answered)

    def action_private(self) -> None:
        """Turn private mode on or off, behind the keys that were pressed before: they wait in the editor's queue.

        The app acts on a key of its own before the editor has seen those; a burst, as over a slow line, would make
        a line private that was finished before, or keep one that was not.
        """
        self.editor.call_later(self._turn_private)

    def _turn_private(self) -> None:
        private = not self.status.private
        self.editor.private = private
        self.set_class(private, "-private")
        tally = self.status.tally.dropped()  # private mode covers the line on which it begins
        self.status = replace(self.status, private=private, tally=tally)
        if self._conversation is not None:
            self._conversation.renew()

    def action_benefit(self) -> None:
        """Show what suggestions saved, and who brought it."""
        if self._profile is not None:
            kept = self._profile.meter.standing(datetime.now().astimezone().date())
            self.app.push_screen(BenefitScreen(kept))

    def action_pause(self) -> None:
        """Turn learning off or on, behind the keys that were pressed before."""
        self.editor.call_later(self._turn_paused)

    def _turn_paused(self) -> None:
        if self._conversation is not None:
            paused = not self.status.paused
            self._conversation.set_paused(paused)
            self.status = replace(self.status, paused=paused)

    def action_learn(self) -> None:
        """Start a learning run, or stop the one under way."""
        if self._runs is not None:
            self._runs.toggle()

    # What is kept --------------------------------------------------------------------------------

    def _forgot_elsewhere(self) -> None:
        """Follow a forgetting of another room; any thread may call it."""
        self._take_back()
        self.post_message(messages.ForgottenElsewhere())

    def _take_back(self) -> None:
        """Take back the report that was made of what is forgotten now."""
        if self._sharing is not None:
            self._sharing.forgot()

    def _counted(self, change: Callable[[Tally], Tally]) -> None:
        """Count a key."""
        self.status = replace(self.status, tally=change(self.status.tally))

    def _keep(self, text: str) -> None:
        tally = self.status.tally
        keeps = self._profile is None or self._profile.settings.learns_from(SURFACE)
        self.status = replace(self.status, tally=tally.kept() if keeps else tally.dropped())
        self._hand_over(text, tally)

    def _hand_over(self, text: str, tally: Tally) -> None:
        if self._conversation is None:
            self._waiting.append((text, tally))
        else:
            self._conversation.commit(text, tally)

    def _taken(self, suggestion: Suggestion) -> None:
        if self._conversation is not None:
            self._conversation.accept(suggestion)

    def _backspace_reverts(self) -> bool:
        return self._profile is not None and self._profile.settings.backspace_reverts

    def _undone(self, line: str, private: bool) -> None:
        if self._conversation is not None:
            self._conversation.undo(window(line), remember=not private)

    # What is shown -------------------------------------------------------------------------------

    def _ask(self, before: str) -> None:
        self._token += 1
        if self._conversation is not None:
            self._conversation.ask(self._token, window(before))

    def _show(self, offer: Offer) -> None:
        if offer.suggestions != self.editor.offer.suggestions:  # else only the phrase is new
            self._marked = offer.first
        self.editor.offer = offer
        self._show_strip()
        self._together.soon()

    def _line_moved(self) -> None:
        """Take from the strip what the line no longer confirms; what takes its place is to be painted with the key."""
        if self._conversation is not None and self.is_current:
            self._together.wait(self.app)
        self._show_strip()

    @property
    def _standing(self) -> Offer:
        """What of the last answer the line as it is now confirms: all that may show."""
        return confirmed(self.editor.offer, self.editor.before)

    def _show_strip(self) -> None:
        if self._composed:
            slots = view_model.strip(self.editor.offer, self._marked)
            self.query_one(SuggestionStrip).slots = view_model.standing_in(slots, self._standing)
