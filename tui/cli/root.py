"""The `hushkey` command: finds the command that was named, and turns refusals into one line.

No traceback is ever printed: its lines and locals could hold what was typed.
"""

# ruff: noqa: PLC0415 - imported when used: `hushkey --help` loads neither engine nor screen

from __future__ import annotations

import difflib
import importlib
from typing import TYPE_CHECKING, Final

import click

from hushkey.keyboard.errors import KeyboardError
from hushkey.model.errors import ModelError
from hushkey.sync.errors import SyncError
from hushkey.tui.cli import output
from hushkey.tui.cli.exits import Exit, exit_for
from hushkey.tui.faults import describe

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_COMMANDS: Final[Mapping[str, str]] = {
    "audit": "audit:audit",
    "base": "base:base",
    "benefit": "benefit:benefit",
    "block": "words:block",
    "completion": "shell:completion",
    "coordinator": "coordinator:coordinator",
    "doctor": "places:doctor",
    "eval": "evaluate:evaluate",
    "export": "history:export",
    "forget": "words:forget",
    "history": "history:history",
    "import": "history:import_",
    "keys": "keys:keys",
    "learn": "learning:learn",
    "learned": "review:learned",
    "locate": "places:locate",
    "lsp": "lsp:lsp",
    "pause": "learning:pause",
    "pty": "pty:pty_",
    "recover": "recovery:recover",
    "recovery": "recovery:recovery",
    "resume": "learning:resume",
    "review": "review:review",
    "screenshot": "typing:screenshot",
    "serve": "serve:serve",
    "set": "settings:set_",
    "settings": "settings:settings",
    "share": "share:share",
    "simulate": "simulate:simulate",
    "shell-agent": "shell_widgets:shell_agent",
    "shell-init": "shell_widgets:shell_init",
    "suggest": "typing:suggest",
    "sync-folder": "portability:sync_folder",
    "type": "typing:type_",
    "unblock": "words:unblock",
    "wipe": "history:wipe",
}


class LazyGroup(click.Group):
    """Imports a command's module when the command is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """Name every command."""
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """Import one command."""
        if cmd_name not in _COMMANDS:
            return None
        module, name = _COMMANDS[cmd_name].split(":")
        command = getattr(importlib.import_module(f"hushkey.tui.cli.{module}"), name)
        return command if isinstance(command, click.Command) else None

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command; name the nearest where there is none of that name."""
        name = args[0] if args else ""
        if name and not name.startswith("-") and name not in _COMMANDS:
            near = difflib.get_close_matches(name, _COMMANDS, n=1, cutoff=0.5)
            hint = f" Did you mean “{near[0]}”?" if near else ""
            ctx.fail(f"There is no command “{name}”.{hint}")
        return super().resolve_command(ctx, args)


@click.group(
    cls=LazyGroup,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog=(
        "Exit codes: 0 done, 1 refused, 2 not understood, 3 locked, 4 busy, 5 damaged, "
        "6 disk full, 70 a fault of ours, 130 interrupted."
    ),
)
@click.option("--bare-key-file", is_flag=True, help="Keep the key in a 0600 file, unwrapped.")
@click.version_option(package_name="hushkey", prog_name="hushkey")
@click.pass_context
def root(ctx: click.Context, bare_key_file: bool) -> int:
    """Type with suggestions that learn you, without telling on you.

    Without a command, the app starts. HUSHKEY_HOME moves all files; HUSHKEY_PASSPHRASE or
    HUSHKEY_PASSPHRASE_FD opens the history where nobody can be asked.
    """
    ctx.obj = bare_key_file
    if ctx.invoked_subcommand is None:
        from hushkey.tui.cli.typing import start_app

        return start_app(bare_key_file=bare_key_file)
    return Exit.OK


def run(arguments: Sequence[str] | None = None) -> int:
    """Run one command line; return its exit code."""
    try:
        outcome = root.main(args=arguments, prog_name="hushkey", standalone_mode=False)
    except click.exceptions.Exit as leaving:
        return leaving.exit_code
    except click.ClickException as refusal:
        refusal.show()
        return refusal.exit_code
    except BrokenPipeError:
        return Exit.FAILED  # whoever read our output has gone; there is nobody to tell
    except (Exception, KeyboardInterrupt) as error:  # noqa: BLE001 - no traceback gets out
        code, sentence = _told(error)
        output.note(f"hushkey: {sentence}")
        return code
    return outcome if isinstance(outcome, int) else Exit.OK


def _told(error: BaseException) -> tuple[Exit, str]:
    """Return the exit code and the one line for what ended a command."""
    match error:
        case click.Abort() | KeyboardInterrupt():
            return Exit.INTERRUPTED, "interrupted"
        case KeyboardError() | ModelError() | SyncError():
            return exit_for(error), str(error)
        case ModuleNotFoundError(name=str(name)) if not name.startswith("hushkey"):
            return Exit.FAILED, f"this needs the package {name}: pip install 'hushkey[app]'"
        case _:
            return Exit.FAULT, describe(error)
