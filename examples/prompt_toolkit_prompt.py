"""A prompt with ghost text and a completion menu: python examples/prompt_toolkit_prompt.py."""

from prompt_toolkit import PromptSession

from hushkey import open_profile
from hushkey.keyboard.embed import HushkeyAutoSuggest, HushkeyCompleter, Surface


def prompt_on(surface: Surface) -> PromptSession[str]:
    """Return a prompt; Right takes the ghost text, Tab opens the menu."""
    return PromptSession(
        "> ",
        auto_suggest=HushkeyAutoSuggest(surface),
        completer=HushkeyCompleter(surface),
        complete_while_typing=False,
    )


def main() -> None:
    """Read lines until Ctrl+D, and learn each."""
    with open_profile(in_memory=True) as profile:
        surface = Surface(profile, "repl")
        prompt = prompt_on(surface)
        try:
            while True:
                surface.commit(prompt.prompt())
        except (EOFError, KeyboardInterrupt):
            return


if __name__ == "__main__":
    main()
