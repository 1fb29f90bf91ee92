"""What staff give and see. Amounts are tax-included, in minor units; ``ends_at`` is the last second."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Annotated

import msgspec
from msgspec import Meta

from nakamise.contracts.catalog import Doubt
from nakamise.web import Paged
from nakamise_timesale.domain.rules import State, Times

NAME_MAX = 40
Moment = Annotated[datetime, Meta(tz=True)]
Pieces = Annotated[int, Meta(ge=1, le=1_000_000)]


class SaleInput(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Without ``starts_at`` it is started by hand; with ``broadcast_id`` by that broadcast, and has no times.

    ``name_en``: for who reads English; "" = ``name``.
    """

    name: Annotated[str, Meta(min_length=1, max_length=NAME_MAX)]
    name_en: Annotated[str, Meta(max_length=NAME_MAX)] = ""
    starts_at: Moment | None = None
    ends_at: Moment | None = None
    broadcast_id: uuid.UUID | None = None
    per_person: Pieces | None = None

    def __post_init__(self) -> None:
        msgspec.structs.force_setattr(self, "name_en", self.name_en.strip())


class SaleChange(SaleInput, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``version`` as it was read."""

    version: int


class ItemInput(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``price`` or ``percent`` off; ``variant_id`` None = every variant of the product, ``quantity`` of them all."""

    product_id: uuid.UUID
    variant_id: uuid.UUID | None = None
    price: Annotated[int, Meta(ge=1, le=100_000_000)] | None = None
    percent: Annotated[int, Meta(ge=1, le=99)] | None = None
    quantity: Pieces | None = None


class Sale(Times, frozen=True, kw_only=True):
    id: uuid.UUID
    name: str
    name_en: str
    per_person: int | None
    item_count: int
    sold: int
    created_at: datetime
    version: int


class Item(msgspec.Struct, frozen=True, kw_only=True):
    """``sold``: pieces of orders that stand."""

    id: uuid.UUID
    product_id: uuid.UUID
    variant_id: uuid.UUID | None
    price: int | None
    percent: int | None
    quantity: int | None
    sold: int


class ItemProof(msgspec.Struct, frozen=True, kw_only=True):
    """What buyers see: ``price`` in the sale instead of ``regular``, equal where the sale is no gain. Whether
    ``regular`` is struck through beside it: ``doubt`` "" = it is, else ``why`` says why not."""

    item_id: uuid.UUID
    variant_id: uuid.UUID
    name: str
    regular: int
    price: int
    doubt: Doubt
    why: str


class SaleDetail(Sale, frozen=True, kw_only=True):
    """``amount``: what buyers paid for pieces in the sale, before coupons and without shipping, in orders that stand;
    ``saved``: how much less that is than at the list prices."""

    items: list[Item]
    amount: int
    saved: int


class StaffSale(SaleDetail, frozen=True, kw_only=True):
    state: State
    proofs: list[ItemProof]


class SaleFilter(msgspec.Struct, frozen=True, kw_only=True):
    q: Annotated[str, Meta(max_length=40)] = ""
    state: State | None = None
    page: Annotated[int, Meta(ge=1, le=10_000)] = 1


class SalePage(Paged, frozen=True, kw_only=True):
    items: list[Sale]
