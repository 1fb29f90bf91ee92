"""The form of a coupon: texts into a `CouponInput`, and back. Times are the tenant's wall time."""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

import msgspec

from nakamise.errors import FieldError
from nakamise.plugin import TenantCtx
from nakamise.web import N_, Form, local_time
from nakamise_coupons.schemas import CouponChange, NewCoupon, StaffCoupon
from nakamise_coupons.service import fault

_MOMENT: Final = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2})?")
_TEXTS: Final = ("name", "kind", "percent", "amount", "cap", "min_goods", "total_limit", "user_limit")


class CouponForm(msgspec.Struct, frozen=True, kw_only=True):
    """As a browser sends it: boxes that are not ticked are missing, numbers may have separators."""

    name: str
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


def typed(ctx: TenantCtx, form: Form[CouponForm], *, is_new: bool) -> tuple[Any, dict[str, FieldError]]:
    """A `NewCoupon` or `CouponChange`, or None with what is wrong."""
    given = form.value
    if given is None:
        return None, dict(form.errors)
    errors: dict[str, FieldError] = {}
    plain: dict[str, object] = {
        "name": given.name,
        "kind": given.kind,
        "first_order_only": given.first_order_only,
        "bearer": given.bearer,
        "is_public": given.is_public,
        "product_ids": given.product_ids,
        "category_ids": given.category_ids,
        "shop_ids": given.shop_ids,
        "broadcast_id": given.broadcast_id or None,
    }
    numbers = ["percent", "amount", "cap", "min_goods", "total_limit", "user_limit"]
    numbers += ["batch"] if is_new else ["version"]
    for name in numbers:
        _number(name, getattr(given, name), plain, errors)
    for name, second in (("starts_at", 0), ("ends_at", 59)):
        _moment(ctx, name, getattr(given, name), second, plain, errors)
    if is_new:
        plain["code"] = given.code
    return _built(NewCoupon if is_new else CouponChange, plain, errors)


def _built(
    type_: type[msgspec.Struct], plain: dict[str, object], errors: dict[str, FieldError]
) -> tuple[Any, dict[str, FieldError]]:
    kinds = {field.encode_name: field.type for field in msgspec.structs.fields(type_)}
    for name, value in plain.items():
        try:
            msgspec.convert(value, kinds[name])
        except msgspec.ValidationError:
            errors.setdefault(name, fault(N_("This value cannot be used.")))
    return (None, errors) if errors else (msgspec.convert(plain, type_), {})


def _number(name: str, text: str, plain: dict[str, object], errors: dict[str, FieldError]) -> None:
    digits = re.sub(r"[\s,¥￥%]", "", text)
    if not digits:
        return
    if not re.fullmatch(r"\d{1,12}", digits):
        errors[name] = fault(N_("Please enter a whole number."))
        return
    plain[name] = int(digits)


def _moment(
    ctx: TenantCtx, name: str, text: str, second: int, plain: dict[str, object], errors: dict[str, FieldError]
) -> None:
    """An end without seconds means the whole minute: it is shown to the second."""
    if not text:
        return
    if not _MOMENT.fullmatch(text):
        errors[name] = fault(N_("Please enter a date and a time."))
        return
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        errors[name] = fault(N_("Please enter a date and a time."))
        return
    plain[name] = (at if len(text) > 16 else at.replace(second=second)).replace(tzinfo=ctx.tenant.zone)


def values_of(ctx: TenantCtx, found: StaffCoupon) -> Mapping[str, object]:
    """What the form shows of a coupon."""
    shown: dict[str, object] = {name: _text(getattr(found, name)) for name in _TEXTS}
    shown |= {name: _local(ctx, getattr(found, name)) for name in ("starts_at", "ends_at")}
    shown |= {name: getattr(found, name) for name in ("first_order_only", "is_public", "bearer", "version")}
    shown |= {
        name: [str(id_) for id_ in getattr(found, name)]
        for name in ("product_ids", "category_ids", "shop_ids")
    }
    return shown | {"broadcast_id": _text(found.broadcast_id)}


def _text(value: object) -> str:
    return "" if value is None else str(value)


def _local(ctx: TenantCtx, at: datetime | None) -> str:
    return f"{local_time(at, ctx.tenant.timezone):%Y-%m-%dT%H:%M:%S}" if at else ""
