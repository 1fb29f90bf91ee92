"""The forms of a sale and of its items: texts into inputs. Times are the tenant's wall time."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any, Final

import msgspec

from nakamise.errors import FieldError
from nakamise.plugin import TenantCtx
from nakamise.web import N_, Form, local_time
from nakamise_timesale.schemas import ItemInput, SaleChange, SaleDetail, SaleInput
from nakamise_timesale.service import fault

_MOMENT: Final = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2})?")
Typed = tuple[Any, dict[str, FieldError]]


class SaleForm(msgspec.Struct, frozen=True, kw_only=True):
    name: str
    starts_at: str = ""
    ends_at: str = ""
    broadcast_id: str = ""
    per_person: str = ""
    version: str = ""


class ItemForm(msgspec.Struct, frozen=True, kw_only=True):
    product_id: str
    variant_id: str = ""
    price: str = ""
    percent: str = ""
    quantity: str = ""


def typed_sale(ctx: TenantCtx, form: Form[SaleForm], *, is_new: bool) -> Typed:
    """A `SaleInput` or `SaleChange`, or None with what is wrong."""
    given = form.value
    if given is None:
        return None, dict(form.errors)
    errors: dict[str, FieldError] = {}
    plain: dict[str, object] = {"name": given.name, "broadcast_id": given.broadcast_id or None}
    for name in ("per_person",) if is_new else ("per_person", "version"):
        _number(name, getattr(given, name), plain, errors)
    for name, second in (("starts_at", 0), ("ends_at", 59)):
        _moment(ctx, name, getattr(given, name), second, plain, errors)
    return _built(SaleInput if is_new else SaleChange, plain, errors)


def typed_item(form: Form[ItemForm]) -> Typed:
    """An `ItemInput`, or None with what is wrong."""
    given = form.value
    if given is None:
        return None, dict(form.errors)
    errors: dict[str, FieldError] = {}
    plain: dict[str, object] = {"product_id": given.product_id, "variant_id": given.variant_id or None}
    for name in ("price", "percent", "quantity"):
        _number(name, getattr(given, name), plain, errors)
    return _built(ItemInput, plain, errors)


def _built(type_: type[msgspec.Struct], plain: dict[str, object], errors: dict[str, FieldError]) -> Typed:
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
    try:
        at = datetime.fromisoformat(text) if _MOMENT.fullmatch(text) else None
    except ValueError:
        at = None
    if at is None:
        errors[name] = fault(N_("Please enter a date and a time."))
        return
    plain[name] = (at if len(text) > 16 else at.replace(second=second)).replace(tzinfo=ctx.tenant.zone)


def values_of(ctx: TenantCtx, found: SaleDetail) -> dict[str, object]:
    """What the form shows of a sale."""
    shown: dict[str, object] = {
        name: "" if getattr(found, name) is None else str(getattr(found, name))
        for name in ("name", "broadcast_id", "per_person", "version")
    }
    return shown | {name: _local(ctx, getattr(found, name)) for name in ("starts_at", "ends_at")}


def _local(ctx: TenantCtx, at: datetime | None) -> str:
    return f"{local_time(at, ctx.tenant.timezone):%Y-%m-%dT%H:%M:%S}" if at else ""
