"""An agency closed for a while, and a tenant handed to another agency: for operators."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Final

import asyncpg
import msgspec

from nakamise.contracts.control import AgencySummary
from nakamise.errors import Conflict, FieldError, Invalid, NotFound
from nakamise.runtime import Runtime
from nakamise.tenancy.agencies.consoles import agency
from nakamise.tenancy.agencies.life import clean_reason
from nakamise.tenancy.agencies.scope import Scope, locked
from nakamise.tenancy.control import announce, note
from nakamise.tenancy.owner import as_tenant, owner_transaction
from nakamise.ui.i18n import N_

_END_VISITS: Final = (
    "UPDATE core_session SET revoked_at = now() WHERE impersonator <> '' AND revoked_at IS NULL"
)


class _Agency(msgspec.Struct, frozen=True):
    id: uuid.UUID
    home_tenant_id: uuid.UUID | None
    is_operator: bool
    closed_at: datetime | None


class _Site(msgspec.Struct, frozen=True):
    id: uuid.UUID
    schema: str
    state: str


async def close(
    runtime: Runtime, scope: Scope, agency_id: uuid.UUID, reason: str, *, with_tenants: bool
) -> AgencySummary:
    """All in one transaction, so that ``closed_at`` tells later which sites closed with it."""
    scope.require_operator()
    said = clean_reason(reason)
    async with owner_transaction(runtime.settings) as connection:
        found = await _locked_agency(connection, agency_id)
        if found.is_operator:
            raise Conflict(N_("The operators' own agency cannot be closed."), code="console")
        if found.closed_at is not None:
            raise Conflict(N_("This agency is closed already."), code="wrong_state")
        await connection.execute(
            "UPDATE nakamise.agency SET closed_at = now(), closed_reason = $2 WHERE id = $1", agency_id, said
        )
        await _shut(connection, scope, found.home_tenant_id, said)
        await _leave_sites(connection, scope, agency_id, said, with_tenants)
        detail = {"reason": said, "with_tenants": "yes" if with_tenants else "no"}
        await note(connection, "agency.close", agency_id=agency_id, actor=scope.by, detail=detail)
    await runtime.directory.catch_up()
    return await agency(runtime, agency_id)


async def _leave_sites(
    connection: asyncpg.Connection, scope: Scope, agency_id: uuid.UUID, reason: str, with_tenants: bool
) -> None:
    await connection.execute(
        "DELETE FROM nakamise.act_ticket a USING nakamise.tenant t"
        " WHERE t.id = a.tenant_id AND t.agency_id = $1 AND a.used_at IS NULL",
        agency_id,
    )
    for site in await _sites(connection, agency_id):
        await _end_visits(connection, site.schema)
        if with_tenants and site.state == "active":
            await _shut(connection, scope, site.id, reason)


async def _shut(
    connection: asyncpg.Connection, scope: Scope, tenant_id: uuid.UUID | None, reason: str
) -> None:
    tag = await connection.execute(
        "UPDATE nakamise.tenant SET state = 'suspended', state_reason = $2, state_changed_at = now()"
        " WHERE id = $1 AND state = 'active'",
        *(tenant_id, reason),
    )
    if tenant_id is not None and tag == "UPDATE 1":
        await announce(connection, tenant_id, "tenant.suspend", actor=scope.by, detail={"reason": reason})


async def reopen(runtime: Runtime, scope: Scope, agency_id: uuid.UUID) -> AgencySummary:
    scope.require_operator()
    async with owner_transaction(runtime.settings) as connection:
        found = await _locked_agency(connection, agency_id)
        if found.closed_at is None:
            raise Conflict(N_("This agency is not closed."), code="wrong_state")
        reopened = await connection.fetch(
            "UPDATE nakamise.tenant SET state = 'active', state_reason = '', state_changed_at = now()"
            " WHERE state = 'suspended' AND state_changed_at = $2 AND (agency_id = $1 OR id = $3) RETURNING id",
            *(agency_id, found.closed_at, found.home_tenant_id),
        )
        for row in reopened:
            await announce(connection, row["id"], "tenant.resume", actor=scope.by)
        await connection.execute(
            "UPDATE nakamise.agency SET closed_at = NULL, closed_reason = '' WHERE id = $1", agency_id
        )
        await note(connection, "agency.reopen", agency_id=agency_id, actor=scope.by)
    await runtime.directory.catch_up()
    return await agency(runtime, agency_id)


async def assign(runtime: Runtime, scope: Scope, tenant_id: uuid.UUID, agency_id: uuid.UUID) -> None:
    scope.require_operator()
    async with owner_transaction(runtime.settings) as connection:
        found = await locked(connection, scope, tenant_id)
        found.refuse_console()
        to = await connection.fetchval("SELECT slug FROM nakamise.agency WHERE id = $1", agency_id)
        if to is None:
            raise Invalid({"agency_id": FieldError(N_("There is no such agency."))})
        if agency_id == found.agency_id:
            raise Invalid({"agency_id": FieldError(N_("The site belongs to this agency already."))})
        before = await connection.fetchval("SELECT slug FROM nakamise.agency WHERE id = $1", found.agency_id)
        detail = {"before": before, "after": to}
        # Once in the log of each of the two: a line belongs to whose tenant it was when it was written.
        await note(connection, "tenant.assign", tenant_id=tenant_id, actor=scope.by, detail=detail)
        await connection.execute(
            "UPDATE nakamise.tenant SET agency_id = $2 WHERE id = $1", tenant_id, agency_id
        )
        await connection.execute(
            "DELETE FROM nakamise.act_ticket WHERE tenant_id = $1 AND used_at IS NULL", tenant_id
        )
        await _end_visits(connection, found.schema)
        await announce(connection, tenant_id, "tenant.assign", actor=scope.by, detail=detail)
    await runtime.directory.catch_up()


async def _end_visits(connection: asyncpg.Connection, schema: str) -> None:
    """Whoever of an agency is inside at this moment."""
    async with as_tenant(connection, schema) as tx:
        await tx.execute(_END_VISITS)


async def _locked_agency(connection: asyncpg.Connection, agency_id: uuid.UUID) -> _Agency:
    """Raises NotFound."""
    row = await connection.fetchrow(
        "SELECT a.id, a.home_tenant_id, a.is_operator, a.closed_at FROM nakamise.agency a"
        " WHERE a.id = $1 FOR UPDATE",
        agency_id,
    )
    if row is None:
        raise NotFound
    return msgspec.convert(dict(row), _Agency)


async def _sites(connection: asyncpg.Connection, agency_id: uuid.UUID) -> Sequence[_Site]:
    rows = await connection.fetch(
        "SELECT t.id, t.schema, t.state FROM nakamise.tenant t"
        " WHERE t.agency_id = $1 AND t.state <> 'building' ORDER BY t.id FOR NO KEY UPDATE",
        agency_id,
    )
    return [msgspec.convert(dict(row), _Site) for row in rows]
