"""Invitations: a link by mail that makes somebody staff. It works once, for seven days, for one address."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

import msgspec

from nakamise.admin.people import mails
from nakamise.admin.people.rights import require_rights, rights_of_roles
from nakamise.auth import throttle
from nakamise.auth.keys import token_hash
from nakamise.auth.register import DISPLAY_NAME_MAX, raise_faults
from nakamise.auth.users import clean_email, email_key, fault_of_email, user_by_email
from nakamise.db import Tx
from nakamise.errors import Conflict, FieldError, NotFound
from nakamise.ids import new_token, uuid7
from nakamise.plugin.context import TenantCtx
from nakamise.ui.i18n import N_

LIFETIME: Final = timedelta(days=7)
MESSAGE_MAX: Final = 500
# Held by an open invitation and by everybody with a role.
SEAT: Final = "core.staff"
_OPEN: Final = "accepted_at IS NULL AND withdrawn_at IS NULL"


class InvitationInput(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """``roles`` are ids; ``message`` is a plain sentence for the mail. Raises Invalid."""

    email: str = ""
    display_name: str = ""
    roles: list[str] = []
    message: str = ""

    def __post_init__(self) -> None:
        raise_faults(
            {
                "email": fault_of_email(clean_email(self.email)),
                "display_name": _too_long(self.display_name, DISPLAY_NAME_MAX),
                "roles": None if self.roles else FieldError(N_("Please choose at least one role.")),
                "message": _too_long(self.message, MESSAGE_MAX),
            }
        )


def _too_long(text: str, most: int) -> FieldError | None:
    if len(text) <= most:
        return None
    return FieldError(N_("Please enter at most %(n)s characters."), n=most)


class Invited(msgspec.Struct, frozen=True):
    """``url`` is the secret link of the mail: to show to the inviter at most, and to store nowhere."""

    id: uuid.UUID
    url: str


class Invitation(msgspec.Struct, frozen=True, kw_only=True):
    """An open one. ``inviter`` is "" for the system; ``is_expired``: it can be sent again."""

    id: uuid.UUID
    email: str
    display_name: str
    message: str
    roles: tuple[str, ...]
    inviter: str
    sent_at: datetime
    expires_at: datetime
    is_expired: bool


_COLUMNS: Final = """
SELECT i.id, i.email, i.display_name, i.message, i.sent_at, i.expires_at, i.expires_at <= $1 AS is_expired,
       coalesce((SELECT u.display_name FROM core_user u WHERE u.id = i.invited_by), '') AS inviter,
       ARRAY(SELECT r.role_id FROM core_invitation_role r WHERE r.invitation_id = i.id ORDER BY 1) AS roles
FROM core_invitation i WHERE i.accepted_at IS NULL AND i.withdrawn_at IS NULL
"""


async def open_invitations(tx: Tx, now: datetime) -> list[Invitation]:
    """The newest first."""
    return await tx.all(Invitation, f"{_COLUMNS} ORDER BY i.sent_at DESC, i.id DESC", now)


async def invitation_of(tx: Tx, invitation_id: uuid.UUID, now: datetime) -> Invitation:
    """Raises NotFound, also for one that is not open any more."""
    found = await tx.first(Invitation, f"{_COLUMNS} AND i.id = $2", now, invitation_id)
    if found is None:
        raise NotFound
    return found


async def invite(ctx: TenantCtx, tx: Tx, given: InvitationInput) -> Invited:
    """Raises NotFound (unknown role), BeyondOwnRights, TooMany,

    Conflict (is staff, or invited already), LimitReached (no seat left in the plan).
    """
    known = await tx.values("SELECT id FROM core_role WHERE id = ANY($1)", given.roles)
    if set(known) != set(given.roles):
        raise NotFound(N_("There is no such role."))
    require_rights(ctx, await rights_of_roles(tx, given.roles))
    await _refuse_known(tx, given.email)
    await throttle.take(tx, throttle.MAIL_ADDRESS, email_key(given.email), ctx.now())
    await ctx.take(tx, SEAT)
    invitation_id, token = uuid7(), new_token()
    await _insert(ctx, tx, invitation_id, token, given)
    await ctx.audit(tx, "core.staff.invited", str(invitation_id), email=given.email, roles=given.roles)
    return await _send(ctx, tx, invitation_id, token)


async def invite_first_admin(tx: Tx, ctx: TenantCtx, email: str, name: str) -> Invited:
    """Invite the first administrator of a new tenant, in the transaction that furnishes it.

    ``ctx`` is a context of that tenant whose actor is the system (``TenantCtx.as_system()``) and ``tx`` a
    transaction on its schema, whose preset roles exist (``auth.preset_roles.ensure_preset_roles``). The mail speaks
    ``ctx.locale`` and leaves after the commit. Returns the invitation's id and its secret link, which works
    once and for seven days. Raises Invalid for an address or a name that cannot be; Conflict when the address
    is invited already or is staff.
    """
    return await invite(ctx, tx, InvitationInput(email=email, display_name=name, roles=["admin"]))


async def resend(ctx: TenantCtx, tx: Tx, invitation_id: uuid.UUID) -> Invited:
    """A new link with seven new days; the old one works no more. Raises NotFound, BeyondOwnRights, TooMany."""
    found = await invitation_of(tx, invitation_id, ctx.now())
    require_rights(ctx, await rights_of_roles(tx, found.roles))
    await throttle.take(tx, throttle.MAIL_ADDRESS, email_key(found.email), ctx.now())
    token = new_token()
    await tx.must_touch_one(
        NotFound(),
        f"UPDATE core_invitation SET token_hash = $2, sent_at = $3, expires_at = $4 WHERE id = $1 AND {_OPEN}",  # noqa: S608
        invitation_id,
        token_hash(token),
        ctx.now(),
        ctx.now() + LIFETIME,
    )
    await ctx.audit(tx, "core.staff.invited_again", str(invitation_id), email=found.email)
    return await _send(ctx, tx, invitation_id, token)


async def withdraw(ctx: TenantCtx, tx: Tx, invitation_id: uuid.UUID) -> None:
    """The link works no more. Raises NotFound."""
    found = await invitation_of(tx, invitation_id, ctx.now())
    await ctx.give_back(tx, SEAT)
    await tx.must_touch_one(
        NotFound(),
        f"UPDATE core_invitation SET withdrawn_at = $2 WHERE id = $1 AND {_OPEN}",  # noqa: S608 - a constant
        invitation_id,
        ctx.now(),
    )
    await ctx.audit(tx, "core.staff.invitation_withdrawn", str(invitation_id), email=found.email)


async def _refuse_known(tx: Tx, email: str) -> None:
    user = await user_by_email(tx, email)
    if user is not None and await tx.value("SELECT 1 FROM core_user_role WHERE user_id = $1", user.id):
        raise Conflict(N_("This person is staff already."), code="is_staff")


async def _insert(
    ctx: TenantCtx, tx: Tx, invitation_id: uuid.UUID, token: str, given: InvitationInput
) -> None:
    await tx.must_touch_one(
        Conflict(
            N_("This address is invited already. You can send the invitation again."), code="is_invited"
        ),
        "INSERT INTO core_invitation (id, email, email_key, display_name, message, token_hash, invited_by,"
        " created_at, sent_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $8, $9)"
        " ON CONFLICT (email_key) WHERE accepted_at IS NULL AND withdrawn_at IS NULL DO NOTHING",
        invitation_id,
        clean_email(given.email),
        email_key(given.email),
        given.display_name.strip(),
        given.message.strip(),
        token_hash(token),
        ctx.actor.user_id,
        ctx.now(),
        ctx.now() + LIFETIME,
    )
    await _give_roles(tx, invitation_id, given.roles)


async def _give_roles(tx: Tx, invitation_id: uuid.UUID, roles: Sequence[str]) -> None:
    await tx.execute(
        "INSERT INTO core_invitation_role (invitation_id, role_id) SELECT $1, role FROM unnest($2::text[]) AS role"
        " ON CONFLICT (invitation_id, role_id) DO NOTHING",
        invitation_id,
        list(roles),
    )


async def _send(ctx: TenantCtx, tx: Tx, invitation_id: uuid.UUID, token: str) -> Invited:
    path = f"/invite/{token}"
    found = await invitation_of(tx, invitation_id, ctx.now())
    await mails.send_invitation(ctx, tx, found.email, found.display_name, found.message, path)
    return Invited(invitation_id, ctx.url(path))
