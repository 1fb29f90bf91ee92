"""Acting as a tenant's staff: a ticket from the console, a short session on the tenant's host, both logged."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Final

import msgspec

from nakamise.auth.keys import token_hash
from nakamise.auth.sessions import OpenedSession, open_act_session, revoke_session
from nakamise.auth.users import user_by_id
from nakamise.contracts.control import ImpersonationLink
from nakamise.errors import Conflict, Forbidden, Gone
from nakamise.ids import new_token
from nakamise.plugin.context import TenantCtx
from nakamise.tenancy.agencies.act_whom import enter_invited, whom_to_act_as
from nakamise.tenancy.agencies.life import clean_reason
from nakamise.tenancy.agencies.scope import Scope, find
from nakamise.tenancy.control import note
from nakamise.ui.i18n import N_

TICKET_LIFETIME: Final = timedelta(seconds=30)


class _Ticket(msgspec.Struct, frozen=True):
    actor_name: str
    role: str
    reason: str


async def issue(
    ctx: TenantCtx, scope: Scope, tenant_id: uuid.UUID, reason: str, role: str
) -> ImpersonationLink:
    said = clean_reason(reason)
    user_id = ctx.require_user()
    if ctx.actor.impersonator is not None:
        raise Forbidden(N_("This cannot be done while acting for somebody else."), code="impersonated")
    async with ctx.runtime.db.control(read_only=True) as tx:
        found = await find(tx, scope, tenant_id)
    if found.state != "active":
        raise Conflict(N_("This site is closed for the moment."), code="wrong_state")
    async with ctx.runtime.db.tenant(found.schema, read_only=True) as inside:
        whom = await whom_to_act_as(inside, role)
    token = new_token()
    expires_at = ctx.now() + TICKET_LIFETIME
    # What the tenant reads: its own agency's name, and never the platform's above that.
    name = f"{ctx.tenant.name}: {scope.by.name}" if found.agency_id == scope.agency_id else scope.by.name
    async with ctx.runtime.db.control() as tx:
        await tx.execute(
            "INSERT INTO nakamise.act_ticket (token_hash, tenant_id, actor_user_id, actor_name, role, reason,"
            " created_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
            *(token_hash(token), tenant_id, user_id, name, role, said, ctx.now(), expires_at),
        )
        detail = {"reason": said, "role": role} | ({} if whom.user_id else {"invited": "yes"})
        await note(tx.connection, "tenant.impersonate", tenant_id=tenant_id, actor=scope.by, detail=detail)
    host = await _host(ctx, tenant_id)
    return ImpersonationLink(f"{ctx.runtime.directory.url_of_host(host)}/act?ticket={token}", expires_at)


async def _host(ctx: TenantCtx, tenant_id: uuid.UUID) -> str:
    async with ctx.runtime.db.control(read_only=True) as tx:
        host: str = await tx.value(
            "SELECT host FROM nakamise.tenant_host WHERE tenant_id = $1 AND canonical", tenant_id
        )
    return host


async def open_session(ctx: TenantCtx, token: str) -> OpenedSession:
    """Uses the ticket up. Raises Gone."""
    async with ctx.runtime.db.control() as tx:
        ticket = await tx.first(
            _Ticket,
            "UPDATE nakamise.act_ticket SET used_at = $3"
            " WHERE token_hash = $1 AND tenant_id = $2 AND used_at IS NULL AND expires_at > $3"
            " RETURNING actor_name, role, reason",
            *(token_hash(token), ctx.tenant.id, ctx.now()),
        )
    if ticket is None:
        raise Gone(N_("This link was used already, or is too old."), code="ticket_spent")
    async with ctx.begin() as inside:
        whom = await whom_to_act_as(inside, ticket.role)
        user = await user_by_id(inside, whom.user_id or await enter_invited(inside, whom, ctx))
        carried = "" if whom.user_id else ticket.role
        opened = await open_act_session(inside, user.id, ticket.actor_name, ctx.http, ctx.now(), role=carried)
        actor = msgspec.structs.replace(
            ctx.actor, user_id=user.id, display_name=user.display_name, impersonator=ticket.actor_name
        )
        as_them = TenantCtx(ctx.runtime, ctx.tenant, actor, ctx.lineup, locale=ctx.locale, http=ctx.http)
        detail = {"reason": ticket.reason, "role": ticket.role, "by": ticket.actor_name}
        detail |= {"invited": "yes"} if carried else {}
        await as_them.audit(inside, "core.impersonation.started", str(user.id), **detail)
    return opened


async def end_session(ctx: TenantCtx) -> None:
    """Nothing happens in an ordinary session."""
    user_id, session_id = ctx.require_user(), ctx.actor.session_id
    if ctx.actor.impersonator is None or session_id is None:
        return
    async with ctx.begin() as tx:
        await revoke_session(tx, user_id, session_id, ctx.now())
        await ctx.audit(tx, "core.impersonation.ended", str(user_id), by=ctx.actor.impersonator)
