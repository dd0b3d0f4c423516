"""`hushkey lsp` as a program of its own, asked by a real client: completion, inline completion, learning on save."""

import json
import os
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from lsprotocol import types as lsp
from pygls.exceptions import JsonRpcException
from pytest_lsp import ClientServerConfig, LanguageClient, client_capabilities

URI = "file:///letters/letter.txt"
COMMANDS = ["hushkey.forget", "hushkey.private"]
UTF_16 = "🦉🦉 "  # two characters and a blank: five units


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    return {
        **os.environ,
        "HUSHKEY_HOME": str(tmp_path / "home"),
        "HUSHKEY_PASSPHRASE": "a pass phrase",
        "PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring",
    }


class Editor:
    """One document in a client, edited as an editor does."""

    def __init__(self, client: LanguageClient) -> None:
        self.client = client
        self._version = 0
        self._left = False

    def open(self, text: str = "") -> None:
        document = lsp.TextDocumentItem(URI, "text", self._version, text)
        self.client.text_document_did_open(lsp.DidOpenTextDocumentParams(document))

    def write(self, text: str, row: int = 0, start: int = 0, end: int = 0) -> None:
        """Put text in the place of some units of a row."""
        self._version += 1
        span = lsp.Range(lsp.Position(row, start), lsp.Position(row, end))
        self.client.text_document_did_change(
            lsp.DidChangeTextDocumentParams(
                lsp.VersionedTextDocumentIdentifier(uri=URI, version=self._version),
                [lsp.TextDocumentContentChangePartial(range=span, text=text)],
            )
        )

    def save(self) -> None:
        self.client.text_document_did_save(
            lsp.DidSaveTextDocumentParams(lsp.TextDocumentIdentifier(URI))
        )

    def close(self) -> None:
        self.client.text_document_did_close(
            lsp.DidCloseTextDocumentParams(lsp.TextDocumentIdentifier(URI))
        )

    async def leave(self) -> None:
        if not self._left:
            self._left = True
            await self.client.shutdown_session()
            await self.client.stop()

    async def complete(self, row: int, unit: int) -> list[lsp.CompletionItem]:
        found = await self.client.text_document_completion_async(
            lsp.CompletionParams(lsp.TextDocumentIdentifier(URI), lsp.Position(row, unit))
        )
        assert found.is_incomplete
        return list(found.items)

    async def inline(self, row: int, unit: int) -> list[lsp.InlineCompletionItem]:
        found = await self.client.text_document_inline_completion_async(
            lsp.InlineCompletionParams(
                lsp.InlineCompletionContext(lsp.InlineCompletionTriggerKind.Automatic),
                lsp.TextDocumentIdentifier(URI),
                lsp.Position(row, unit),
            )
        )
        return list(found.items)

    async def command(self, name: str, *given: object) -> object:
        return await self.client.workspace_execute_command_async(
            lsp.ExecuteCommandParams(name, list(given))
        )


@pytest.fixture
async def editor(environ) -> AsyncIterator[Editor]:
    command = [sys.executable, "-m", "hushkey", "lsp"]
    config = ClientServerConfig(server_command=command, server_env=environ)
    client = await config.start()
    capabilities = client_capabilities("neovim")
    capabilities.general = lsp.GeneralClientCapabilities(
        position_encodings=[lsp.PositionEncodingKind.Utf16]
    )
    told = await client.initialize_session(lsp.InitializeParams(capabilities=capabilities))
    assert told.capabilities.position_encoding == lsp.PositionEncodingKind.Utf16
    assert told.capabilities.inline_completion_provider
    assert list(told.capabilities.execute_command_provider.commands) == COMMANDS
    edited = Editor(client)
    yield edited
    await edited.leave()


def kept(environ: dict[str, str]) -> list[tuple[str, str]]:
    done = subprocess.run(
        [sys.executable, "-m", "hushkey", "export"],
        env=environ,
        check=True,
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
    )
    lines = map(json.loads, done.stdout.splitlines())
    return [(line["surface"], line["text"]) for line in lines]


async def test_completion_replaces_what_was_typed_in_utf_16(editor):
    editor.open(f"one\n{UTF_16}See you tom, and then")
    end = 5 + len("See you tom")
    items = await editor.complete(1, end)
    first = items[0]
    assert (first.label, first.filter_text) == ("tomorrow", "tom")
    assert first.text_edit.new_text == "tomorrow"
    assert first.text_edit.range == lsp.Range(lsp.Position(1, end - 3), lsp.Position(1, end))
    assert [item.sort_text for item in items] == sorted(item.sort_text for item in items)


async def test_inline_completion_adds_the_rest_of_the_word_at_the_cursor(editor):
    editor.open(f"{UTF_16}See you tom")
    end = 5 + len("See you tom")
    (item,) = await editor.inline(0, end)
    assert item.insert_text == "orrow"
    assert item.range == lsp.Range(lsp.Position(0, end), lsp.Position(0, end))


async def test_a_position_outside_the_document_is_answered(editor):
    editor.open("See you tom")
    assert (await editor.complete(0, 999))[0].label == "tomorrow"
    assert isinstance(await editor.complete(99, 0), list)


async def test_only_what_was_written_is_learned_when_it_is_saved_and_never_twice(editor, environ):
    editor.open("somebody else's line\n")
    editor.write("We met Zorblax\nWe met Zorblax again\nhalf a li", row=1)
    editor.save()
    assert "Zorblax" in [item.label for item in await editor.complete(2, len("We met Z"))]
    assert kept(environ) == [("lsp", "We met Zorblax"), ("lsp", "We met Zorblax again")]
    editor.write("ne", row=3, start=len("half a li"), end=len("half a li"))
    editor.save()
    editor.close()
    await editor.command("hushkey.private", False)  # whatever came before has been done
    assert kept(environ)[2:] == [("lsp", "half a line")]


async def test_what_is_saved_on_leaving_is_kept(editor, environ):
    editor.open()
    editor.write("We met Zorblax\nGood")
    editor.save()
    editor.close()
    await editor.leave()
    assert kept(environ) == [("lsp", "We met Zorblax"), ("lsp", "Good")]


async def test_a_surface_that_is_off_learns_nothing_also_when_it_is_switched_off_meanwhile(
    editor, environ
):
    editor.open()
    off = [sys.executable, "-m", "hushkey", "set", "surfaces-off", "lsp"]
    subprocess.run(off, env=environ, check=True, capture_output=True)  # noqa: ASYNC221  the server is another process
    editor.write("We met Zorblax\n")
    editor.save()
    assert "Zorblax" not in [item.label for item in await editor.complete(0, len("We met Z"))]
    assert kept(environ) == []


async def test_what_was_written_in_private_is_never_learned(editor, environ):
    editor.open()
    assert await editor.command("hushkey.private") == {"private": True}
    editor.write("We met Zorblax\n")
    editor.save()
    editor.write("We met Quuxley\n", row=1)
    assert await editor.command("hushkey.private", False) == {"private": False}
    editor.write("We met nobody\n", row=2)
    editor.save()
    await editor.complete(0, 0)
    assert kept(environ) == [("lsp", "We met nobody")]


async def test_a_word_is_forgotten_by_command(editor, environ):
    editor.open()
    editor.write("We met Zorblax\nWe met Zorblax again\n")
    editor.save()
    assert await editor.command("hushkey.forget", "Zorblax") == {"lines": 2}
    assert "Zorblax" not in [item.label for item in await editor.complete(0, len("We met Z"))]
    assert "orblax" not in str(kept(environ))


async def test_a_wrong_command_is_refused_and_not_quoted(editor):
    editor.open("zorblaxian")
    for name, given in (
        ("hushkey.forget", []),
        ("hushkey.forget", [["zorblaxian"]]),
        ("hushkey.forget", ["zorblaxian", "zorblaxian"]),
        ("hushkey.private", ["zorblaxian"]),
    ):
        with pytest.raises(JsonRpcException) as refused:
            await editor.command(name, *given)
        assert "nothing was changed" in str(refused.value)
        assert "zorblaxian" not in str(refused.value)
