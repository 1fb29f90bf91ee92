"""Users of the site, as far as this plugin needs them."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any

import msgspec

from nakamise.db import Tx
from nakamise.plugin import TenantCtx


class Mailable(msgspec.Struct, frozen=True):
    """Where and in which language somebody reads mail."""

    user_id: uuid.UUID
    email: str
    locale: str
    display_name: str


async def mailable(tx: Tx, user_ids: list[uuid.UUID]) -> list[Mailable]:
    """Those of ``user_ids`` who are active and have a confirmed address."""
    return await tx.all(
        Mailable,
        "SELECT id AS user_id, email, locale, display_name FROM core_user"
        " WHERE id = ANY($1) AND state = 'active' AND email_verified_at IS NOT NULL ORDER BY id",
        user_ids,
    )


async def notify(
    ctx: TenantCtx,
    tx: Tx,
    reader: Mailable,
    *,
    subject: str,
    text: str,
    facts: Sequence[tuple[str, str]] = (),
    action: dict[str, Any] | None = None,
) -> None:
    """A short mail, in words of the reader's language. ``action``: ``label`` and ``path`` of its button."""
    await ctx.send_mail(
        tx,
        "mail/notice",
        reader.email,
        locale=reader.locale,
        subject=subject,
        paragraphs=[text],
        facts=list(facts),
        action=action,
    )


async def find_by_email(tx: Tx, email: str) -> uuid.UUID | None:
    """An active user with this address, however it is written."""
    found = await tx.value(
        "SELECT id FROM core_user WHERE email_key = lower($1) AND state = 'active'", email.strip()
    )
    return found if isinstance(found, uuid.UUID) else None


async def is_user(tx: Tx, user_id: uuid.UUID) -> bool:
    found = await tx.value("SELECT 1 FROM core_user WHERE id = $1 AND state = 'active'", user_id)
    return found is not None
