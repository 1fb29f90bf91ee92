"""`nakamise plugin check`: the conformance suite over one installed plugin, on a throwaway PostgreSQL."""

from __future__ import annotations

import asyncio
import sys
from typing import TYPE_CHECKING

import click
import msgspec

from nakamise.cli.failure import plain_errors

if TYPE_CHECKING:
    from rich.console import Console

    from nakamise.testing.conformance import Outcome, Report


@click.command("check")
@click.argument("package")
@click.option("--json", "as_json", is_flag=True, help="The reports as JSON.")
@plain_errors
def check(package: str, *, as_json: bool) -> None:
    """Examine a plugin by sixteen rules; PACKAGE is its id, its module, or a distribution with all of its plugins."""
    reports = asyncio.run(_examine(installed_ids(package)))
    if as_json:
        click.echo(msgspec.json.format(msgspec.json.encode(reports), indent=2))
    else:
        from rich.console import Console

        for report in reports:
            print_report(Console(), report)
    sys.exit(0 if all(report.is_good for report in reports) else 1)


def installed_ids(package: str) -> list[str]:
    """Ids of the plugins that ``package`` names. Raises ClickException."""
    from nakamise.host.discovery import distribution_of, installed_entry_points

    found = {
        one.name: (one.name, one.module.partition(".")[0], distribution_of(one))
        for one in installed_entry_points()
    }
    for position in range(3):
        if matching := sorted(id_ for id_, names in found.items() if names[position] == package):
            return matching
    known = ", ".join(sorted(found)) or "none"
    raise click.ClickException(f"No plugin {package!r} is installed here. Installed: {known}.")


async def _examine(plugin_ids: list[str]) -> list[Report]:
    try:
        from nakamise.testing.conformance import Bench, examine
    except ImportError as error:
        raise click.ClickException(f"{error}. Install the tools: pip install 'nakamise[test]'.") from error
    from nakamise.testing.ground import ground

    async with ground() as (runtime, app):
        return [await examine(Bench(runtime, app, plugin_id)) for plugin_id in plugin_ids]


def print_report(console: Console, report: Report) -> None:
    from rich.table import Table

    table = Table(title=report.plugin, title_justify="left", box=None, pad_edge=False)
    for column in ("", "rule", "", "what"):
        table.add_column(column)
    for outcome in report.outcomes:
        table.add_row(str(outcome.number), outcome.id, _mark(outcome), outcome.title)
    console.print(table)
    for outcome in report.outcomes:
        _explain(console, outcome)
    console.print(f"\n{report.plugin}: {report.tier or 'no tier yet'}")


def _mark(outcome: Outcome) -> str:
    colour = {"ok": "green", "FAIL": "bold red"}.get(outcome.state.value, "yellow")
    return f"[{colour}]{outcome.state.value}[/]"


def _explain(console: Console, outcome: Outcome) -> None:
    """Not as markup: a fault may quote brackets."""
    if outcome.note:
        console.print(f"\n{outcome.number} {outcome.id}: {outcome.note}", markup=False)
    if outcome.faults:
        console.print(f"\n{outcome.number} {outcome.id}: {outcome.title}", style="bold", markup=False)
        for fault in outcome.faults:
            console.print(f"  - {fault}", markup=False)
        console.print(f"  Why: {outcome.why}\n  Mend: {outcome.mend}", markup=False)
