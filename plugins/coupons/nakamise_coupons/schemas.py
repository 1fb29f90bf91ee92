"""What staff give and see. Amounts are tax-included, in minor units; ``ends_at`` is the last second."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Annotated

import msgspec
from msgspec import Meta

from nakamise.contracts.pricing import Bearer
from nakamise.web import Paged
from nakamise_coupons.domain.rules import Kind, State, Terms

Amount = Annotated[int, Meta(ge=1, le=100_000_000)]
Times = Annotated[int, Meta(ge=1, le=1_000_000)]
Moment = Annotated[datetime, Meta(tz=True)]
NAME_MAX = 80
BATCH_MAX = 5000


class CouponInput(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``percent`` for kind percent, ``amount`` for fixed; ``cap`` for the two others than fixed.

    ``name_en``: for who reads English; "" = ``name``.
    """

    name: Annotated[str, Meta(min_length=1, max_length=NAME_MAX)]
    name_en: Annotated[str, Meta(max_length=NAME_MAX)] = ""
    kind: Kind
    percent: Annotated[int, Meta(ge=1, le=100)] | None = None
    amount: Amount | None = None
    cap: Amount | None = None
    min_goods: Annotated[int, Meta(ge=0, le=100_000_000)] = 0
    total_limit: Times | None = None
    user_limit: Times | None = None
    starts_at: Moment | None = None
    ends_at: Moment | None = None
    first_order_only: bool = False
    broadcast_id: uuid.UUID | None = None
    bearer: Bearer = "shop"
    is_public: bool = False
    product_ids: Annotated[list[uuid.UUID], Meta(max_length=500)] = []
    category_ids: Annotated[list[uuid.UUID], Meta(max_length=200)] = []
    shop_ids: Annotated[list[uuid.UUID], Meta(max_length=200)] = []

    def __post_init__(self) -> None:
        msgspec.structs.force_setattr(self, "name_en", self.name_en.strip())


class NewCoupon(CouponInput, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``code`` "" = one is made; ``batch`` > 0 = so many codes that count once each, and no shared one."""

    code: Annotated[str, Meta(max_length=40)] = ""
    batch: Annotated[int, Meta(ge=0, le=BATCH_MAX)] = 0


class CouponChange(CouponInput, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``version`` as it was read."""

    version: int


class Coupon(Terms, frozen=True, kw_only=True):
    """``code``: the shared one; "" for a batch of ``code_count`` codes."""

    id: uuid.UUID
    is_batch: bool
    is_public: bool
    code: str
    code_count: int
    created_at: datetime
    version: int


class StaffCoupon(Coupon, frozen=True, kw_only=True):
    """With what it is limited to, and its numbers: uses that were not given back, what they took off, and what the
    orders that they lowered came to with shipping (``sold``), as they were placed."""

    product_ids: list[uuid.UUID]
    category_ids: list[uuid.UUID]
    shop_ids: list[uuid.UUID]
    use_count: int
    returned_count: int
    taken: int
    sold: int


class CouponFilter(msgspec.Struct, frozen=True, kw_only=True):
    """``q``: part of a name or a code."""

    q: Annotated[str, Meta(max_length=80)] = ""
    state: State | None = None
    page: Annotated[int, Meta(ge=1, le=10_000)] = 1


class CouponPage(Paged, frozen=True, kw_only=True):
    items: list[Coupon]


class Code(msgspec.Struct, frozen=True, kw_only=True):
    """``uses_max`` None: as often as the coupon allows."""

    code: str
    uses_max: int | None
    used: int
    stopped_at: datetime | None
    created_at: datetime


class CodeFilter(msgspec.Struct, frozen=True, kw_only=True):
    """``part``: which list of a coupon's page."""

    page: Annotated[int, Meta(ge=1, le=10_000)] = 1


class CodePage(Paged, frozen=True, kw_only=True):
    items: list[Code]


class Use(msgspec.Struct, frozen=True, kw_only=True):
    """``order_numbers`` of the orders that it lowered; ``reverted_at``: they were all given up."""

    purchase_id: uuid.UUID
    code: str
    order_numbers: list[str]
    amount: int
    sold: int
    bearer: Bearer
    used_at: datetime
    reverted_at: datetime | None


class UsePage(Paged, frozen=True, kw_only=True):
    items: list[Use]
