"""Sections of facts: a title, then a short head and a sentence each. They wrap at any width and hold no logic."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.containers import Horizontal, Vertical
from textual.reactive import reactive
from textual.widgets import Static

if TYPE_CHECKING:
    from textual.app import ComposeResult

    from hushkey.tui.sharing_view import Section


class Facts(Vertical):
    """Shows sections; it is laid out anew only where they changed."""

    sections: reactive[tuple[Section, ...]] = reactive((), recompose=True)

    def __init__(self, sections: tuple[Section, ...] = ()) -> None:
        super().__init__()
        self.set_reactive(Facts.sections, sections)

    def compose(self) -> ComposeResult:
        """Lay out a line for each fact; one without a head takes the whole width."""
        for section in self.sections:
            if section.title:
                yield Static(section.title, classes="section-title", markup=False)
            for fact in section.facts:
                if not fact.head:
                    yield Static(fact.text, classes="told", markup=False)
                    continue
                with Horizontal(classes="told-row"):
                    yield Static(fact.head, classes="told-head", markup=False)
                    yield Static(fact.text, classes="told-text", markup=False)
