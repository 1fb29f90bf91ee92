"""Facts that happened, told to other plugins.

An event is a frozen Struct named in the past tense with a versioned topic. ``ctx.publish(tx, event)``
writes it in the business transaction, with one delivery for each listener that is on at that moment.
Handlers get it at least once, in their own transaction, and must be idempotent (``Delivery.id`` is
the same on every try; ``delivery.first_time(tx)`` is the easy way).
"""

from __future__ import annotations

import uuid
from typing import ClassVar

import msgspec

from nakamise.plugin.jobs import Once


class Event(msgspec.Struct, frozen=True, kw_only=True):
    """``topic`` is ``<plugin>.<past_tense>.<version>``, e.g. ``shop.order_placed.1``."""

    topic: ClassVar[str]

    def order_key(self) -> str:
        """Deliveries of one listener with the same key come in order; "" = in any order."""
        return ""


class Delivery(Once, frozen=True):
    """What a handler gets besides the event: the same ``id`` on every try, ``attempt`` from 1."""

    event_id: uuid.UUID
    attempt: int
