"""`nakamise doctor`: is this installation healthy, and if not, what to do."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from nakamise.cli.installation import on_installation

if TYPE_CHECKING:
    from nakamise.settings import Settings

COLOURS = {"ok": "green", "warn": "yellow", "fail": "red"}


@click.command()
@on_installation
async def doctor(settings: Settings) -> None:
    """Look at database, roles, tables, plugins, addresses, mail and disk. Changes nothing.

    Exit status 1 when something must be mended.
    """
    from nakamise.host.registry import PluginHost
    from nakamise.tenancy.checks import examine

    findings = await examine(settings, PluginHost.discover(safe_mode=settings.safe_mode))
    for finding in findings:
        mark = click.style(f"{finding.level:<4}", fg=COLOURS[finding.level])
        click.echo(f"{mark}  {finding.what}" + (f"\n      -> {finding.todo}" if finding.todo else ""))
    if any(finding.level == "fail" for finding in findings):
        raise click.exceptions.Exit(1)
