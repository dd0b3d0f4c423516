"""hushkey in prompt_toolkit: ghost text and a completion menu over one surface. Neither learns.

    surface = Surface(profile, "repl")
    session = PromptSession(auto_suggest=HushkeyAutoSuggest(surface), completer=HushkeyCompleter(surface))
    surface.commit(session.prompt("> "))

Whoever reads the line decides whether to commit it. Give neither to a prompt for a password.
"""

import asyncio
from collections.abc import AsyncGenerator, Callable, Iterator

from prompt_toolkit.auto_suggest import AutoSuggest, Suggestion
from prompt_toolkit.buffer import Buffer
from prompt_toolkit.completion import CompleteEvent, Completer, Completion
from prompt_toolkit.document import Document

from hushkey.keyboard.embed.surface import Surface


class HushkeyAutoSuggest(AutoSuggest):
    """Ghost text behind the cursor: the rest of the word, or the next words. Right or Ctrl+E takes it."""

    def __init__(
        self, surface: Surface, prose: Callable[[str], str | None] = lambda line: line
    ) -> None:
        """Suggest on a surface; `prose` cuts out of a line what is prose, None where nothing is."""
        self._surface = surface
        self._prose = prose

    def get_suggestion(self, buffer: Buffer, document: Document) -> Suggestion | None:  # noqa: ARG002
        """Return what is likely to stand behind the cursor, None where nothing is."""
        if not document.is_cursor_at_the_end_of_line:
            return None
        before = self._prose(document.current_line_before_cursor)
        ghost = "" if before is None else self._surface.ghost(before)
        return Suggestion(ghost) if ghost else None

    async def get_suggestion_async(self, buff: Buffer, document: Document) -> Suggestion | None:
        """Ask on a thread: a key is never held up. prompt_toolkit drops what comes after another key."""
        return await asyncio.to_thread(self.get_suggestion, buff, document)


class HushkeyCompleter(Completer):
    """Words for the completion menu, likeliest first; what each is stands beside it."""

    def __init__(self, surface: Surface, k: int = 5) -> None:
        self._surface = surface
        self._k = k

    def get_completions(
        self,
        document: Document,
        complete_event: CompleteEvent,  # noqa: ARG002
    ) -> Iterator[Completion]:
        """Yield the suggestions for the text before the cursor."""
        for offered in self._surface.suggest(document.current_line_before_cursor, self._k):
            if offered.kind != "typed":  # it stands there already
                note = "new" if offered.new else offered.kind
                yield Completion(offered.text, start_position=-offered.replaces, display_meta=note)

    async def get_completions_async(
        self, document: Document, complete_event: CompleteEvent
    ) -> AsyncGenerator[Completion, None]:
        """Ask on a thread: a key is never held up."""
        ask = self.get_completions(document, complete_event)
        for completion in await asyncio.to_thread(list, ask):
            yield completion
