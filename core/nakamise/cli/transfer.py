"""`nakamise tenant export|import|clone|digest`: a whole tenant as one file."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import click

from nakamise.cli.installation import on_installation, open_runtime

if TYPE_CHECKING:
    from nakamise.settings import Settings
    from nakamise.tenancy.transfer.load import Imported

PASSPHRASE = "NAKAMISE_TRANSFER_PASSPHRASE"  # noqa: S105 - the name of a variable
_EVERY_S = 0.2


class Steps:
    """One line that is written over, on a terminal; silent in a pipe."""

    def __init__(self) -> None:
        self._next = 0.0
        self._shown = False

    def say(self, what: str, done: int, total: int) -> None:
        if not sys.stderr.isatty() or (time.monotonic() < self._next and done < total):
            return
        self._next = time.monotonic() + _EVERY_S
        self._shown = True
        click.echo(f"\r{what}: {done / 1e6:.1f} of {total / 1e6:.1f} MB \x1b[K", nl=False, err=True)

    def end(self) -> None:
        if self._shown:
            click.echo(err=True)


@click.command("export")
@click.argument("slug")
@click.option("-o", "--output", type=click.Path(dir_okay=False, path_type=Path), help="Default: SLUG.zip")
@click.option(
    "--passphrase",
    envvar=PASSPHRASE,
    help="Take secrets along, sealed with it (second factors, secret settings). Better given as"
    f" {PASSPHRASE}: other users see arguments.",
)
@on_installation
async def export(settings: Settings, slug: str, output: Path | None, passphrase: str | None) -> None:
    """Write the tenant SLUG into one file: tables, files, settings. The tenant goes on meanwhile."""
    from nakamise.tenancy.transfer.export import export_tenant

    steps = Steps()
    path = output or Path(f"{slug}.zip")
    async with open_runtime(settings) as runtime:
        began = time.monotonic()
        made = await export_tenant(
            runtime,
            slug,
            path,
            passphrase=passphrase,
            progress=lambda done, total: steps.say("export", done, total),
        )
    steps.end()
    click.echo(
        f"{made.path}: {made.rows} rows, {made.files} files, {made.size / 1e6:.1f} MB"
        f" in {time.monotonic() - began:.1f} s"
    )
    for key in made.missing_files:
        click.echo(f"Gone while it was written: {key}")
    if passphrase is None:
        click.echo("Without secrets: second factors and secret settings are set up again at the target.")


@click.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--slug", help="Another name than at the source.")
@click.option("--host", "hosts", multiple=True, help="May be repeated; the first is the canonical one.")
@click.option("--agency", help="Default: the one of the source.")
@click.option("--plan", help="Default: the one of the source.")
@click.option("--without", multiple=True, metavar="PLUGIN", help="Leave this plugin's data out.")
@click.option("--passphrase", envvar=PASSPHRASE, help=f"Opens the secrets; better given as {PASSPHRASE}.")
@click.option(
    "--jobs/--no-jobs",
    "take_jobs",
    default=None,
    help="Take waiting jobs along. Default: only from a tenant that was not served when it was exported.",
)
@click.option("--suspended", is_flag=True, help="Do not serve it yet.")
@on_installation
async def import_(
    settings: Settings,
    file: Path,
    slug: str | None,
    hosts: tuple[str, ...],
    agency: str | None,
    plan: str | None,
    without: tuple[str, ...],
    passphrase: str | None,
    take_jobs: bool | None,
    suspended: bool,
) -> None:
    """Make a tenant from FILE. Everything is checked first; it appears complete or not at all."""
    from nakamise.tenancy.transfer.enter import Target
    from nakamise.tenancy.transfer.load import import_tenant

    target = Target(
        slug=slug,
        hosts=hosts,
        agency=agency,
        plan=plan,
        without=frozenset(without),
        passphrase=passphrase,
        take_jobs=take_jobs,
        is_suspended=suspended,
    )
    steps = Steps()
    async with open_runtime(settings) as runtime:
        got = await import_tenant(runtime, file, target, progress=steps.say)
    steps.end()
    _tell(got)


@click.command()
@click.argument("slug")
@click.argument("new_slug")
@click.option("--host", "hosts", multiple=True, help="Default: NEW_SLUG below the base domain.")
@on_installation
async def clone(settings: Settings, slug: str, new_slug: str, hosts: tuple[str, ...]) -> None:
    """Copy the tenant SLUG to NEW_SLUG beside it, without waiting jobs and without sessions."""
    from nakamise.tenancy.transfer.clone import clone_tenant

    steps = Steps()
    async with open_runtime(settings) as runtime:
        got = await clone_tenant(runtime, slug, new_slug, hosts=hosts, progress=steps.say)
    steps.end()
    _tell(got)


@click.command()
@click.argument("slug")
@click.option("--json", "as_json", is_flag=True, help="Every table and file.")
@on_installation
async def digest(settings: Settings, slug: str, as_json: bool) -> None:
    """Hashes of the tenant's tables and files: equal for a copy, wherever it lives."""
    import msgspec

    from nakamise.tenancy.transfer.digest import digest_tenant

    async with open_runtime(settings) as runtime:
        found = await digest_tenant(runtime, slug)
    if as_json:
        whole = {"sha256": found.sha256, **msgspec.to_builtins(found)}
        click.echo(msgspec.json.format(msgspec.json.encode(whole)).decode())
        return
    for name, table in found.tables.items():
        click.echo(f"{table.sha256}  {name}  {table.rows} rows")
    click.echo(f"{len(found.files)} files")
    click.echo(f"{found.sha256}  everything")


def _tell(got: Imported) -> None:
    click.echo(
        f"{got.slug}: {got.rows} rows, {got.files} files, {got.jobs} waiting jobs; at {', '.join(got.hosts)}"
    )
    for one in got.typed_again:
        click.echo(f"To be set up again: {one}")
