"""`coordinator`: run a leader or a helper of sharing, and what its operator does beside."""

# ruff: noqa: PLC0415 - imported when used: without the extra, every command says what to install

from __future__ import annotations

import time
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, get_args

import click

from hushkey.tui.cli import output
from hushkey.tui.cli.coordinator_dev import dev
from hushkey.tui.cli.exits import Exit

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hushkey.sync.coordinator.administration import Shown
    from hushkey.sync.coordinator.roles import Opened

_NEEDS: Final = ("alembic", "httpx", "msgspec", "prometheus_client", "sqlalchemy", "starlette")
_FILE: Final = click.Path(dir_okay=False, path_type=Path)

_settings = click.option(
    "-c",
    "--config",
    type=_FILE,
    default=Path("coordinator.toml"),
    envvar="HUSHKEY_COORDINATOR",
    show_default=True,
    help="The role's settings.",
)
_task = click.option("--task", "name", help="Its name, or how its identity starts.")


@click.group()
def coordinator() -> None:
    """Run a leader or a helper: the two servers that sharing needs, under two operators.

    docs/operating.md goes through all of it with exact commands.
    """
    missing = [name for name in (*_NEEDS, "uvicorn") if find_spec(name) is None]
    if missing:
        raise click.ClickException(
            f"this needs the package {missing[0]}; nothing was done; pip install 'hushkey[coordinator]'"
        )


coordinator.add_command(dev)


@coordinator.command()
@click.option("--role", type=click.Choice(["leader", "helper"]), required=True)
@click.option("--name", required=True, help="The operator, as a person is shown it.")
@click.option("--url", required=True, help="Where it will be reached: https://HOST:PORT.")
@click.option("--store", help="The database; without it a file of SQLite in the folder.")
@click.option("--listen", default="127.0.0.1:8443", show_default=True)
@output.as_json
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
def init(
    role: str, name: str, url: str, store: str | None, listen: str, folder: Path, as_json: bool
) -> None:
    """Make FOLDER with a role's settings and keys; print the key that the other operator needs."""
    from hushkey.sync.coordinator import administration
    from hushkey.sync.messages import Role

    known = next(each for each in get_args(Role) if each == role)
    store = store or f"sqlite:///{role}.db"
    settings = administration.Settings(known, name, url, store, listen)
    key = administration.init(folder, settings)
    if as_json:
        output.result_json({"folder": str(folder), "role": role, "key": key})
        return
    output.result(key)
    output.note(
        f"{folder} is made. Give the key above to the other operator by a way that you trust, and add "
        "theirs as [peer] to coordinator.toml: see docs/operating.md."
    )


@coordinator.command()
@click.option("--workers", type=click.IntRange(1, 64), default=1, show_default=True)
@click.argument("config", type=_FILE, default=Path("coordinator.toml"))
def serve(workers: int, config: Path) -> int:
    """Serve the role of CONFIG until SIGTERM: so many processes that answer, and as many that sum.

    SIGHUP starts them anew, one after another, with the settings as they are then.
    """
    from hushkey.sync.coordinator.config import load
    from hushkey.sync.coordinator.serving import serve as serving

    healthy = serving(config.resolve(), load(config), workers)
    return Exit.OK if healthy else Exit.FAILED


# Tasks ------------------------------------------------------------------------------------------


@coordinator.group()
def task() -> None:
    """Make, sign, publish and list tasks."""


@task.command()
@_settings
@click.option("--name", required=True)
@click.option("--plan", default="shared", show_default=True, help="A preset or a file of a plan.")
@click.option("--batch-min", type=click.IntRange(2), required=True, help="Reports of a batch.")
@click.option("--batch-max", type=click.IntRange(2), help="Without it, half as many again.")
@click.option(
    "--epsilon",
    type=float,
    help="Of ten reports; without it as little as leaves 1.5 of signal to noise, at most 8.",
)
@click.option("--delta", type=float, default=1e-6, show_default=True)
@click.option("--sigma", type=click.IntRange(1), help="Instead of what --epsilon asks for.")
@click.option(
    "--directions",
    type=click.IntRange(0, 1024),
    help="Public directions that a delta is sent along; without it the first alone, 0: every number.",
)
@click.option("--clip-norm", type=float, help="Without it, what suits the plan 'shared'.")
@click.option("--variance-floor", type=float, help="The same.")
@click.option("--age-max", type=click.IntRange(0, 63), default=15, show_default=True)
@click.option("--optimizer", type=click.Choice(["fedavg", "fedadam"]), default="fedavg")
@click.option("--rate", type=float, default=1.0, show_default=True)
@click.option(
    "--norm-limit", type=float, help="Of a batch's mean, in clip norms; without it what suits."
)
@click.option("--ttl-days", type=click.IntRange(1, 90), default=14, show_default=True)
@click.option("--demonstration", is_flag=True, help="Weak noise, on loopback alone.")
@output.as_json
@click.argument("file", type=_FILE)
def create(config: Path, plan: str, file: Path, as_json: bool, **chosen: Any) -> None:
    """Make a task, sign it as its leader and write FILE for the helper to sign.

    Prints what the terms come to, and refuses those of which ten smallest batches leave less signal than noise.
    """
    from hushkey.sync.coordinator import administration
    from hushkey.sync.coordinator.drafting import Choices
    from hushkey.sync.device.policy import BATCH_MIN
    from hushkey.sync.messages import encode

    least = chosen["batch_min"]
    chosen["batch_max"] = chosen["batch_max"] or least + least // 2
    given = {name: value for name, value in chosen.items() if value is not None}
    choices = Choices(ranks=_ranks(plan), **given)
    with _opened(config) as held:
        made, terms = administration.create_task(held, choices)
        administration.write_new(file, encode(made))
    _tell(terms, as_json=as_json)
    if least < BATCH_MIN and not choices.demonstration:
        output.note(
            f"devices take no part in batches below {BATCH_MIN} unless their owners allow it: raise --batch-min"
        )
    output.note(f"{file} is for the helper: hushkey coordinator task sign {file.name}")


@task.command()
@_settings
@click.option("--yes", is_flag=True, help="Sign without asking.")
@output.as_json
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def sign(config: Path, yes: bool, file: Path, as_json: bool) -> None:
    """Sign the task in FILE as its helper, if it keeps to this helper's own floor; write it back."""
    from hushkey.keyboard.private_files import write_private
    from hushkey.sync.coordinator import administration
    from hushkey.sync.messages import encode

    data = file.read_bytes()
    with _opened(config) as held:
        _tell(administration.look(held, data), as_json=as_json)
        if not yes:
            click.confirm("Take part in this task?", abort=True, err=True)
        signed = administration.sign_task(held, data)
    write_private(file, encode(signed), replace=True)
    output.note(f"{file} is for the leader: hushkey coordinator task publish {file.name}")


@task.command()
@_settings
@output.as_json
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def publish(config: Path, file: Path, as_json: bool) -> None:
    """Offer the task in FILE, which both have signed. It is listed once the helper signed its base."""
    from hushkey.sync.coordinator import administration

    with _opened(config) as held:
        identity = administration.publish_task(held, file.read_bytes()).hex()
    output.result_json({"task": identity}) if as_json else output.result(identity)


@task.command("list")
@_settings
@output.as_json
def list_(config: Path, as_json: bool) -> None:
    """List the tasks and their versions."""
    from hushkey.sync.coordinator import administration

    with _opened(config) as held:
        found = administration.list_tasks(held)
    if as_json:
        output.result_json(found)
    elif found:
        output.table(
            (each["task"][:16], f"version {each['version']}", each["name"]) for each in found
        )


# Devices and versions ---------------------------------------------------------------------------


@coordinator.command()
@_settings
@_task
@click.option("--count", type=click.IntRange(1, 10_000), default=1, show_default=True)
@output.as_json
def enrol(config: Path, name: str | None, count: int, as_json: bool) -> None:
    """Print enrolment codes, each for one device within a week. They are shown once and kept nowhere."""
    from hushkey.sync.coordinator import administration

    with _opened(config) as held:
        made = administration.codes(held, administration.named(held, name), count)
    if as_json:
        output.result_json({"codes": made})
        return
    for code in made:
        output.result(code)


def _device_command(name: str, text: str, act: str) -> None:
    """Make a command that changes one device by a method of the leader."""

    @coordinator.command(name, help=text)
    @_settings
    @_task
    @click.argument("device", metavar="KEY")
    def change(config: Path, name: str | None, device: str) -> None:
        from hushkey.sync.coordinator import administration

        with _opened(config) as held:
            key = administration.device_key(device)
            getattr(held.leader(), act)(administration.named(held, name), key)
        output.result("done")


_device_command("revoke", "Take no further report of the device with this key.", "revoke")
_device_command("lift", "Take reports of a device in quarantine again.", "lift_quarantine")


@coordinator.command()
@_settings
@click.option("--to", "version", type=click.IntRange(0), required=True, help="An earlier version.")
@click.option("--reason", required=True, help="For the public record: quote nobody.")
@click.argument("name", metavar="TASK")
def rollback(config: Path, version: int, reason: str, name: str) -> None:
    """Propose the adapter of an earlier version as TASK's next one; a worker has the helper sign it."""
    from hushkey.sync.coordinator import administration

    with _opened(config) as held:
        held.leader().roll_back(administration.named(held, name), version, reason)
    output.result(f"proposed: version {version} again, as the next one")


# Keys, log, copies ------------------------------------------------------------------------------


@coordinator.command("rotate-keys")
@_settings
@click.option("--out", type=_FILE, help="At the helper: the file for the leader.")
@click.option("--peer", type=_FILE, help="At the leader: offer the helper's key of this file.")
def rotate_keys(config: Path, out: Path | None, peer: Path | None) -> None:
    """Make a new key that reports are sealed for; the old ones are kept until theirs have expired.

    The operator's own key, which devices pin, stays.
    """
    from hushkey.sync.coordinator import administration
    from hushkey.sync.messages import encode

    with _opened(config) as held:
        if peer is not None:
            number = administration.offer_helper_key(held, peer.read_bytes())
            output.result(f"the helper's key {number} is offered from now on")
            return
        if held.config.role == "helper" and out is None:
            raise click.UsageError("a helper hands its new key to the leader: name a file, --out")
        signed = administration.rotate(held)
        if out is not None:
            administration.write_new(out, encode(signed))
            output.note(
                f"{out} is for the leader: hushkey coordinator rotate-keys --peer {out.name}"
            )
    output.result("a new key is in the file of keys; those before are kept")


@coordinator.command()
@_settings
@click.option("--after", type=click.IntRange(0), default=0, help="Rows after this number.")
@click.option("--limit", type=click.IntRange(1), default=1000, show_default=True)
@output.as_json
def log(config: Path, after: int, limit: int, as_json: bool) -> None:
    """Check the audit log from its first row on, and print it."""
    from hushkey.sync.coordinator.audit_log import entries, verify_log

    with _opened(config) as held:
        verify_log(held.store)
        rows = entries(held.store, after=after, limit=limit)
    if as_json:
        for row in rows:
            told = {"number": row.number, "at": row.at, "act": row.act}
            output.result_json(told | {"subject": row.subject, "detail": row.detail})
    elif rows:
        output.table(
            (str(row.number), _when(row.at), row.act, row.subject[:16], row.detail) for row in rows
        )


@coordinator.command()
@_settings
@output.as_json
def status(config: Path, as_json: bool) -> None:
    """Show the role's key, tasks, batches and whether its audit log is whole."""
    from hushkey.sync.coordinator import administration

    with _opened(config) as held:
        found = administration.status(held)
    if as_json:
        output.result_json(found)
        return
    receiver = found["receiver"]
    output.table(
        [
            ("role", f"{found['role']}, {found['name']}"),
            ("key", found["key"]),
            ("sealing key", f"number {receiver['number']}, until {_when(receiver['expires_at'])}"),
            ("audit log", f"{found['audit_rows']} rows, whole"),
            *(("task", _line(each)) for each in found["tasks"]),
        ]
    )


@coordinator.command()
@_settings
@click.argument("file", type=_FILE)
def backup(config: Path, file: Path) -> None:
    """Write a copy of the database to FILE, as it is at one moment; the role may go on meanwhile.

    The file of keys is not in it: keep a copy of that apart.
    """
    from hushkey.sync.coordinator.administration import back_up
    from hushkey.sync.coordinator.config import load

    back_up(load(config), file)
    output.result(f"{file.stat().st_size:,} bytes")


@contextmanager
def _opened(config: Path) -> Iterator[Opened]:
    from hushkey.sync.coordinator.config import load
    from hushkey.sync.coordinator.roles import opened

    with opened(load(config)) as held:
        yield held


def _ranks(plan: str) -> Any:
    from hushkey.model.plans import PRESETS, plan_from, preset

    if plan in PRESETS:
        return preset(plan).ranks
    try:
        return plan_from(Path(plan).read_text(encoding="utf-8")).ranks
    except OSError:
        raise click.ClickException(
            f"there is no plan of that name, and no file; presets are {', '.join(PRESETS)}"
        ) from None


def _tell(terms: Shown, *, as_json: bool) -> None:
    if as_json:
        output.result_json(terms)
        return
    came = terms.prediction
    output.table(
        [
            ("task", terms.task),
            ("name", terms.name + (" (demonstration, not private)" if terms.demonstration else "")),
            ("leader, helper", f"{terms.leader}, {terms.helper}"),
            ("batches", f"{terms.batch_min} to {terms.batch_max} reports"),
            ("numbers", f"{came.numbers:,}"),
            ("noise", f"sigma {came.sigma:,} of each operator, in a ring of {came.bits} bits"),
            ("signal to noise", f"{came.signal_to_noise:.2f} of a smallest batch"),
            (
                "epsilon",
                f"{came.epsilon_per_report:.2f} a report, {came.epsilon_over_ten:.2f} over ten",
            ),
            ("a report", f"{came.bytes_per_report:,} bytes"),
        ]
    )


def _line(each: dict[str, Any]) -> str:
    waits = "" if each.get("pending") is None else f", {each['pending']} reports wait"
    parts = [f"{count} {stage}" for stage, count in sorted(each.get("batches", {}).items())]
    return f"{each['task'][:16]} {each['name']}: version {each['version']}{waits}" + "".join(
        f", {part}" for part in parts
    )


def _when(at: float) -> str:
    return time.strftime("%Y-%m-%d %H:%M:%SZ", time.gmtime(at))
