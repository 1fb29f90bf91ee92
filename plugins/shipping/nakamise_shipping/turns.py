"""Who puts parcels together, parts them or writes their slips does it alone: each looks at what the others made of it."""

from __future__ import annotations

from typing import Final

from nakamise.db import Tx

# Any number of ours: advisory locks are the whole database's, so the tenant's schema is in the key.
_SEED: Final = 5_118_025
_MINE: Final = "SELECT pg_advisory_xact_lock(hashtextextended($1, $2))"


async def wait(tx: Tx) -> None:
    """Until the end of the transaction. Before any order is locked, so that nobody waits in a ring."""
    await tx.value(_MINE, tx.schema, _SEED)
