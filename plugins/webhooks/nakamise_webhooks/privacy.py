"""What was told of a person to whom, and how it is forgotten.

Events name people by their id. A person learns which events about them left the site, and to which address;
erasing takes those events out of the log. One that still waits is not sent any more.
"""

from __future__ import annotations

import uuid
from datetime import datetime

import msgspec

from nakamise.db import Tx
from nakamise.plugin import TenantCtx

_TOLD = """
SELECT m.topic, m.at, e.url, d.state FROM webhooks_message m
JOIN webhooks_delivery d ON d.message_id = m.id JOIN webhooks_endpoint e ON e.id = d.endpoint_id
WHERE strpos(m.body, $1) > 0 ORDER BY m.at, m.id
"""


class Told(msgspec.Struct, frozen=True):
    """An event about the person and where it went."""

    topic: str
    at: datetime
    url: str
    state: str


class WebhooksCopy(msgspec.Struct, frozen=True):
    sent: list[Told]


async def export(_ctx: TenantCtx, tx: Tx, user_id: uuid.UUID) -> WebhooksCopy | None:
    told = await tx.all(Told, _TOLD, str(user_id))
    return WebhooksCopy(told) if told else None


async def erase(_ctx: TenantCtx, tx: Tx, user_id: uuid.UUID) -> int:
    messages = await tx.execute("DELETE FROM webhooks_message WHERE strpos(body, $1) > 0", str(user_id))
    made = await tx.execute(
        "UPDATE webhooks_endpoint SET created_by_user_id = NULL WHERE created_by_user_id = $1", user_id
    )
    return messages + made
