"""The form of a coupon: texts into a `CouponInput`, and back. Times are the tenant's wall time."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Final, TypeVar

import msgspec

from nakamise.errors import FieldError
from nakamise.plugin import TenantCtx
from nakamise.web import N_, Form, Typed, wall
from nakamise_coupons.schemas import NAME_MAX, CouponChange, NewCoupon, StaffCoupon
from nakamise_coupons.words import words

Given = TypeVar("Given", NewCoupon, CouponChange)
_NUMBERS: Final = ("percent", "amount", "cap", "min_goods", "total_limit", "user_limit")
_AS_TYPED: Final = (
    *("name", "name_en", "kind", "first_order_only", "bearer", "is_public"),
    *("product_ids", "category_ids", "shop_ids"),
)


class CouponForm(msgspec.Struct, frozen=True, kw_only=True):
    """As a browser sends it: boxes that are not ticked are missing, numbers may have separators."""

    name: str
    name_en: str = ""
    kind: str = "percent"
    percent: str = ""
    amount: str = ""
    cap: str = ""
    min_goods: str = ""
    total_limit: str = ""
    user_limit: str = ""
    starts_at: str = ""
    ends_at: str = ""
    first_order_only: bool = False
    broadcast_id: str = ""
    bearer: str = "shop"
    is_public: bool = False
    product_ids: list[uuid.UUID] = []
    category_ids: list[uuid.UUID] = []
    shop_ids: list[uuid.UUID] = []
    code: str = ""
    batch: str = ""
    version: str = ""


def typed(
    ctx: TenantCtx, form: Form[CouponForm], type_: type[Given]
) -> tuple[Given | None, dict[str, FieldError]]:
    """A `NewCoupon` or `CouponChange`, or None with what is wrong."""
    given = form.value
    if given is None:
        return None, dict(form.errors)
    plain = {name: getattr(given, name) for name in _AS_TYPED}
    collected = Typed(ctx.tenant.zone, **plain, broadcast_id=given.broadcast_id or None)
    is_new = type_ is NewCoupon
    for name in (*_NUMBERS, "batch" if is_new else "version"):
        collected.number(name, getattr(given, name))
    collected.moment("starts_at", given.starts_at)
    # An end without seconds means the whole minute: it is shown to the second.
    collected.moment("ends_at", given.ends_at, second=59)
    if is_new:
        collected.value("code", given.code)
    return collected.build(type_), collected.errors


def values_of(ctx: TenantCtx, found: StaffCoupon) -> Mapping[str, object]:
    """What the form shows of a coupon."""
    shown: dict[str, object] = {
        name: _text(getattr(found, name)) for name in ("name", "name_en", "kind", *_NUMBERS)
    }
    shown |= {name: wall(getattr(found, name), ctx.tenant.zone) for name in ("starts_at", "ends_at")}
    shown |= {name: getattr(found, name) for name in ("first_order_only", "is_public", "bearer", "version")}
    shown |= {
        name: [str(id_) for id_ in getattr(found, name)]
        for name in ("product_ids", "category_ids", "shop_ids")
    }
    return shown | {"broadcast_id": _text(found.broadcast_id)}


def copied(ctx: TenantCtx, found: StaffCoupon) -> Mapping[str, object]:
    """What the form of a new coupon shows that is to be like ``found``: a code of its own, and no times."""
    name = words(ctx)(N_("Copy of %(name)s"), name=found.name)[:NAME_MAX]
    return {**values_of(ctx, found), "name": name, "starts_at": "", "ends_at": "", "version": ""}


def _text(value: object) -> str:
    return "" if value is None else str(value)
