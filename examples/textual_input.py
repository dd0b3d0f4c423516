"""A Textual app with one suggesting input: python examples/textual_input.py."""

from textual import on
from textual.app import App, ComposeResult
from textual.widgets import Footer, Input

from hushkey import open_profile
from hushkey.keyboard.embed import HushkeySuggester, Surface


class Notes(App[None]):
    """Right takes what is shown in grey; Enter keeps the line."""

    def __init__(self, surface: Surface) -> None:
        super().__init__()
        self.surface = surface
        self.suggester = HushkeySuggester(surface)

    def compose(self) -> ComposeResult:
        """Lay out one input."""
        yield Input(placeholder="Write a note", suggester=self.suggester)
        yield Footer()

    @on(Input.Submitted)
    def keep(self, event: Input.Submitted) -> None:
        """Learn a finished line."""
        self.surface.commit(event.value)
        event.input.clear()


if __name__ == "__main__":
    with open_profile(in_memory=True) as own:
        Notes(Surface(own, "notes")).run()
