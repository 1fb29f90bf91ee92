"""What a buyer sees of coupons. Amounts are tax-included, in minor units."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Annotated

import msgspec
from msgspec import Meta

from nakamise_coupons.domain.rules import Kind, State, Why


class CodeInput(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """As it was typed: width, capitals and blanks do not matter."""

    code: Annotated[str, Meta(min_length=1, max_length=80)]


class CartCoupon(msgspec.Struct, frozen=True, kw_only=True):
    """The coupon of the cart. ``why`` None: it counts and takes ``taken`` off; else ``reason`` says it in words.

    ``code`` "": none was given.
    """

    code: str = ""
    name: str = ""
    taken: int = 0
    why: Why | None = None
    reason: str = ""


class OfferedCoupon(msgspec.Struct, frozen=True, kw_only=True):
    """A coupon that everybody may know. ``why`` None: the caller may use it now, as far as the cart allows."""

    id: uuid.UUID
    code: str
    name: str
    kind: Kind
    gain: str
    conditions: list[str]
    state: State
    starts_at: datetime | None
    ends_at: datetime | None
    why: Why | None
    reason: str
