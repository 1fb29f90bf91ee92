"""`nakamise audit`: did anybody tamper with a log?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from nakamise.cli.installation import on_installation, open_runtime

if TYPE_CHECKING:
    from nakamise.db.sealed_log import Verdict
    from nakamise.plugin.context import Tenant
    from nakamise.runtime import Runtime
    from nakamise.settings import Settings


@click.group()
def audit() -> None:
    """The logs of the installation and of its tenants, and the seals over them."""


@audit.command()
@click.argument("tenants", nargs=-1)
@click.option("--all", "everything", is_flag=True, help="The logs of all tenants too.")
@on_installation
async def verify(settings: Settings, tenants: tuple[str, ...], everything: bool) -> None:
    """Compute every hash of the installation's log again, and of the TENANTS' that are named.

    Note the hashes elsewhere: a log that was cut off would not show them again. Exit status 1 when a log was
    tampered with.
    """
    from nakamise.admin.site import seals
    from nakamise.plugin.context import SYSTEM, TenantCtx
    from nakamise.tenancy import control_seals

    async with open_runtime(settings) as runtime:
        found = {"installation": await control_seals.verify(runtime.db)}
        for tenant in _wanted(runtime, tenants, everything=everything):
            ctx = TenantCtx(runtime, tenant, SYSTEM, runtime.host.lineup(tenant.plugins))
            found[tenant.slug] = await seals.verify(ctx)
    for name, verdict in found.items():
        click.echo(_line(name, verdict))
    if not all(verdict.ok for verdict in found.values()):
        raise click.exceptions.Exit(1)


def _wanted(runtime: Runtime, slugs: tuple[str, ...], *, everything: bool) -> list[Tenant]:
    """Raises UsageError for a tenant that is not there."""
    if everything:
        return list(runtime.directory.all())
    known = {slug: runtime.directory.by_slug(slug) for slug in slugs}
    if missing := [slug for slug, tenant in known.items() if tenant is None]:
        raise click.UsageError(f"No such tenant: {', '.join(missing)}")
    return [tenant for tenant in known.values() if tenant is not None]


def _line(name: str, verdict: Verdict) -> str:
    if verdict.until is None and verdict.ok:
        return f"{name}\tok\tempty"
    state = "ok" if verdict.ok else "TAMPERED WITH"
    what = [f"{verdict.rows} rows", f"{verdict.seals} seals", f"until {verdict.until}", verdict.hash]
    for word, ids in (
        ("changed", verdict.changed),
        ("removed", verdict.removed),
        ("inserted", verdict.inserted),
    ):
        if ids:
            what.append(f"{word}: {', '.join(map(str, ids))}")
    if verdict.broken_seal is not None:
        what.append(f"broken seal: {verdict.broken_seal}")
    return "\t".join((name, state, *what))
