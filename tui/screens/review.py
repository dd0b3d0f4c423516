"""The weekly review: each new word of the owner's is kept, forgotten, blocked or left. It decides nothing itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, cast

from textual import on
from textual.containers import Horizontal, Vertical
from textual.reactive import reactive
from textual.screen import ModalScreen
from textual.widgets import Button, Static

from hushkey.tui import review_view
from hushkey.tui.bound import bound
from hushkey.tui.review_view import Decided, Decision, ReviewState
from hushkey.tui.view_model import visible

if TYPE_CHECKING:
    from textual.app import ComposeResult
    from textual.binding import BindingType

    from hushkey.keyboard.review import Review

_BUTTONS = (("keep", "Keep"), ("forget", "Forget"), ("block", "Block"), ("leave", "Leave"))


class ReviewScreen(ModalScreen[Decided]):
    """Answers with what was decided until it was closed; the words it did not come to come again."""

    BINDINGS: ClassVar[list[BindingType]] = [
        bound("leave", "stop", "Stop"),
        bound("review_keep", "decide('keep')", "Keep"),
        bound("review_forget", "decide('forget')", "Forget"),
        bound("review_block", "decide('block')", "Block"),
        bound("review_skip", "decide('leave')", "Leave"),
        bound("review_rest", "rest", "Keep the rest"),
        bound("review_back", "back", "Back"),
    ]

    state: reactive[ReviewState | None] = reactive(None, init=False)

    def __init__(self, review: Review) -> None:
        super().__init__()
        self._review = review

    def compose(self) -> ComposeResult:
        """Lay out the word and the four answers; nothing moves from word to word."""
        with Vertical(classes="card", id="review"):
            yield Static(classes="card-title", id="review-head", markup=False)
            yield Static(id="review-word", markup=False)
            yield Static(id="review-facts", markup=False)
            with Horizontal(classes="buttons"):
                for name, label in _BUTTONS:
                    yield Button(label, id=name, compact=True)
            yield Static(
                "k f b s decide · a keeps the rest · ⌫ back · Esc: the rest comes again",
                classes="card-foot",
            )

    def on_mount(self) -> None:
        """Begin with the oldest."""
        self.state = ReviewState(self._review)
        self.query_one("#keep").focus()

    def watch_state(self, state: ReviewState) -> None:
        """Show the word that is asked for; end where there is none."""
        if state.word is None:
            self.dismiss(state.ended())
            return
        self.query_one("#review-head", Static).update(review_view.headline(state))
        self.query_one("#review-word", Static).update(visible(state.word.word))
        self.query_one("#review-facts", Static).update(review_view.facts(state.word))

    @on(Button.Pressed)
    def _pressed(self, event: Button.Pressed) -> None:
        self.action_decide(cast("Decision", event.button.id))

    def action_decide(self, decision: Decision) -> None:
        """Decide on the word that shows."""
        if self.state is not None:
            self.state = self.state.decide(decision)

    def action_rest(self) -> None:
        """Keep this one and all that follow."""
        if self.state is not None:
            self.state = self.state.decide_rest("keep")

    def action_back(self) -> None:
        """Take the last decision back."""
        if self.state is not None:
            self.state = self.state.back()

    def action_stop(self) -> None:
        """End here."""
        if self.state is not None:
            self.dismiss(self.state.ended())
