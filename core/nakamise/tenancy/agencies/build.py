"""A new tenant in one act: made, furnished, given its first administrator; or not there at all.

It is "building" until everything is in place: served to nobody, and swept away when its making is cut short.
"""

from __future__ import annotations

import re
import uuid
from typing import Any, Final

import asyncpg
import msgspec

from nakamise.admin.people.invitations import invite_first_admin
from nakamise.auth.users import clean_email, fault_of_email
from nakamise.contracts.control import NewTenantRequest
from nakamise.db import Tx
from nakamise.errors import FieldError, Invalid, NakamiseError
from nakamise.plugin.context import TenantCtx
from nakamise.runtime import Runtime
from nakamise.tenancy import blueprint, provision
from nakamise.tenancy.agencies import claims, look, plan, starters
from nakamise.tenancy.agencies.addresses import RESERVED, clean_host, refuse_others
from nakamise.tenancy.agencies.look_faults import faults_of
from nakamise.tenancy.agencies.purge import purge
from nakamise.tenancy.agencies.scope import Found, Scope
from nakamise.tenancy.blueprint_file import TenantFile, read_tenant_file
from nakamise.tenancy.control import announce, lock_tenant
from nakamise.tenancy.owner import as_tenant, owner_transaction
from nakamise.ui.i18n import N_

_SLUG: Final = re.compile(r"[a-z0-9](-?[a-z0-9])*\Z")
_SLUG_MAX: Final = 40
NAME_MAX: Final = 60
_PERSON_MAX: Final = 40
_PLAN: Final = "standard"


class Agency(msgspec.Struct, frozen=True):
    id: uuid.UUID
    slug: str


async def create(ctx: TenantCtx, scope: Scope, new: NewTenantRequest) -> uuid.UUID:
    """The tenant's id. Raises Invalid, Conflict, NotFound."""
    runtime = ctx.runtime
    agency = await _agency(runtime, scope, new)
    wanted = await _checked(runtime, new)
    folder = starters.chosen(runtime.settings, new.blueprint) if new.blueprint else None
    file = _file(runtime, new, agency, folder) if folder else None
    plugins = file.plugins.enabled if file else ()
    first = provision.NewTenant(
        slug=new.slug,
        name=new.name.strip(),
        hosts=[_own_host(runtime, new)],
        plugins=plugins,
        agency=agency.slug,
        locale=new.locale,
        plan=new.plan or (file.tenant.plan if file else _PLAN),
        state="building",
    )
    tenant_id = await provision.create(runtime.settings, runtime.host, first, actor=scope.by)
    try:
        await runtime.directory.catch_up()
        if file and folder:
            await blueprint.furnish(runtime, tenant_id, folder, file, _quiet)
        await _finish(runtime, scope, tenant_id, new, wanted)
    except BaseException:
        # Whatever it was, cancelling included: no half tenant stays behind.
        await purge(runtime, tenant_id, actor=scope.by)
        raise
    await _refill_pool(ctx)
    return tenant_id


async def _refill_pool(ctx: TenantCtx) -> None:
    async with ctx.begin() as tx:
        await ctx.enqueue(tx, "core.refill_pool", {}, once="pool")


def _quiet(_: str) -> None:
    """Nobody waits for news of each step."""


def _own_host(runtime: Runtime, new: NewTenantRequest) -> str:
    return f"{new.slug}.{runtime.settings.base_domain}"


def _file(runtime: Runtime, new: NewTenantRequest, agency: Agency, folder: Any) -> TenantFile:
    file = read_tenant_file(folder, runtime.settings.base_domain)
    return starters.as_site(
        file,
        slug=new.slug,
        name=new.name.strip(),
        agency=agency.slug,
        locale=new.locale,
        host=_own_host(runtime, new),
    )


async def _agency(runtime: Runtime, scope: Scope, new: NewTenantRequest) -> Agency:
    """Only operators make tenants for others."""
    if new.agency_id is not None and new.agency_id != scope.agency_id:
        scope.require_operator()
    async with runtime.db.control(read_only=True) as tx:
        found = await tx.first(
            Agency, "SELECT id, slug FROM nakamise.agency WHERE id = $1", new.agency_id or scope.agency_id
        )
    if found is None:
        raise Invalid({"agency_id": FieldError(N_("There is no such agency."))})
    return found


async def _checked(runtime: Runtime, new: NewTenantRequest) -> dict[str, Any]:
    """The brand's values. Raises Invalid with all faults that can be seen beforehand, Conflict."""
    faults = site_faults(new.name, new.slug, new.admin_email, new.admin_name)
    values = {**look.given(new.brand), "name": new.name.strip()}
    if new.locale not in ("ja", "en"):
        faults["locale"] = FieldError(N_("This value cannot be used."))
    hosts = _clean_hosts(runtime, new, faults)
    await plan.check(runtime, new.plan, faults)
    nobody = uuid.uuid4()
    async with runtime.db.control(read_only=True) as tx:
        found = await faults_of(tx.connection, runtime.settings.base_domain, nobody, values)
        faults |= {name if name == "name" else f"brand.{name}": fault for name, fault in found.items()}
        if faults:
            raise Invalid(faults)
        for host in (_own_host(runtime, new), *hosts):
            await refuse_others(tx.connection, nobody, host)
    return values


def site_faults(name: str, slug: str, admin_email: str, admin_name: str) -> dict[str, FieldError]:
    """Of what every new tenant needs, by field name."""
    faults: dict[str, FieldError] = {}
    if not 0 < len(name.strip()) <= NAME_MAX:
        faults["name"] = FieldError(N_("Please enter 1 to %(n)s characters."), n=NAME_MAX)
    if not 2 <= len(slug) <= _SLUG_MAX or _SLUG.match(slug) is None:
        faults["slug"] = FieldError(N_("Use 2 to 40 small letters, digits and single hyphens."))
    elif slug in RESERVED:
        faults["slug"] = FieldError(N_("This address is reserved."))
    if fault := fault_of_email(clean_email(admin_email)):
        faults["admin_email"] = fault
    if not 0 < len(admin_name.strip()) <= _PERSON_MAX:
        faults["admin_name"] = FieldError(N_("Please enter 1 to %(n)s characters."), n=_PERSON_MAX)
    return faults


def _clean_hosts(runtime: Runtime, new: NewTenantRequest, faults: dict[str, FieldError]) -> list[str]:
    hosts = []
    for text in new.hosts:
        try:
            hosts.append(clean_host(text, runtime.settings.base_domain))
        except Invalid as invalid:
            faults["hosts"] = invalid.fields["host"]
    return hosts


async def _finish(
    runtime: Runtime, scope: Scope, tenant_id: uuid.UUID, new: NewTenantRequest, values: dict[str, Any]
) -> None:
    """Brand, addresses, plan, invitation and the state, in one transaction."""
    async with owner_transaction(runtime.settings) as connection:
        await lock_tenant(connection, tenant_id)
        found = await building(connection, tenant_id)
        await look.write(connection, found, values)
        for text in new.hosts:
            host = clean_host(text, runtime.settings.base_domain)
            await claims.enter(connection, tenant_id, host, runtime.settings.base_domain)
        invited = await open_with_admin(runtime, connection, tenant_id, new.admin_email, new.admin_name)
        detail = {"blueprint": new.blueprint, "plan": new.plan}
        await announce(connection, tenant_id, "tenant.open", actor=scope.by, detail=detail)
    await runtime.directory.catch_up()
    await invited.run_after_commit()


async def building(connection: asyncpg.Connection, tenant_id: uuid.UUID) -> Found:
    """Raises NakamiseError when somebody else swept it away meanwhile."""
    row = await connection.fetchrow(
        "SELECT id, agency_id, schema, slug, name, 'active' AS state, brand, false AS is_console"
        " FROM nakamise.tenant WHERE id = $1 AND state = 'building' FOR NO KEY UPDATE",
        tenant_id,
    )
    if row is None:
        raise NakamiseError("the tenant that was being built is gone")
    return msgspec.convert(dict(row), Found)


async def open_with_admin(
    runtime: Runtime, connection: asyncpg.Connection, tenant_id: uuid.UUID, email: str, name: str
) -> Tx:
    """The last step of the owner's transaction but the announcement; its hooks run after the commit."""
    tenant = runtime.directory.by_id(tenant_id)
    if tenant is None:
        raise NakamiseError("the tenant that was being built is gone")
    async with as_tenant(connection, tenant.schema) as tx:
        try:
            await invite_first_admin(tx, look.system_ctx(runtime, tenant), email, name.strip())
        except Invalid as invalid:
            renamed = {"email": "admin_email", "display_name": "admin_name"}
            raise Invalid(
                {renamed.get(key, key): fault for key, fault in invalid.fields.items()}
            ) from invalid
    await connection.execute(
        "UPDATE nakamise.tenant SET state = 'active', state_changed_at = now() WHERE id = $1", tenant_id
    )
    return tx
