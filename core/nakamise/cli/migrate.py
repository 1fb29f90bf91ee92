"""`nakamise migrate`: everybody's tables to what this version needs."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from nakamise.cli.installation import on_installation

if TYPE_CHECKING:
    from nakamise.settings import Settings
    from nakamise.tenancy.migrations import Result


@click.command()
@click.option(
    "--all/--shared-only", "everybody", default=True, help="All tenants too, or the shared tables only."
)
@click.option("--workers", default=4, show_default=True, type=click.IntRange(1, 32))
@click.option(
    "--canaries",
    default=3,
    show_default=True,
    type=click.IntRange(0),
    help="So many tenants go first; when one of them fails, the others are spared.",
)
@click.option(
    "--report",
    type=click.Path(dir_okay=False, writable=True, path_type=Path),
    help="Write a CSV with a row for each tenant.",
)
@on_installation
async def migrate(
    settings: Settings, everybody: bool, workers: int, canaries: int, report: Path | None
) -> None:
    """Apply what is missing; safe to stop and to repeat, also while the site serves."""
    from nakamise.tenancy.bootstrap import prepare_database

    await prepare_database(settings)
    click.echo("The shared tables are up to date.")
    if not everybody:
        return
    results = await _with_bar(settings, workers, canaries)
    if report is not None:
        _write(report, results)
    _summarise(results)


async def _with_bar(settings: Settings, workers: int, canaries: int) -> list[Result]:
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    from nakamise.host.registry import PluginHost
    from nakamise.host.routes import Mounting
    from nakamise.tenancy.migrations import migrate_all

    host = PluginHost.discover(safe_mode=settings.safe_mode, mounting=Mounting.NOTHING)
    columns = (TextColumn("tenants"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns) as bar:
        task = bar.add_task("tenants", total=None)
        return await migrate_all(
            settings,
            host,
            workers=workers,
            canaries=canaries,
            progress=lambda done, total: bar.update(task, completed=done, total=total),
        )


def _write(path: Path, results: Sequence[Result]) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        rows = csv.writer(file)
        rows.writerow(("tenant", "state", "migrations", "seconds", "error"))
        rows.writerows((r.slug, r.state, r.applied, f"{r.seconds:.3f}", r.error) for r in results)


def _summarise(results: Sequence[Result]) -> None:
    failed = [result for result in results if result.state == "failed"]
    spared = sum(result.state == "spared" for result in results)
    for result in failed:
        click.echo(f"{result.slug}: {result.error}", err=True)
    applied = sum(result.applied for result in results)
    done = sum(result.state == "done" for result in results)
    click.echo(f"{applied} migrations applied to {done} tenants, {len(failed)} failed.")
    if spared:
        click.echo(f"{spared} tenants were not tried, because one of the first failed. Mend it and repeat.")
    if failed:
        raise click.exceptions.Exit(1)
