"""`completion`: the script that teaches a shell to complete hushkey's commands."""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class

from hushkey.tui.cli import output

_HOW = {
    "bash": 'eval "$(hushkey completion bash)"   # in ~/.bashrc',
    "zsh": 'eval "$(hushkey completion zsh)"    # in ~/.zshrc',
    "fish": "hushkey completion fish | source     # in ~/.config/fish/config.fish",
}


@click.command()
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
@click.pass_context
def completion(ctx: click.Context, shell: str) -> None:
    """Print the completion script of a SHELL."""
    kind = get_completion_class(shell)
    if kind is None:
        raise click.ClickException(f"this version of click has no completion for {shell}")
    script = kind(ctx.find_root().command, {}, "hushkey", "_HUSHKEY_COMPLETE")
    output.result(f"# {_HOW[shell]}\n{script.source()}")
