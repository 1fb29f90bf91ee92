"""Suspend, resume, delete and bring back. Deleting is a state first: gone for good only days later."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from typing import Final

import asyncpg

from nakamise.errors import Conflict, FieldError, Invalid
from nakamise.runtime import Runtime
from nakamise.tenancy.agencies.scope import Found, Scope, locked
from nakamise.tenancy.control import announce
from nakamise.tenancy.owner import owner_transaction
from nakamise.ui.i18n import N_

REASON_MAX: Final = 500


def clean_reason(reason: str) -> str:
    """Raises Invalid."""
    text = reason.strip()
    if not text:
        raise Invalid({"reason": FieldError(N_("Please give a reason."))})
    if len(text) > REASON_MAX:
        raise Invalid({"reason": FieldError(N_("Please enter at most %(n)s characters."), n=REASON_MAX)})
    return text


async def suspend(runtime: Runtime, scope: Scope, tenant_id: uuid.UUID, reason: str) -> None:
    said = clean_reason(reason)
    async with owner_transaction(runtime.settings) as connection:
        found = await locked(connection, scope, tenant_id)
        found.refuse_console()
        _must_be(found, "active")
        await _set_state(connection, tenant_id, "suspended", said)
        await announce(connection, tenant_id, "tenant.suspend", actor=scope.by, detail={"reason": said})
    await runtime.directory.catch_up()


async def resume(runtime: Runtime, scope: Scope, tenant_id: uuid.UUID) -> None:
    async with owner_transaction(runtime.settings) as connection:
        _must_be(await locked(connection, scope, tenant_id), "suspended")
        await _set_state(connection, tenant_id, "active", "")
        await announce(connection, tenant_id, "tenant.resume", actor=scope.by)
    await runtime.directory.catch_up()


async def request_delete(
    runtime: Runtime, scope: Scope, tenant_id: uuid.UUID, confirm_slug: str, reason: str
) -> datetime:
    said = clean_reason(reason)
    async with owner_transaction(runtime.settings) as connection:
        found = await locked(connection, scope, tenant_id)
        found.refuse_console()
        if confirm_slug.strip() != found.slug:
            raise Invalid({"confirm_slug": FieldError(N_("Please type the site's short name exactly."))})
        _must_be(found, "active", "suspended")
        now: datetime = await connection.fetchval("SELECT now()")
        purge_at = now + timedelta(days=runtime.settings.purge_days)
        await _set_state(connection, tenant_id, "deleting", said, purge_at)
        detail = {"reason": said, "purge_at": purge_at.isoformat()}
        await announce(connection, tenant_id, "tenant.delete", actor=scope.by, detail=detail)
    await runtime.directory.catch_up()
    return purge_at


async def cancel_delete(runtime: Runtime, scope: Scope, tenant_id: uuid.UUID) -> None:
    async with owner_transaction(runtime.settings) as connection:
        _must_be(await locked(connection, scope, tenant_id), "deleting")
        is_late = await connection.fetchval(
            "SELECT purge_at <= now() FROM nakamise.tenant WHERE id = $1", tenant_id
        )
        if is_late:
            raise Conflict(N_("It is too late: the data is being removed."), code="too_late")
        await _set_state(connection, tenant_id, "suspended", N_("Its deletion was cancelled."))
        await announce(connection, tenant_id, "tenant.delete_cancel", actor=scope.by)
    await runtime.directory.catch_up()


def _must_be(found: Found, *states: str) -> None:
    if found.state not in states:
        raise Conflict(
            N_("This cannot be done in the site's present state."),
            code="wrong_state",
        )


async def _set_state(
    connection: asyncpg.Connection,
    tenant_id: uuid.UUID,
    state: str,
    reason: str,
    purge_at: datetime | None = None,
) -> None:
    await connection.execute(
        "UPDATE nakamise.tenant SET state = $2, state_reason = $3, purge_at = $4, state_changed_at = now()"
        " WHERE id = $1",
        *(tenant_id, state, reason, purge_at),
    )
