"""hushkey in IPython: ghost text and Tab in comments and strings; it learns the comments of cells that ran.

    %load_ext hushkey.keyboard.embed.for_ipython

The surface is "ipython": `hushkey set surfaces-off ipython` keeps it from learning. The profile is that of HUSHKEY_HOME
or the usual place; one with a passphrase takes HUSHKEY_PASSPHRASE or HUSHKEY_PASSPHRASE_FD.
"""

import os
from collections.abc import Callable
from importlib import import_module
from typing import Any

from hushkey.keyboard.embed.prose import comments_of, prose_before
from hushkey.keyboard.embed.surface import Surface
from hushkey.keyboard.passphrase import passphrase_from
from hushkey.keyboard.profile import open_profile

SURFACE = "ipython"
_ATTRIBUTE = "_hushkey_close"


def load_ipython_extension(shell: Any) -> None:
    """Suggest in this shell, on the owner's profile. Raises KeyboardError where that cannot be opened."""
    profile = open_profile(passphrase=passphrase_from(os.environ))
    undo = attach(shell, Surface(profile, SURFACE))

    def close() -> None:
        undo()
        profile.close()

    setattr(shell, _ATTRIBUTE, close)


def unload_ipython_extension(shell: Any) -> None:
    """Suggest no more, and close the profile."""
    getattr(shell, _ATTRIBUTE, lambda: None)()
    setattr(shell, _ATTRIBUTE, lambda: None)


def attach(shell: Any, surface: Surface) -> Callable[[], None]:
    """Suggest in a shell on a surface, and learn the comments of its cells, each once; returns what ends it."""
    completer: Any = import_module("IPython.core.completer")
    learned: set[str] = set()

    def words_for(context: Any) -> dict[str, Any]:
        before = prose_before(context.line_with_cursor[: context.cursor_position])
        token = (before or "").split(" ")[-1]
        offered = [] if before is None else surface.suggest(before, 5)
        words = [word for word in offered if word.replaces == len(token)]
        return {
            "completions": [
                completer.SimpleCompletion(text=word.text, type="text") for word in words
            ],
            "matched_fragment": token,
            "ordered": True,
            "suppress": bool(words),
        }

    def ran(result: Any) -> None:
        for comment in comments_of(result.info.raw_cell or ""):
            if comment not in learned:
                learned.add(comment)
                surface.commit(comment)

    matcher = completer.context_matcher()(words_for)
    before = _ghost_text(shell, surface)
    shell.Completer.custom_matchers.append(matcher)
    shell.events.register("post_run_cell", ran)

    def undo() -> None:
        before()
        shell.Completer.custom_matchers.remove(matcher)
        shell.events.unregister("post_run_cell", ran)

    return undo


def _ghost_text(shell: Any, surface: Surface) -> Callable[[], None]:
    """Show ghost text in a shell that has a prompt; returns what takes it away."""
    prompt = getattr(shell, "pt_app", None)
    if prompt is None:
        return lambda: None
    from hushkey.keyboard.embed.for_prompt_toolkit import (  # noqa: PLC0415  a kernel has none
        HushkeyAutoSuggest,
    )

    had, prompt.auto_suggest = prompt.auto_suggest, HushkeyAutoSuggest(surface, prose_before)
    return lambda: setattr(prompt, "auto_suggest", had)
