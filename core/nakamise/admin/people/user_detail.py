"""One user as staff see them: what is needed to help, and no more."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any, Final

import msgspec

from nakamise.account.addresses import Address, addresses_of
from nakamise.account.profile import avatar_of
from nakamise.admin.people.role_list import role_labels
from nakamise.admin.people.user_list import UserState
from nakamise.auth import totp
from nakamise.auth.roles import roles_of
from nakamise.auth.sessions import SessionRow, live_sessions
from nakamise.auth.users import User, user_by_id
from nakamise.db import Tx
from nakamise.plugin.context import TenantCtx

AUDIT_READ: Final = "core.audit.read"
AUDIT_LINES: Final = 20


class RoleRef(msgspec.Struct, frozen=True):
    id: str
    label: str


class SessionView(msgspec.Struct, frozen=True, kw_only=True):
    """``client`` is the IP address that the session began from; ``is_browser`` False: an app."""

    id: uuid.UUID
    device: str
    client: str
    is_browser: bool
    created_at: datetime
    last_seen_at: datetime


class MaskedAddress(msgspec.Struct, frozen=True, kw_only=True):
    """Enough to recognise it on the phone; the whole address stands on the orders that need it."""

    postal_code: str
    place: str
    name: str
    phone: str
    is_default: bool


class AuditLine(msgspec.Struct, frozen=True, kw_only=True):
    id: uuid.UUID
    at: datetime
    actor_name: str
    act: str
    detail: dict[str, Any]


class UserDetail(msgspec.Struct, frozen=True, kw_only=True):
    """``audit`` is empty for readers who may not see the log."""

    id: uuid.UUID
    display_name: str
    email: str
    state: UserState
    is_verified: bool
    has_totp: bool
    bio: str
    avatar_url: str | None
    locale: str
    created_at: datetime
    suspended_at: datetime | None
    suspended_reason: str
    exported_at: datetime | None
    erased_at: datetime | None
    roles: tuple[RoleRef, ...]
    sessions: tuple[SessionView, ...]
    addresses: tuple[MaskedAddress, ...]
    audit: tuple[AuditLine, ...]


class _Standing(msgspec.Struct, frozen=True):
    suspended_at: datetime | None
    suspended_reason: str
    exported_at: datetime | None
    erased_at: datetime | None


async def user_detail(ctx: TenantCtx, tx: Tx, user_id: uuid.UUID) -> UserDetail:
    """Raises NotFound."""
    user = await user_by_id(tx, user_id)
    standing = await tx.one(
        _Standing,
        "SELECT suspended_at, suspended_reason, exported_at, erased_at FROM core_user WHERE id = $1",
        user_id,
    )
    avatar = await avatar_of(tx, user)
    return UserDetail(
        id=user.id,
        display_name=user.display_name,
        email=user.email,
        state=_state(user, standing),
        is_verified=user.email_verified,
        has_totp=await totp.is_on(tx, user_id),
        bio=user.bio,
        avatar_url=avatar.url(256) if avatar else None,
        locale=user.locale,
        created_at=user.created_at,
        **msgspec.structs.asdict(standing),
        roles=await _roles(ctx, tx, user_id),
        sessions=tuple(_session(row) for row in await live_sessions(tx, user_id, ctx.now())),
        addresses=tuple(masked(address) for address in await addresses_of(tx, user_id)),
        audit=await _audit(ctx, tx, user_id),
    )


def _state(user: User, standing: _Standing) -> UserState:
    if standing.erased_at is not None:
        return "erased"
    return "active" if user.is_active else "suspended"


async def _roles(ctx: TenantCtx, tx: Tx, user_id: uuid.UUID) -> tuple[RoleRef, ...]:
    labels = await role_labels(ctx, tx)
    return tuple(RoleRef(role.id, labels[role.id]) for role in await roles_of(tx, user_id))


def _session(row: SessionRow) -> SessionView:
    return SessionView(
        id=row.id,
        device=row.device,
        client=row.client,
        is_browser=row.is_browser,
        created_at=row.created_at,
        last_seen_at=row.last_seen_at,
    )


def masked(address: Address) -> MaskedAddress:
    return MaskedAddress(
        postal_code=f"{address.postal_code[:3]}-****",
        place=f"{address.prefecture}{address.city} ****",
        name=f"{address.family_name} *",
        phone=f"*******{address.phone[-4:]}",
        is_default=address.is_default,
    )


async def _audit(ctx: TenantCtx, tx: Tx, user_id: uuid.UUID) -> tuple[AuditLine, ...]:
    if not ctx.actor.can(AUDIT_READ):
        return ()
    lines = await tx.all(
        AuditLine,
        "SELECT id, at, actor_name, act, detail FROM core_audit WHERE actor_id = $1 OR subject = $1::text"
        " ORDER BY at DESC, id DESC LIMIT $2",
        user_id,
        AUDIT_LINES,
    )
    return tuple(lines)
