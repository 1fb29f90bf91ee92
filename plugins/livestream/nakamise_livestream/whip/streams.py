"""The engine's opaque names for tenants' broadcasts, and the unguessable addresses of sessions."""

from __future__ import annotations

import uuid
from typing import Final, NamedTuple

from nakamise.errors import NotFound, Unsealable
from nakamise.plugin import TenantCtx
from nakamise_livestream.media import Role

_MARK: Final = "~"


class StreamName(NamedTuple):
    tenant_id: uuid.UUID
    broadcast_id: uuid.UUID

    def __str__(self) -> str:
        return f"{self.tenant_id.hex}{_MARK}{self.broadcast_id.hex}"


def name_of(ctx: TenantCtx, broadcast_id: uuid.UUID) -> str:
    return str(StreamName(ctx.tenant.id, broadcast_id))


def parse(stream: str) -> StreamName | None:
    """None for a stream that is not of our making."""
    tenant, mark, broadcast = stream.partition(_MARK)
    try:
        return StreamName(uuid.UUID(tenant), uuid.UUID(broadcast)) if mark else None
    except ValueError:
        return None


def seal(ctx: TenantCtx, role: Role, broadcast_id: uuid.UUID, session: str) -> str:
    """What stands in the session's URL. It opens for this tenant, this role and this broadcast only, in any
    process."""
    return ctx.seal(_place(role, broadcast_id), session)


def unseal(ctx: TenantCtx, role: Role, broadcast_id: uuid.UUID, sealed: str) -> str:
    """The engine's session. Raises NotFound."""
    try:
        return ctx.unseal(_place(role, broadcast_id), sealed)
    except Unsealable as error:
        raise NotFound from error


def _place(role: Role, broadcast_id: uuid.UUID) -> str:
    return f"livestream.session/{role}/{broadcast_id}"
