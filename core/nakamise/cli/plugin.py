"""`nakamise plugin`: what is installed, and what is on for whom."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import msgspec

from nakamise.cli.failure import plain_errors
from nakamise.cli.installation import on_installation, open_runtime
from nakamise.cli.plugin_check import check

if TYPE_CHECKING:
    from nakamise.plugin.context import Tenant
    from nakamise.runtime import Runtime
    from nakamise.settings import Settings


@click.group()
def plugin() -> None:
    """Features of this installation."""


plugin.add_command(check)


@plugin.command("list")
@click.argument("tenant", required=False)
@on_installation
async def list_(settings: Settings, tenant: str | None) -> None:
    """Installed plugins with their hooks, and the reason for each that is refused.

    Each line ends with the tenants that have it on; with TENANT only that one is looked at.
    """
    async with open_runtime(settings, with_routes=True) as runtime:
        on = runtime.directory.all() if tenant is None else [_tenant(runtime, tenant)]
        for manifest in runtime.host.usable:
            where = ", ".join(sorted(one.slug for one in on if manifest.id in one.plugins)) or "-"
            hooks = ", ".join(sorted(runtime.host.plugin(manifest.id).steps)) or "-"
            click.echo(f"{manifest.id}\t{manifest.version}\tapi {manifest.api}\thooks: {hooks}\ton: {where}")
        for refused in runtime.host.refused:
            click.echo(f"{refused.id}\trefused\t{refused.why.value} {refused.detail}".rstrip())


@plugin.command()
@click.argument("name")
@click.option(
    "--dir", "parent", type=click.Path(path_type=Path), default=Path(), help="Where its folder is made."
)
@plain_errors
def new(name: str, parent: Path) -> None:
    """Write the start of a plugin, with tests that pass; NAME is its id, as in URLs and table names."""
    from nakamise.scaffold.render import ScaffoldError, render

    try:
        folder = render(name, parent)
    except ScaffoldError as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"{folder} is ready. Next:\n  cd {folder}\n  pip install -e '.[test]'\n  pytest")


@plugin.command()
@click.argument("tenant")
@click.argument("plugin_id", metavar="PLUGIN")
@click.option("--set", "pairs", multiple=True, metavar="KEY=VALUE", help="A setting; VALUE is JSON or text.")
@on_installation
async def enable(settings: Settings, tenant: str, plugin_id: str, pairs: tuple[str, ...]) -> None:
    """Switch PLUGIN on for TENANT."""
    from nakamise.tenancy import switches

    async with open_runtime(settings, with_routes=True) as runtime:
        given = dict(map(_pair, pairs)) if pairs else None
        await switches.enable(runtime, _tenant(runtime, tenant).id, plugin_id, settings=given)
        click.echo(f"{plugin_id} is on for {tenant}.")


@plugin.command()
@click.argument("tenant")
@click.argument("plugin_id", metavar="PLUGIN")
@on_installation
async def disable(settings: Settings, tenant: str, plugin_id: str) -> None:
    """Switch PLUGIN off for TENANT; its data stays."""
    from nakamise.tenancy import switches

    async with open_runtime(settings, with_routes=True) as runtime:
        await switches.disable(runtime, _tenant(runtime, tenant).id, plugin_id)
        click.echo(f"{plugin_id} is off for {tenant}.")


def _tenant(runtime: Runtime, slug: str) -> Tenant:
    found = runtime.directory.by_slug(slug)
    if found is None:
        raise click.ClickException(f"There is no tenant {slug}.")
    return found


def _pair(text: str) -> tuple[str, Any]:
    key, mark, value = text.partition("=")
    if not mark:
        raise click.ClickException(f"--set {text}: write KEY=VALUE.")
    try:
        return key, msgspec.json.decode(value.encode())
    except msgspec.DecodeError:
        return key, value
