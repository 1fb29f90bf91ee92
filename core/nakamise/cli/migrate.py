"""`nakamise migrate`: everybody's tables to what this version needs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from nakamise.cli.installation import on_installation

if TYPE_CHECKING:
    from nakamise.settings import Settings


@click.command()
@click.option(
    "--all/--shared-only", "everybody", default=True, help="All tenants too, or the shared tables only."
)
@click.option("--workers", default=4, show_default=True, type=click.IntRange(1, 32))
@on_installation
async def migrate(settings: Settings, everybody: bool, workers: int) -> None:
    """Apply what is missing; safe to stop and to repeat, also while the site serves."""
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    from nakamise.host.registry import PluginHost
    from nakamise.tenancy.bootstrap import prepare_database
    from nakamise.tenancy.migrations import migrate_all

    await prepare_database(settings)
    click.echo("The shared tables are up to date.")
    if not everybody:
        return
    host = PluginHost.discover(safe_mode=settings.safe_mode)
    columns = (TextColumn("tenants"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns) as bar:
        task = bar.add_task("tenants", total=0)
        results = await migrate_all(
            settings,
            host,
            workers=workers,
            progress=lambda done, total: bar.update(task, completed=done, total=total),
        )
    failed = [result for result in results if result.state == "failed"]
    for result in failed:
        click.echo(f"{result.slug}: {result.error}", err=True)
    applied = sum(result.applied for result in results)
    click.echo(f"{applied} migrations applied to {len(results) - len(failed)} tenants, {len(failed)} failed.")
    if failed:
        raise click.exceptions.Exit(1)
