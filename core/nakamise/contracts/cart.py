"""What buyers choose for a plugin while they fill their cart: a coupon's code, a delivery date, a wrapping."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from nakamise.db import Tx


class CartInputs(Protocol):
    """Of the actor's own cart; a guest's too. They reach ``QuoteRequest.inputs`` and ``OrderDraft.inputs``.

    A name is ``<plugin id>.<name>``, or ``<plugin id>.<name>:<shop id>`` for one shop's parcel.
    """

    async def all(self, tx: Tx) -> Mapping[str, str]: ...

    async def set(self, tx: Tx, values: Mapping[str, str | None]) -> None:
        """None or "" takes one away. Raises NotFound without a cart, ValueError for a name that is none or a
        value longer than 500 characters."""
        ...
