"""Facts that happened, told to other plugins.

An event is a frozen Struct named in the past tense with a versioned topic. ``ctx.publish(tx, event)``
writes it in the business transaction, with one delivery for each listener that is on at that moment.
Handlers get it at least once, in their own transaction, and must be idempotent (``Delivery.id`` is
the same on every try; ``delivery.first_time(tx)`` is the easy way).
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Any, ClassVar, Final

import msgspec

from nakamise.plugin.jobs import Once

EVERY_TOPIC: Final = "*"


class Event(msgspec.Struct, frozen=True, kw_only=True):
    """``topic`` is ``<plugin>.<past_tense>.<version>``, e.g. ``shop.order_placed.1``."""

    topic: ClassVar[str]

    def order_key(self) -> str:
        """Deliveries of one listener with the same key come in order; "" = in any order."""
        return ""


class Published(msgspec.Struct, frozen=True, kw_only=True):
    """What a listener to every topic (``Listen("*", …)``) gets in place of the event's own type.

    ``topic`` ends in ``version``; ``id`` is the event's, the same for all listeners; ``data`` are its fields as
    JSON has them.
    """

    id: uuid.UUID
    topic: str
    version: int
    at: datetime
    data: Mapping[str, Any]


class Delivery(Once, frozen=True):
    """What a handler gets besides the event: the same ``id`` on every try, ``attempt`` from 1."""

    event_id: uuid.UUID
    attempt: int
