"""The room of learned words: all of them, and what their owner decides. It carries messages and decides nothing."""

from __future__ import annotations

import asyncio
import time
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, ClassVar, TypeVar

from textual import on, work
from textual.containers import Horizontal, Vertical
from textual.message import Message
from textual.reactive import reactive
from textual.screen import Screen
from textual.widgets import Footer, Input, Static

from hushkey.tui import learned_view, review_view, view_model, why_view
from hushkey.tui.bound import bound
from hushkey.tui.faults import describe
from hushkey.tui.learned_port import words_of
from hushkey.tui.learned_view import ORDERS, SIFTS, LearnedState, LearnedView
from hushkey.tui.screens.add_word import AddWordScreen
from hushkey.tui.screens.forget import ForgetScreen
from hushkey.tui.screens.review import ReviewScreen
from hushkey.tui.screens.unlearn import UnlearnScreen
from hushkey.tui.widgets.room_bar import RoomBar
from hushkey.tui.widgets.word_table import WordTable

if TYPE_CHECKING:
    from collections.abc import Callable
    from concurrent.futures import Future

    from textual.app import ComposeResult
    from textual.binding import BindingType

    from hushkey.tui.review_view import Decided
    from hushkey.tui.rooms import Desk

T = TypeVar("T")

UNLEARNED_S = 600.0  # ten minutes, as the command is called
_NONE = "This profile keeps no words that could be listed."


class LearnedScreen(Screen[None]):
    """Shows one state. What changes the profile runs on the engine's thread, and is done though the room is left."""

    CSS_PATH = "../learned.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        # In the order of the footer: a terminal of 60 columns shows the first six.
        bound("back", "leave", "Back"),
        bound("learned_search", "search", "Search"),
        bound("learned_forget", "forget", "Forget"),
        bound("learned_block", "block", "Block"),
        bound("learned_add", "add", "Add"),
        bound("learned_review", "review", "Review"),
        bound("learned_sift", "sift", "Filter"),
        bound("learned_sort", "sort", "Sort"),
        bound("learned_turn", "turn", show=False),
        bound("learned_unlearn", "unlearn", "Unlearn"),
    ]

    state: reactive[LearnedState] = reactive(LearnedState(), init=False)
    view: reactive[LearnedView] = reactive(LearnedView(), init=False)

    class Changed(Message):
        """A change of the profile is done, or was refused."""

        def __init__(self, told: str, refusal: str = "") -> None:
            super().__init__()
            self.told, self.refusal = told, refusal

    def __init__(self, desk: Desk) -> None:
        super().__init__(id="learned")
        self._desk = desk
        self._own = words_of(desk.profile)

    def compose(self) -> ComposeResult:
        """Lay out head, search, table, what is known of the word, and what was done last."""
        with Vertical(id="learned-room"):
            yield RoomBar("learned")
            with Horizontal(id="learned-head"):
                yield Static("Learned", id="learned-title")
                yield Static(id="learned-count", markup=False)
            yield Input(placeholder="search", id="learned-search", compact=True)
            yield WordTable(id="learned-table")
            yield Static(id="learned-word", markup=False)
            yield Static(id="learned-told", markup=False)
            yield Footer(show_command_palette=False)

    def on_mount(self) -> None:
        """Read the words."""
        self.watch_state(self.state)
        self._table.focus()
        self._read()

    @property
    def _table(self) -> WordTable:
        return self.query_one(WordTable)

    # What is shown ------------------------------------------------------------------------------

    def watch_state(self, state: LearnedState) -> None:
        """Turn the state into what is shown."""
        self.view = learned_view.view_of(state)
        self._table.order = state.order, state.reverse

    def watch_view(self, view: LearnedView) -> None:
        """Hand everything its text."""
        told = self.query_one("#learned-told", Static)
        told.set_class(bool(view.refusal), "-refused")
        told.update(view.refusal or view.doing or view.told)
        self.query_one("#learned-count", Static).update(view.headline)
        self._table.empty = view.empty
        self._table.words = view.shown

    def on_word_table_moved(self) -> None:
        """Tell of the word under the cursor."""
        self.query_one("#learned-word", Static).update(learned_view.detail(self._table.word))

    def on_word_table_turned(self, event: WordTable.Turned) -> None:
        """Sort by a column."""
        order, reverse = learned_view.turned(self.state, event.order)
        self.state = replace(self.state, order=order, reverse=reverse)

    @on(Input.Changed, "#learned-search")
    def _searched(self, event: Input.Changed) -> None:
        self.state = replace(self.state, search=event.value)

    @on(Input.Submitted, "#learned-search")
    def _found(self) -> None:
        self._table.focus()

    # Reading and changing -----------------------------------------------------------------------

    @work(exclusive=True, group="read")
    async def _read(self) -> None:
        """Read all words off the screen's thread; an older reading is dropped."""
        if self._own is None:
            self.state = replace(self.state, words=(), doing="", refusal=_NONE)
            return
        try:
            words = tuple(await asyncio.to_thread(self._own.all))
        except Exception as error:  # noqa: BLE001 - told in one line, without typed text
            self.state = replace(self.state, doing="", refusal=describe(error))
        else:
            self.state = replace(self.state, words=words, doing="")

    def _change(self, doing: str, job: Callable[[], T], told: Callable[[T], str]) -> None:
        """Run a change behind what is being kept; a message tells when it is done."""

        def done(future: Future[T]) -> None:
            error = future.exception()
            if error is not None:
                self.post_message(self.Changed("", describe(error)))
            else:
                self.post_message(self.Changed(told(future.result())))

        self.state = replace(self.state, doing=doing, told="", refusal="")
        self._desk.run(job).add_done_callback(done)

    def on_learned_screen_changed(self, event: Changed) -> None:
        """Say what became of it, and read anew."""
        self.state = replace(self.state, doing="", told=event.told, refusal=event.refusal)
        self._read()

    # Keys ---------------------------------------------------------------------------------------

    def action_leave(self) -> None:
        """Leave the search first, then the room."""
        field = self.query_one("#learned-search", Input)
        if field.has_focus or field.value:
            field.value = ""
            self._table.focus()
        else:
            self.dismiss()

    def action_search(self) -> None:
        """Go to the search field."""
        self.query_one("#learned-search").focus()

    def action_sort(self) -> None:
        """Sort by the next column."""
        place = ORDERS.index(self.state.order) + 1
        self.state = replace(self.state, order=ORDERS[place % len(ORDERS)], reverse=False)

    def action_turn(self) -> None:
        """Turn the order round."""
        self.state = replace(self.state, reverse=not self.state.reverse)

    def action_sift(self) -> None:
        """Show the next kind of words: all, new, kept, blocked."""
        place = SIFTS.index(self.state.sift) + 1
        self.state = replace(self.state, sift=SIFTS[place % len(SIFTS)])

    def action_forget(self) -> None:
        """Forget the word under the cursor, once that is confirmed."""
        word, own = self._table.word, self._own
        if word is None or own is None:
            return

        def answered(goes_on: bool | None) -> None:
            if goes_on:
                self._forget((word.word,))

        self.app.push_screen(ForgetScreen(*learned_view.question(word)), answered)

    def _forget(self, words: tuple[str, ...], before: str = "") -> None:
        own = self._own
        if own is None:
            return

        def job() -> str:
            report, found = own.forget(words)
            self._desk.forgot()
            return learned_view.forgotten(len(words), report, found)

        self._change("forgetting", job, lambda said: f"{before} {said}".strip())

    def action_block(self) -> None:
        """Block the word under the cursor, or allow it again."""
        word, own = self._table.word, self._own
        if word is None or own is None:
            return
        shown = view_model.visible(word.word)
        if word.blocked:
            told = f"“{shown}” is offered again."
            self._change("unblocking", partial(own.unblock, word.word), lambda _: told)
        else:
            told = f"“{shown}” is blocked; b once more undoes it."
            self._change("blocking", partial(own.block, word.word), lambda _: told)

    def action_add(self) -> None:
        """Ask for a word; a search that found none begins it."""
        begun = "" if self.view.shown else self.state.search.strip()

        def answered(word: str | None) -> None:
            own = self._own
            if word and own is not None:
                self._change("adding", partial(own.add, word), partial(why_view.added, word))

        self.app.push_screen(AddWordScreen(begun), answered)

    def action_unlearn(self) -> None:
        """Forget what was kept in the last ten minutes, once that is confirmed."""
        since, own = time.time() - UNLEARNED_S, self._own
        if own is None:
            return

        def job() -> int:
            report = own.unlearn(since)
            self._desk.forgot()
            return report.entries

        def answered(goes_on: bool | None) -> None:
            if goes_on:
                self._change("forgetting", job, view_model.unlearned)

        self.app.push_screen(UnlearnScreen(), answered)

    # The weekly review --------------------------------------------------------------------------

    @work(exclusive=True, group="review")
    async def action_review(self) -> None:
        """Go through the words that are new since the last review."""
        own = self._own
        if own is None:
            return
        self.state = replace(self.state, doing=learned_view.READING, told="", refusal="")
        try:
            review = await asyncio.to_thread(own.review)
        except Exception as error:  # noqa: BLE001 - told in one line, without typed text
            self.state = replace(self.state, doing="", refusal=describe(error))
            return
        if not review.words:
            self.state = replace(self.state, doing="", told=review_view.nothing(review))
            return
        self.state = replace(self.state, doing="")
        self.app.push_screen(ReviewScreen(review), self._reviewed)

    def _reviewed(self, decided: Decided | None) -> None:
        """Keep and block what was decided, then forget the rest together: each forgetting learns all anew."""
        own = self._own
        if own is None or decided is None:
            return
        keep = partial(own.reviewed, decided.review, decided.asked, decided.keep, decided.block)
        told = review_view.told(decided)
        self._change("keeping what you decided", keep, lambda _: told)
        if decided.forget:
            self._forget(decided.forget, told)
