"""`nakamise tenant`: make, list, bring up to date, suspend and resume tenants."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from nakamise.cli.apply import apply
from nakamise.cli.installation import on_installation, open_runtime
from nakamise.cli.transfer import clone, digest, export, import_

if TYPE_CHECKING:
    from nakamise.settings import Settings


@click.group()
def tenant() -> None:
    """The sites of this installation."""


for command in (apply, export, import_, clone, digest):
    tenant.add_command(command)


@tenant.command()
@click.argument("slug")
@click.option("--name", required=True, help="As people read it.")
@click.option("--host", "hosts", multiple=True, help="May be repeated; the first is the canonical one.")
@click.option("--plugin", "plugins", multiple=True, help="To be switched on; may be repeated.")
@click.option("--agency", default="demo", show_default=True)
@click.option("--locale", default="ja", show_default=True)
@on_installation
async def create(
    settings: Settings,
    slug: str,
    name: str,
    hosts: tuple[str, ...],
    plugins: tuple[str, ...],
    agency: str,
    locale: str,
) -> None:
    """Make a tenant with its own schema, role and tables."""
    from nakamise.tenancy import provision, switches

    new = provision.NewTenant(
        slug=slug,
        name=name,
        hosts=hosts or (f"{slug}.{settings.base_domain}",),
        plugins=plugins,
        agency=agency,
        locale=locale,
    )
    async with open_runtime(settings) as runtime:
        unknown = set(plugins) - {manifest.id for manifest in runtime.host.usable}
        if unknown:
            raise click.ClickException(f"These plugins cannot be used here: {', '.join(sorted(unknown))}")
        tenant_id = await provision.create(settings, runtime.host, new)
        await switches.enable_all(runtime, tenant_id, runtime.host.in_order(plugins))
        made = runtime.directory.by_id(tenant_id)
        if made is None:
            await runtime.directory.catch_up()
            made = runtime.directory.by_id(tenant_id)
        assert made is not None  # noqa: S101 - created above, in a transaction that has ended
        click.echo(f"{made.name} is at {runtime.directory.base_url(made)}/")


@tenant.command("list")
@on_installation
async def list_(settings: Settings) -> None:
    """One line for each tenant: slug, state, address, plugins that are on."""
    async with open_runtime(settings) as runtime:
        for one in sorted(runtime.directory.all(), key=lambda one: one.slug):
            plugins = ", ".join(sorted(one.plugins)) or "-"
            click.echo(f"{one.slug}\t{one.state}\t{runtime.directory.base_url(one)}/\t{plugins}")


@tenant.command()
@click.argument("slug")
@click.option("--reason", default="", help="Kept in the audit log.")
@on_installation
async def suspend(settings: Settings, slug: str, reason: str) -> None:
    """Answer its visitors with "unavailable"; nothing is deleted."""
    from nakamise.tenancy.states import set_state

    changed = await set_state(settings, slug, "suspended", reason=reason)
    click.echo(f"{slug} is suspended." if changed else f"{slug} was suspended already.")


@tenant.command()
@click.argument("slug")
@on_installation
async def resume(settings: Settings, slug: str) -> None:
    """Serve it again."""
    from nakamise.tenancy.states import set_state

    changed = await set_state(settings, slug, "active")
    click.echo(f"{slug} is served again." if changed else f"{slug} was not suspended.")
