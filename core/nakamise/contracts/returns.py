"""What shops promise about returns: said by whoever keeps the rules, wherever the law wants it said."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from typing import Protocol

from nakamise.db import Tx


class ReturnPromises(Protocol):
    """``ctx.optional_service(ReturnPromises)``: None where shops write about returns in their legal notice only."""

    async def promises(
        self, tx: Tx, shop_ids: Sequence[uuid.UUID], product_ids: Sequence[uuid.UUID] = ()
    ) -> Mapping[uuid.UUID, Sequence[str]]:
        """For each of ``shop_ids`` its rules as sentences in the reader's language. ``product_ids``: what is about to
        be bought; those that are not taken back are named. Without any, a sentence says whether there are such."""
        ...
