"""Group commit: many buyers' purchases in one transaction, each as if it came alone.

The database guards them as it guards a single one; a batch only saves waiting for locks and for the disk. Whoever
does not fit into it is told to try alone, so a batch decides nothing but "placed" and "sold out".
"""

from __future__ import annotations

import logging
import time
import uuid
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import timedelta
from typing import Final

from nakamise.db import DATABASE_AWAY, Tx
from nakamise.errors import Problem
from nakamise_shop.checkout import idempotency, stock
from nakamise_shop.checkout.idempotency import Claim
from nakamise_shop.checkout.intent import Intent
from nakamise_shop.checkout.schemas import Placed
from nakamise_shop.checkout.stock import SoldOut
from nakamise_shop.checkout.writing import write

log: Final = logging.getLogger("nakamise.shop")
# A cart, its prices and its plugins' proposals are not older than this when they are written.
MAX_AGE: Final = timedelta(seconds=2)
TRIES: Final = 3
# What plugins do for all of a batch; whoever is not through by then goes alone, so that a slow plugin stops no line.
PARTS_S: Final = 1.0
# None: not in this batch, and nothing is known against it either.
Outcome = Placed | SoldOut | None


class _LeaveOut(Exception):
    """Undoes the transaction; those in ``intents`` must try alone, the others together once more."""

    def __init__(self, intents: Sequence[Intent]) -> None:
        super().__init__(f"{len(intents)} of a batch must try alone")
        self.intents = list(intents)


class _Parts:
    """Each purchase's own part in a savepoint: whose part fails spoils nobody else's."""

    def __init__(self, tx: Tx) -> None:
        self._tx = tx
        self._until = time.monotonic() + PARTS_S
        self.failed: list[Intent] = []

    async def __call__(self, intent: Intent, act: Callable[[], Awaitable[None]]) -> None:
        if intent in self.failed:
            return
        if time.monotonic() > self._until:
            self.failed.append(intent)
            return
        try:
            async with self._tx.savepoint():
                await act()
        except Problem as refusal:
            log.info("a purchase leaves its batch: %s", refusal.code)
            self.failed.append(intent)
        except Exception as error:
            if self._tx.connection.is_closed():
                raise
            # A fault: alone it is told to its own buyer, and counted as such.
            log.warning("a purchase leaves its batch, for it failed: %r", error, exc_info=error)
            self.failed.append(intent)


async def place_all(intents: Sequence[Intent]) -> list[Outcome]:
    """One outcome for each, in their order; all of one tenant.

    Raises what the database raises when it cannot answer: then nobody knows, and the keys tell later.
    """
    found = await _place(_once(intents))
    return [found.get(intent) for intent in intents]


def _once(intents: Sequence[Intent]) -> list[Intent]:
    """Each cart and key once; what comes again waits for the first, alone."""
    seen: set[object] = set()
    found = []
    for intent in intents:
        marks = {intent.now.cart_id, (intent.buyer_id, intent.key)}
        if seen.isdisjoint(marks):
            found.append(intent)
        seen |= marks
    return found


async def _place(waiting: list[Intent]) -> Mapping[Intent, Outcome]:
    for _ in range(TRIES):
        try:
            return await _try(waiting) if waiting else {}
        except _LeaveOut as some:
            waiting = [intent for intent in waiting if intent not in some.intents]
        except SoldOut:
            # Another process was faster by a moment; what is left is read anew.
            continue
        except DATABASE_AWAY:
            raise
        except Exception:
            log.exception("a batch of %d failed; each tries alone", len(waiting))
            break
    return {}


async def _try(intents: Sequence[Intent]) -> Mapping[Intent, Outcome]:
    async with intents[0].ctx.begin() as tx:
        rows = await stock.left(tx, {want.variant_id for intent in intents for want in intent.wants})
        if not rows:
            raise _LeaveOut(intents)
        at = rows[0].at
        if old := [intent for intent in intents if at - intent.now.quote.priced_at > MAX_AGE]:
            raise _LeaveOut(old)
        fits, sold_out = _shared_out(intents, {row.variant_id: row.left for row in rows})
        if not fits:
            return sold_out
        await _claim(tx, fits)
        parts = _Parts(tx)
        placed = await write(tx, fits, at, parts)
        if parts.failed:
            raise _LeaveOut(parts.failed)
    return {**sold_out, **dict(zip(fits, placed, strict=True))}


def _shared_out(
    intents: Sequence[Intent], left: dict[uuid.UUID, int]
) -> tuple[list[Intent], dict[Intent, Outcome]]:
    """Who came first gets first; who cannot have all of it leaves it to the next."""
    fits: list[Intent] = []
    sold_out: dict[Intent, Outcome] = {}
    for intent in intents:
        short = next((one for one in intent.wants if left.get(one.variant_id, 0) < one.qty), None)
        if short is not None:
            sold_out[intent] = SoldOut(short.name)
            continue
        fits.append(intent)
        for one in intent.wants:
            left[one.variant_id] -= one.qty
    return fits, sold_out


async def _claim(tx: Tx, intents: Sequence[Intent]) -> None:
    claims = [Claim(intent.buyer_id, intent.key, intent.fingerprint) for intent in intents]
    new = await idempotency.claim_all(tx, claims)
    if known := [intent for intent in intents if (intent.buyer_id, intent.key) not in new]:
        raise _LeaveOut(known)
