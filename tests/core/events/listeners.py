"""A plugin that publishes and one that listens, real enough to be discovered; also run by the crash test's child.

Effects are rows of ``core_audit``, a table that every tenant has.
"""

from __future__ import annotations

import os
import signal
from datetime import timedelta
from importlib import metadata
from typing import ClassVar

from nakamise.ids import uuid7
from nakamise.plugin import Delivery, Event, Listen, Manifest, Published, TenantCtx

ENTRY_POINTS = [
    metadata.EntryPoint("teller", f"{__name__}:teller", "nakamise.plugins"),
    metadata.EntryPoint("gossip", f"{__name__}:gossip", "nakamise.plugins"),
    metadata.EntryPoint("hearer", f"{__name__}:hearer", "nakamise.plugins"),
]


class Told(Event, frozen=True, kw_only=True):
    topic: ClassVar[str] = "teller.told.1"
    word: str
    about: str = ""

    def order_key(self) -> str:
        return self.about


async def note(ctx: TenantCtx, told: Told, delivery: Delivery) -> None:
    """Counts every try; has its effect once."""
    async with ctx.begin() as tx:
        await _audit(tx, "heard", told.word)
        if await delivery.first_time(tx):
            await _audit(tx, "acted", told.word)
    if told.word == "die" and delivery.attempt == 1 and os.environ.get("MAY_DIE"):
        os.kill(os.getpid(), signal.SIGKILL)
    if told.word == "fail" and delivery.attempt == 1:
        raise RuntimeError("not yet")


async def note_all(ctx: TenantCtx, event: Published, delivery: Delivery) -> None:
    assert delivery.event_id == event.id
    async with ctx.begin() as tx:
        age = ctx.now() - event.at
        assert timedelta(0) <= age < timedelta(minutes=1)
        await _audit(tx, "heard", f"{event.topic} {event.version} {event.data}")


async def _audit(tx, act: str, subject: str) -> None:  # type: ignore[no-untyped-def]
    await tx.execute("INSERT INTO core_audit (id, act, subject) VALUES ($1, $2, $3)", uuid7(), act, subject)


teller = Manifest(id="teller", api="1.0", version="1", title="Teller", publishes=(Told.topic,))
gossip = Manifest(
    id="gossip", api="1.0", version="1", title="Gossip", listens=(Listen("*", f"{__name__}:note_all"),)
)
hearer = Manifest(
    id="hearer", api="1.0", version="1", title="Hearer", listens=(Listen(Told.topic, f"{__name__}:note"),)
)
