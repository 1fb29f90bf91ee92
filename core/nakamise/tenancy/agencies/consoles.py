"""Agencies and their consoles, for operators."""

from __future__ import annotations

import uuid
from typing import Final

import asyncpg

from nakamise.admin.people.invitations import InvitationInput, invite
from nakamise.contracts.control import AgencySummary, NewAgencyRequest
from nakamise.errors import Conflict, FieldError, Invalid, NotFound
from nakamise.ids import uuid7
from nakamise.runtime import Runtime
from nakamise.tenancy import provision, switches
from nakamise.tenancy.agencies import look
from nakamise.tenancy.agencies.build import NAME_MAX, building, open_with_admin, site_faults
from nakamise.tenancy.agencies.purge import purge
from nakamise.tenancy.agencies.scope import Scope
from nakamise.tenancy.control import announce, lock_tenant, note
from nakamise.tenancy.owner import as_tenant, owner_transaction
from nakamise.ui.i18n import N_

# What a console is made of.
PLUGIN: Final = "agency"
_PLAN: Final = "unlimited"
_AGENCIES: Final = """
SELECT a.id, a.slug, a.name, a.is_operator, a.home_tenant_id, h.host AS console_host, a.created_at,
       a.closed_reason, a.closed_at,
       (SELECT count(*) FROM nakamise.tenant t WHERE t.agency_id = a.id AND t.state <> 'building') AS tenants
FROM nakamise.agency a LEFT JOIN nakamise.tenant_host h ON h.tenant_id = a.home_tenant_id AND h.canonical
WHERE ($1::uuid IS NULL OR a.id = $1) ORDER BY a.is_operator DESC, a.name, a.id
"""


async def agencies(runtime: Runtime, agency_id: uuid.UUID | None = None) -> list[AgencySummary]:
    """All, or the one."""
    async with runtime.db.control(read_only=True) as tx:
        return await tx.all(AgencySummary, _AGENCIES, agency_id)


async def agency(runtime: Runtime, agency_id: uuid.UUID) -> AgencySummary:
    """Raises NotFound."""
    found = await agencies(runtime, agency_id)
    if not found:
        raise NotFound
    return found[0]


async def create(runtime: Runtime, scope: Scope, new: NewAgencyRequest) -> AgencySummary:
    """All of it or nothing."""
    scope.require_operator()
    if faults := site_faults(new.name, new.slug, new.admin_email, new.admin_name):
        raise Invalid(faults)
    first = provision.NewTenant(
        slug=new.slug,
        name=new.name.strip(),
        hosts=[f"{new.slug}.{runtime.settings.base_domain}"],
        plugins=(PLUGIN,),
        agency=(await agency(runtime, scope.agency_id)).slug,
        plan=_PLAN,
        state="building",
    )
    home_id = await provision.create(runtime.settings, runtime.host, first, actor=scope.by)
    try:
        await runtime.directory.catch_up()
        await switches.enable(runtime, home_id, PLUGIN, actor=scope.by.name)
        agency_id = await _open(runtime, scope, home_id, new)
    except BaseException:
        await purge(runtime, home_id, actor=scope.by)
        raise
    return await agency(runtime, agency_id)


async def _open(runtime: Runtime, scope: Scope, home_id: uuid.UUID, new: NewAgencyRequest) -> uuid.UUID:
    agency_id = uuid7()
    async with owner_transaction(runtime.settings) as connection:
        await lock_tenant(connection, home_id)
        await building(connection, home_id)
        invited = await open_with_admin(runtime, connection, home_id, new.admin_email, new.admin_name)
        await _enter(connection, agency_id, new.slug, new.name.strip(), home_id)
        await note(
            connection, "agency.create", agency_id=agency_id, actor=scope.by, detail={"slug": new.slug}
        )
        await announce(connection, home_id, "tenant.open", actor=scope.by)
    await runtime.directory.catch_up()
    await invited.run_after_commit()
    return agency_id


async def _enter(
    connection: asyncpg.Connection, agency_id: uuid.UUID, slug: str, name: str, home_id: uuid.UUID
) -> None:
    tag = await connection.execute(
        "INSERT INTO nakamise.agency (id, slug, name, home_tenant_id) VALUES ($1, $2, $3, $4)"
        " ON CONFLICT (slug) DO NOTHING",
        *(agency_id, slug, name, home_id),
    )
    if tag != "INSERT 0 1":
        raise Conflict(N_("There is an agency with this short name already."), code="slug_taken")


async def rename(runtime: Runtime, scope: Scope, agency_id: uuid.UUID, name: str) -> AgencySummary:
    scope.require_operator()
    said = name.strip()
    if not 0 < len(said) <= NAME_MAX:
        raise Invalid({"name": FieldError(N_("Please enter 1 to %(n)s characters."), n=NAME_MAX)})
    async with owner_transaction(runtime.settings) as connection:
        before = await connection.fetchval(
            "SELECT name FROM nakamise.agency WHERE id = $1 FOR UPDATE", agency_id
        )
        if before is None:
            raise NotFound
        await connection.execute("UPDATE nakamise.agency SET name = $2 WHERE id = $1", agency_id, said)
        detail = {"before": before, "after": said}
        await note(connection, "agency.rename", agency_id=agency_id, actor=scope.by, detail=detail)
    return await agency(runtime, agency_id)


async def invite_staff(runtime: Runtime, scope: Scope, agency_id: uuid.UUID, email: str, name: str) -> None:
    """Raises Invalid, Conflict, NotFound."""
    scope.require_operator()
    home = (await agency(runtime, agency_id)).home_tenant_id
    tenant = runtime.directory.by_id(home) if home else None
    if tenant is None:
        raise Conflict(N_("This agency has no console."), code="no_console")
    given = InvitationInput(email=email, display_name=name.strip(), roles=["admin"])
    async with owner_transaction(runtime.settings) as connection:
        async with as_tenant(connection, tenant.schema) as tx:
            await invite(look.system_ctx(runtime, tenant), tx, given)
        detail = {"email": email}
        await note(connection, "agency.invite", agency_id=agency_id, actor=scope.by, detail=detail)
    await tx.run_after_commit()
