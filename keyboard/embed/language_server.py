"""`hushkey lsp`: completion and inline completion for any editor that speaks the language server protocol.

It learns the lines that were written when a document is saved, on the surface "lsp", if the owner's switches allow it.
Commands: "hushkey.forget" [word], "hushkey.private" [true | false]. Positions are UTF-16 unless the client agrees to
another encoding. No error and no log holds text of a document.
"""

import asyncio
import contextlib
import logging
import threading
from collections.abc import Callable
from importlib.metadata import version
from typing import Any, BinaryIO, Final, TypeVar

from lsprotocol import types as lsp
from pygls.exceptions import JsonRpcInternalError, JsonRpcInvalidParams
from pygls.io_ import StdoutWriter, run_async
from pygls.lsp.server import LanguageServer
from pygls.workspace import TextDocument

from hushkey.keyboard.embed.asynchronous import AsyncSession
from hushkey.keyboard.embed.saved_lines import SavedLines
from hushkey.keyboard.embed.surface import Surface
from hushkey.keyboard.embed.told import told
from hushkey.keyboard.types import Suggestion

SURFACE: Final = "lsp"
FORGET: Final = "hushkey.forget"
PRIVATE: Final = "hushkey.private"
_SUGGESTIONS: Final = 5

_T = TypeVar("_T")


class HushkeyServer(LanguageServer):
    """One editor's conversation over one surface."""

    def __init__(self, surface: Surface) -> None:
        super().__init__("hushkey", version("hushkey"))
        self.surface = surface
        self._session: AsyncSession | None = None
        self._documents: dict[str, SavedLines] = {}
        self._cursor_lines: dict[str, int] = {}
        self._learning: set[asyncio.Task[None]] = set()

    @property
    def session(self) -> AsyncSession:
        """The thread that asks the engine; begun with the first request."""
        if self._session is None:
            self._session = AsyncSession(self.surface)
        return self._session

    def report_server_error(self, error: Exception, source: Any) -> None:  # noqa: ARG002
        """Tell the editor of a fault without the text that it was about."""
        self.window_show_message(
            lsp.ShowMessageParams(type=lsp.MessageType.Error, message=f"hushkey: {told(error)}")
        )

    async def finish(self) -> None:
        """Do what was asked for so far, and nothing more."""
        await asyncio.gather(*self._learning, return_exceptions=True)
        if self._session is not None:
            await self._session.aclose()

    async def run(self, job: Callable[[], _T]) -> _T:
        """Run something on the engine's thread. Raises JsonRpcInternalError, which quotes nothing."""
        try:
            return await self.session.run(job)
        except Exception as error:  # noqa: BLE001 - its message may hold typed text
            raise JsonRpcInternalError(message=told(error)) from None

    async def ask(self, question: Callable[[], _T]) -> _T | None:
        """Ask the engine; None where a newer question came meanwhile. Raises as `run`."""
        try:
            return await self.session.ask(question)
        except Exception as error:  # noqa: BLE001 - its message may hold typed text
            raise JsonRpcInternalError(message=told(error)) from None

    # Learning -----------------------------------------------------------------------------------

    def opened(self, uri: str) -> None:
        """Note what stands in a document before its owner writes."""
        self._documents[uri] = SavedLines(self._lines(uri))

    def changed(self, uri: str, line: int) -> None:
        """Note where the owner writes."""
        self._cursor_lines[uri] = line

    def saved(self, uri: str) -> None:
        """Learn what was written, if that is allowed; what is not learned now never is.

        The document is read at once: when the next message has been handled, it may be closed.
        """
        document = self._documents.setdefault(uri, SavedLines(self._lines(uri)))
        if self.surface.private:
            document.pass_over(self._lines(uri))
            return
        self._learn(document.saved(self._lines(uri), self._cursor_lines.get(uri)))

    def closed(self, uri: str) -> None:
        """Learn the line that waited at the last save."""
        document = self._documents.pop(uri, None)
        self._cursor_lines.pop(uri, None)
        if document is not None and not self.surface.private:
            self._learn(document.closed())

    def set_private(self, on: bool) -> bool:
        """Keep nothing from now on, or keep again what is written from now on: it holds for the very next message."""
        self.surface.private = on
        for uri, document in self._documents.items():
            document.pass_over(self._lines(uri))
        if not on:
            self.surface.commit("")  # a line begun in private has ended
        return on

    def _learn(self, lines: list[str]) -> None:
        if lines:
            learning = asyncio.ensure_future(self._commit("\n".join(lines)))
            self._learning.add(learning)
            learning.add_done_callback(self._learning.discard)

    async def _commit(self, text: str) -> None:
        try:
            await self.session.run(lambda: self.surface.commit(text))
        except Exception as error:  # noqa: BLE001 - its message may hold typed text
            self.report_server_error(error, None)

    def _lines(self, uri: str) -> list[str]:
        source: str = self.workspace.get_text_document(uri).source
        return source.splitlines()


def serve_editor(surface: Surface, stdin: BinaryIO, stdout: BinaryIO) -> None:
    """Serve one editor over two pipes until it leaves."""
    with contextlib.suppress(SystemExit, BrokenPipeError):  # how pygls says that the editor left
        asyncio.run(_serve(language_server(surface), stdin, stdout))


async def _serve(server: HushkeyServer, stdin: BinaryIO, stdout: BinaryIO) -> None:
    """Read without pygls' own reader, in which each line of a message waits for a thread."""
    reader = asyncio.StreamReader()
    loop = asyncio.get_running_loop()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), stdin)
    server.protocol.set_writer(StdoutWriter(stdout))
    with contextlib.suppress(asyncio.IncompleteReadError):  # it left in the midst of a message
        await run_async(
            threading.Event(), reader, server.protocol, error_handler=server.report_server_error
        )
    await server.finish()


def language_server(surface: Surface) -> HushkeyServer:
    """Return a server over a surface."""
    logging.getLogger("pygls").setLevel(logging.CRITICAL + 1)  # it logs messages, which hold text
    server = HushkeyServer(surface)

    @server.feature(lsp.TEXT_DOCUMENT_COMPLETION, lsp.CompletionOptions(trigger_characters=[" "]))
    async def completion(params: lsp.CompletionParams) -> lsp.CompletionList:
        document = server.workspace.get_text_document(params.text_document.uri)
        before, position = _before(document, params.position)
        offered = await server.ask(lambda: surface.suggest(before, _SUGGESTIONS))
        items = [
            _item(document, before, position, place, suggestion)
            for place, suggestion in enumerate(offered or ())
            if suggestion.kind != "typed"  # it stands there already
        ]
        return lsp.CompletionList(is_incomplete=True, items=items)

    @server.feature(lsp.TEXT_DOCUMENT_INLINE_COMPLETION, lsp.InlineCompletionOptions())
    async def inline_completion(params: lsp.InlineCompletionParams) -> lsp.InlineCompletionList:
        document = server.workspace.get_text_document(params.text_document.uri)
        before, position = _before(document, params.position)
        ghost = await server.ask(lambda: surface.ghost(before))
        if not ghost:
            return lsp.InlineCompletionList(items=[])
        here = lsp.Range(position, position)
        return lsp.InlineCompletionList(items=[lsp.InlineCompletionItem(ghost, range=here)])

    @server.feature(lsp.SHUTDOWN)
    async def shutdown(*_: Any) -> None:
        await server.finish()

    _follows_documents(server)
    _has_commands(server)
    return server


def _follows_documents(server: HushkeyServer) -> None:
    @server.feature(lsp.TEXT_DOCUMENT_DID_OPEN)
    def opened(params: lsp.DidOpenTextDocumentParams) -> None:
        server.opened(params.text_document.uri)

    @server.feature(lsp.TEXT_DOCUMENT_DID_CHANGE)
    def changed(params: lsp.DidChangeTextDocumentParams) -> None:
        for change in params.content_changes:
            if isinstance(change, lsp.TextDocumentContentChangePartial):
                line = change.range.start.line + change.text.count("\n")
                server.changed(params.text_document.uri, line)

    @server.feature(lsp.TEXT_DOCUMENT_DID_SAVE)
    def saved(params: lsp.DidSaveTextDocumentParams) -> None:
        server.saved(params.text_document.uri)

    @server.feature(lsp.TEXT_DOCUMENT_DID_CLOSE)
    def closed(params: lsp.DidCloseTextDocumentParams) -> None:
        server.closed(params.text_document.uri)


def _has_commands(server: HushkeyServer) -> None:
    @server.command(FORGET)
    async def forget(*given: Any) -> dict[str, int]:
        words = [word for word in given if isinstance(word, str) and word.strip()]
        if len(words) != 1 or len(given) != 1:
            raise JsonRpcInvalidParams(message=f"{FORGET} takes one word; nothing was changed")
        return {"lines": await server.run(lambda: server.surface.forget(words[0]))}

    @server.command(PRIVATE)
    def private(*given: Any) -> dict[str, bool]:
        if not given:
            return {"private": server.set_private(not server.surface.private)}
        if len(given) != 1 or not isinstance(given[0], bool):
            raise JsonRpcInvalidParams(
                message=f"{PRIVATE} takes true or false; nothing was changed"
            )
        return {"private": server.set_private(given[0])}


def _before(document: TextDocument, position: lsp.Position) -> tuple[str, lsp.Position]:
    """Return the line up to a position of the client's, and the position, moved into the document if it is not."""
    lines = document.lines
    if position.line >= len(lines):
        return "", position
    line: str = lines[position.line].rstrip("\r\n")
    column = document.position_from_client_units(position).character
    return line[:column], position


def _item(
    document: TextDocument, before: str, end: lsp.Position, place: int, suggestion: Suggestion
) -> lsp.CompletionItem:
    """Return one word for the menu, in the order of the engine: it replaces what was typed of it."""
    kept = before[: len(before) - suggestion.replaces]
    units = document.position_codec.client_num_units
    start = lsp.Position(end.line, end.character - units(before) + units(kept))
    return lsp.CompletionItem(
        label=suggestion.text,
        kind=lsp.CompletionItemKind.Text,
        detail="new" if suggestion.new else suggestion.kind,
        sort_text=f"{place:02}",
        filter_text=before[len(kept) :] or suggestion.text,
        text_edit=lsp.TextEdit(lsp.Range(start, end), suggestion.text),
    )
