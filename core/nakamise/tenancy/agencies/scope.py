"""Who asks, and which tenants that reaches. Every statement on another's tenant goes through here."""

from __future__ import annotations

import uuid
from typing import Any

import asyncpg
import msgspec

from nakamise.contracts.control import TenantState
from nakamise.db import Tx
from nakamise.errors import Conflict, Forbidden, NotFound
from nakamise.plugin.context import TenantCtx
from nakamise.tenancy.control import By, lock_tenant
from nakamise.ui.i18n import N_


class Scope(msgspec.Struct, frozen=True):
    """``only`` is the agency whose tenants are reached; None for operators: every agency's."""

    agency_id: uuid.UUID
    only: uuid.UUID | None
    by: By

    def require_operator(self) -> None:
        """Raises Forbidden."""
        if self.only is not None:
            raise Forbidden(N_("You may not do this."))


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """A tenant within the scope; ``is_console``: it is the home of an agency."""

    id: uuid.UUID
    agency_id: uuid.UUID
    schema: str
    slug: str
    name: str
    state: TenantState
    brand: dict[str, Any]
    is_console: bool

    def refuse_console(self) -> None:
        """Raises Conflict: an agency would lock itself out."""
        if self.is_console:
            raise Conflict(N_("This is the console of an agency. It cannot be closed here."), code="console")


_FIND = (
    "SELECT t.id, t.agency_id, t.schema, t.slug, t.name, t.state, t.brand,"
    " EXISTS (SELECT 1 FROM nakamise.agency a WHERE a.home_tenant_id = t.id) AS is_console"
    " FROM nakamise.tenant t"
    " WHERE t.id = $1 AND t.state <> 'building' AND ($2::uuid IS NULL OR t.agency_id = $2)"
)


def scope_of(ctx: TenantCtx) -> Scope | None:
    """None for a tenant that is no agency's home."""
    agency_id = ctx.tenant.console_of
    if agency_id is None:
        return None
    name = ctx.actor.name_in_log or ("system" if ctx.actor.is_system else "")
    by = By(name=name, user_id=ctx.actor.user_id, agency_id=agency_id)
    return Scope(agency_id, None if ctx.tenant.is_operator else agency_id, by)


async def find(tx: Tx, scope: Scope, tenant_id: uuid.UUID) -> Found:
    """In a transaction on the shared schema. Raises NotFound."""
    found = await tx.first(Found, _FIND, tenant_id, scope.only)
    if found is None:
        raise NotFound
    return found


async def locked(connection: asyncpg.Connection, scope: Scope, tenant_id: uuid.UUID) -> Found:
    """The same in the owner's transaction; nobody else changes the tenant until it ends. Raises NotFound."""
    await lock_tenant(connection, tenant_id)
    row = await connection.fetchrow(f"{_FIND} FOR NO KEY UPDATE OF t", tenant_id, scope.only)
    if row is None:
        raise NotFound
    return msgspec.convert(dict(row), Found)
