"""The engine's opaque names for tenants' broadcasts, and the unguessable addresses of sessions."""

from __future__ import annotations

import uuid
from typing import Final, NamedTuple

from nakamise.errors import NotFound, Unsealable
from nakamise.plugin import TenantCtx
from nakamise_livestream.media import Role

_MARK: Final = "~"


class StreamName(NamedTuple):
    """``seat`` 0 is the host's: the broadcast itself. The others are its guests'."""

    tenant_id: uuid.UUID
    broadcast_id: uuid.UUID
    seat: int = 0

    def __str__(self) -> str:
        own = f"{self.tenant_id.hex}{_MARK}{self.broadcast_id.hex}"
        return f"{own}{_MARK}{self.seat}" if self.seat else own


def name_of(ctx: TenantCtx, broadcast_id: uuid.UUID, seat: int = 0) -> str:
    return str(StreamName(ctx.tenant.id, broadcast_id, seat))


def parse(stream: str) -> StreamName | None:
    """None for a stream that is not of our making."""
    match stream.split(_MARK):
        case [tenant, broadcast, *seat] if len(seat) < 2:
            try:
                return StreamName(uuid.UUID(tenant), uuid.UUID(broadcast), int(*seat))
            except ValueError:
                return None
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
