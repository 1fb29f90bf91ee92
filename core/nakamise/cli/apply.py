"""`nakamise tenant apply`: a folder of files becomes a tenant, after showing what that changes."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from nakamise.cli.installation import on_installation, open_runtime

if TYPE_CHECKING:
    from nakamise.settings import Settings
    from nakamise.tenancy.blueprint_check import Fault
    from nakamise.tenancy.blueprint_diff import Change, Plan

_MARKS = {"create": ("+", "green"), "change": ("~", "yellow"), "remove": ("-", "red"), "leave": ("=", None)}
_LENGTH_MAX = 60


@click.command()
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("--dry-run", is_flag=True, help="Only show what would change.")
@click.option("--json", "as_json", is_flag=True, help="For programs; needs --yes or --dry-run.")
@on_installation
async def apply(settings: Settings, folder: Path, yes: bool, dry_run: bool, as_json: bool) -> None:
    """Make or bring up to date a tenant from FOLDER, which holds tenant.toml.

    All faults of the files are named at once. Applying again continues what was cut short, and a second
    time there is nothing to do.
    """
    from nakamise.tenancy import blueprint
    from nakamise.tenancy.blueprint_check import check_blueprint
    from nakamise.tenancy.blueprint_diff import compare

    if as_json and not (yes or dry_run):
        raise click.UsageError("--json needs --yes or --dry-run.")
    async with open_runtime(settings) as runtime:
        if faults := await check_blueprint(runtime, folder):
            _refuse(faults, as_json)
        plan = await compare(runtime, folder)
        if not as_json:
            _show(plan)
        applies = plan.has_work and not dry_run and (yes or _asked(plan))
        if applies:
            say = (lambda _: None) if as_json else click.echo
            made = await blueprint.apply(runtime, folder, settings.base_domain, say)
            if not as_json:
                click.echo(f"{made.name} is at {runtime.directory.base_url(made)}/")
        if as_json:
            _print({"plan": plan, "has_work": plan.has_work, "applied": applies})


def _refuse(faults: list[Fault], as_json: bool) -> None:
    if as_json:
        _print({"faults": faults})
    else:
        for fault in faults:
            click.echo(str(fault), err=True)
        click.echo(f"{len(faults)} faults; nothing was changed.", err=True)
    raise click.exceptions.Exit(1)


def _show(plan: Plan) -> None:
    for change in plan.changes:
        mark, colour = _MARKS[change.kind]
        click.secho(f"{mark} {_text(change)}", fg=colour)
    if not plan.has_work:
        click.echo(f"{plan.slug}: nothing to do.")


def _text(change: Change) -> str:
    before, after = _short(change.before), _short(change.after)
    if before and after:
        return f"{change.what}: {before} -> {after}"
    return f"{change.what}: {before or after}" if before or after else change.what


def _short(text: str) -> str:
    return text if len(text) <= _LENGTH_MAX else f"{text[: _LENGTH_MAX - 1]}…"


def _asked(plan: Plan) -> bool:
    return click.confirm(f"{'Make' if plan.is_new else 'Change'} {plan.slug} so?")


def _print(whole: dict[str, Any]) -> None:
    import msgspec

    click.echo(msgspec.json.format(msgspec.json.encode(whole)).decode())
