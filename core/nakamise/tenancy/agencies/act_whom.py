"""Whom somebody of the agency acts as: staff of the role, or who is invited to it and has not come yet.

For the invited there is no account to act as. One is entered as nobody's: no role, no password, an address
that was never confirmed. Accepting the invitation takes it over and ends every session, and until then only
the act session itself carries the role.
"""

from __future__ import annotations

import uuid
from typing import Final

import msgspec

from nakamise.auth.users import email_key, terms_version
from nakamise.db import Tx
from nakamise.errors import Conflict
from nakamise.ids import uuid7
from nakamise.plugin.context import TenantCtx
from nakamise.ui.i18n import N_

_NAME_MAX: Final = 40
# No hash begins like this: no password fits.
_UNUSABLE: Final = "!"
# The longest-serving who may log in.
_STAFF: Final = (
    "SELECT u.id AS user_id, u.email, u.display_name FROM core_user u"
    " JOIN core_user_role r ON r.user_id = u.id"
    " WHERE r.role_id = $1 AND u.state = 'active' ORDER BY u.created_at, u.id LIMIT 1"
)
# An account that somebody uses already is not borrowed for it: what they bought is theirs.
_INVITED: Final = (
    "SELECT NULL::uuid AS user_id, i.email, i.display_name FROM core_invitation i"
    " JOIN core_invitation_role r ON r.invitation_id = i.id"
    " WHERE r.role_id = $1 AND i.accepted_at IS NULL AND i.withdrawn_at IS NULL"
    " AND NOT EXISTS (SELECT 1 FROM core_user u WHERE u.email_key = i.email_key"
    "   AND (u.email_verified_at IS NOT NULL OR u.state <> 'active'))"
    " ORDER BY i.created_at, i.id LIMIT 1"
)


class Whom(msgspec.Struct, frozen=True):
    """``user_id`` is None for who is invited only."""

    user_id: uuid.UUID | None
    email: str
    display_name: str


async def whom_to_act_as(tx: Tx, role: str) -> Whom:
    """Raises Conflict."""
    found = await tx.first(Whom, _STAFF, role) or await tx.first(Whom, _INVITED, role)
    if found is None:
        raise Conflict(N_("Nobody of this site has this role yet."), code="no_such_staff")
    return found


async def enter_invited(tx: Tx, whom: Whom, ctx: TenantCtx) -> uuid.UUID:
    """The row of an invited person; one that was never confirmed is used again."""
    name = whom.display_name.strip() or whom.email.partition("@")[0]
    made: uuid.UUID = await tx.value(
        "INSERT INTO core_user (id, email, email_key, password_hash, display_name, locale, terms_version, created_at)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8)"
        " ON CONFLICT (email_key) DO UPDATE SET password_hash = excluded.password_hash"
        " WHERE core_user.email_verified_at IS NULL RETURNING id",
        *(uuid7(), whom.email, email_key(whom.email), _UNUSABLE, name[:_NAME_MAX], ctx.locale),
        await terms_version(tx),
        ctx.now(),
    )
    return made
