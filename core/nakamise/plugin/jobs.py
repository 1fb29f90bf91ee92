"""Work in the background.

    async def send_receipt(ctx: TenantCtx, payload: Receipt, job: Job) -> None

named by ``JobType`` in the manifest and queued by ``ctx.enqueue(tx, "shop.send_receipt", Receipt(…))`` runs
at least once, some time after that transaction commits, as the system, in transactions of its own.
"""

from __future__ import annotations

import uuid

import msgspec

from nakamise.db import Tx


class Once(msgspec.Struct, frozen=True):
    """Something that may be tried several times under the same ``id``."""

    id: uuid.UUID

    async def first_time(self, tx: Tx) -> bool:
        """True when no transaction that called this has committed yet; remembered in ``tx`` itself.

        Does what it is asked exactly once together with everything else in ``tx``; outside effects (a mail,
        a call) need the receiver's help, who gets ``id`` as idempotency key.
        """
        sql = "INSERT INTO core_handled (id) VALUES ($1) ON CONFLICT (id) DO NOTHING"
        return await tx.execute(sql, self.id) == 1


class Job(Once, frozen=True):
    """What a handler gets besides its payload: the same ``id`` on every try, ``attempt`` from 1."""

    name: str
    attempt: int
