"""Who agreed to mails about starting broadcasts, and how such mails end."""

from __future__ import annotations

import secrets
import uuid
from typing import Final

import msgspec

from nakamise.db import Tx
from nakamise.errors import NotFound
from nakamise.plugin import TenantCtx
from nakamise_social.notices.schemas import Preferences

STOP: Final = "/social/unsubscribe"
_OF: Final = "SELECT mail_live FROM social_preference WHERE user_id = $1"
_SET: Final = """
INSERT INTO social_preference (user_id, mail_live, agreed_at, stop_token, changed_at)
VALUES ($1, $2, CASE WHEN $2 THEN $3::timestamptz END, $4, $3)
ON CONFLICT (user_id) DO UPDATE SET mail_live = excluded.mail_live, changed_at = excluded.changed_at,
    agreed_at = CASE WHEN excluded.mail_live AND NOT social_preference.mail_live THEN excluded.agreed_at
                     ELSE social_preference.agreed_at END
"""
_KNOWN: Final = "SELECT 1 FROM social_preference WHERE stop_token = $1"
_END: Final = (
    "UPDATE social_preference SET mail_live = false, changed_at = $2 WHERE stop_token = $1 AND mail_live"
)
# Active, confirmed, agreed; ``$1`` are followers whose switch is on.
_READERS: Final = """
SELECT u.email, u.locale, p.stop_token FROM core_user u JOIN social_preference p ON p.user_id = u.id
WHERE u.id = ANY($1) AND u.state = 'active' AND u.email_verified_at IS NOT NULL AND p.mail_live ORDER BY u.id
"""


class Reader(msgspec.Struct, frozen=True):
    """Somebody who gets the mail."""

    email: str
    locale: str
    stop_token: str

    @property
    def stop_path(self) -> str:
        return f"{STOP}/{self.stop_token}"


async def preferences(ctx: TenantCtx, tx: Tx) -> Preferences:
    """Without an answer: no mails. Raises Unauthenticated."""
    return Preferences(mail_live=await tx.value(_OF, ctx.require_user()) is True)


async def choose(ctx: TenantCtx, tx: Tx, given: Preferences) -> Preferences:
    """Raises Unauthenticated."""
    token = secrets.token_urlsafe(24)
    await tx.execute(_SET, ctx.require_user(), given.mail_live, ctx.now(), token)
    return given


async def known(tx: Tx, token: str) -> None:
    """Raises NotFound."""
    if await tx.value(_KNOWN, token) is None:
        raise NotFound


async def stop(ctx: TenantCtx, tx: Tx, token: str) -> None:
    """Without a login (RFC 8058); the same again changes nothing. Raises NotFound."""
    await known(tx, token)
    await tx.execute(_END, token, ctx.now())


async def readers(tx: Tx, user_ids: list[uuid.UUID]) -> list[Reader]:
    return await tx.all(Reader, _READERS, user_ids)
