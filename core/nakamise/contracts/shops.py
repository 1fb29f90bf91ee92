"""Shops as sellers, for plugins that write documents for them."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from typing import Protocol

import msgspec

from nakamise.db import Tx


class ShopSeller(msgspec.Struct, frozen=True, kw_only=True):
    """A shop as it is now. ``seller``, ``address`` and ``phone`` are those of its legal notice, "" when they are not
    stated; an address or number that the notice keeps for those who ask is not stated.
    ``invoice_number`` is T and 13 digits, None for a shop that is not registered."""

    id: uuid.UUID
    slug: str
    name: str
    seller: str
    invoice_number: str | None
    address: str = ""
    phone: str = ""


class ShopSellers(Protocol):
    """``ctx.service(ShopSellers)``: provided by the shop."""

    async def sellers(self, tx: Tx, ids: Sequence[uuid.UUID] = ()) -> Mapping[uuid.UUID, ShopSeller]:
        """By id, in the order of their names; no ids: all shops that the acting person works for. An id that is
        none is missing."""
        ...

    async def of_staff(self, tx: Tx) -> Sequence[uuid.UUID] | None:
        """The shops that the acting person works for, for lists and files of staff; None: all of them."""
        ...

    async def check(self, tx: Tx, shop_id: uuid.UUID) -> None:
        """Before staff see or touch what is a shop's. Raises NotFound for one that they do not work for."""
        ...
