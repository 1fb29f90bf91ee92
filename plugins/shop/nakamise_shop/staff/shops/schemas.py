"""What staff see and send of shops."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Annotated, Final, Literal

import msgspec
from msgspec import Meta

from nakamise.contracts.pricing import Rounding
from nakamise_shop.staff.products.schemas import Line, Name, Price, Text

# Items of the legal notice that may be kept for those who ask: ``legal.MAY_BE_ASKED_FOR``.
OnRequest = list[Literal["address", "phone"]]
# Characters of one item of the legal notice.
LEGAL_MAX: Final = 2000


class StaffShopLine(msgspec.Struct, frozen=True, kw_only=True):
    """``product_count`` counts published products; orders and sales as ``orders.status.SOLD`` says."""

    id: uuid.UUID
    slug: str
    name: str
    state: str
    product_count: int
    order_count: int
    sales: int
    opened_at: datetime | None


class StaffShop(msgspec.Struct, frozen=True, kw_only=True):
    """``state_reason`` says why it was rejected or suspended, else ""; ``applied_at`` is the last application.

    ``legal`` is the whole notice; of it, ``on_request`` is told to whoever asks, and not shown."""

    id: uuid.UUID
    slug: str
    state: str
    state_reason: str
    applied_at: datetime | None
    version: int
    name: str
    name_en: str
    introduction: str
    introduction_en: str
    legal: dict[str, str]
    on_request: OnRequest = []
    invoice_number: str | None
    rounding: Rounding
    prices_include_tax: bool
    shipping_fee: int
    free_over: int | None
    order_number_prefix: str
    opened_at: datetime | None
    updated_at: datetime


class ShopInput(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """``price_input``: whether the shop types its prices with tax (gross) or without; None leaves it as it is. Buyers
    always see prices with tax.

    ``legal`` holds the items of the legal notice by name, English ones with the suffix ``_en``. ``on_request`` names
    those that the notice does not show but tells whoever asks; None leaves it as it is."""

    version: int
    name: Name
    name_en: Line = ""
    introduction: Text = ""
    introduction_en: Text = ""
    invoice_number: Annotated[str, Meta(max_length=30)] = ""
    rounding: Rounding = Rounding.FLOOR
    price_input: Literal["gross", "net"] | None = None
    shipping_fee: Price = 0
    free_over: Price | None = None
    legal: dict[str, Annotated[str, Meta(max_length=LEGAL_MAX)]] = {}
    on_request: OnRequest | None = None


class NewShop(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """``slug`` is the end of the shop's address; ``order_number_prefix`` begins its order numbers, "": made from
    ``slug``. ``legal`` as in ``ShopInput``; what the notice needs besides may follow later."""

    name: Name
    name_en: Line = ""
    slug: Annotated[str, Meta(min_length=1, max_length=60)]
    order_number_prefix: Annotated[str, Meta(max_length=8)] = ""
    legal: dict[str, Annotated[str, Meta(max_length=LEGAL_MAX)]] = {}
    on_request: OnRequest = []


class ShopDecision(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``reason`` is needed to reject and to suspend."""

    state: Literal["open", "closed", "rejected", "suspended"]
    reason: Annotated[str, Meta(max_length=500)] = ""
