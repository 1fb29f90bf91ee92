"""The forms of a sale and of its items: texts into inputs. Times are the tenant's wall time."""

from __future__ import annotations

from typing import TypeVar

import msgspec

from nakamise.errors import FieldError
from nakamise.plugin import TenantCtx
from nakamise.web import Form, Typed, wall
from nakamise_timesale.schemas import ItemInput, SaleChange, SaleDetail, SaleInput

Given = TypeVar("Given", SaleInput, SaleChange)


class SaleForm(msgspec.Struct, frozen=True, kw_only=True):
    name: str
    name_en: str = ""
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


def typed_sale(
    ctx: TenantCtx, form: Form[SaleForm], type_: type[Given]
) -> tuple[Given | None, dict[str, FieldError]]:
    """A `SaleInput` or `SaleChange`, or None with what is wrong."""
    given = form.value
    if given is None:
        return None, dict(form.errors)
    plain = {"name": given.name, "name_en": given.name_en}
    collected = Typed(ctx.tenant.zone, **plain, broadcast_id=given.broadcast_id or None)
    collected.number("per_person", given.per_person)
    if type_ is SaleChange:
        collected.number("version", given.version)
    collected.moment("starts_at", given.starts_at)
    # An end without seconds means the whole minute: it is shown to the second.
    collected.moment("ends_at", given.ends_at, second=59)
    return collected.build(type_), collected.errors


def typed_item(ctx: TenantCtx, form: Form[ItemForm]) -> tuple[ItemInput | None, dict[str, FieldError]]:
    """An `ItemInput`, or None with what is wrong."""
    given = form.value
    if given is None:
        return None, dict(form.errors)
    collected = Typed(ctx.tenant.zone, product_id=given.product_id, variant_id=given.variant_id or None)
    for name in ("price", "percent", "quantity"):
        collected.number(name, getattr(given, name))
    return collected.build(ItemInput), collected.errors


def values_of(ctx: TenantCtx, found: SaleDetail) -> dict[str, object]:
    """What the form shows of a sale."""
    shown: dict[str, object] = {
        name: "" if getattr(found, name) is None else str(getattr(found, name))
        for name in ("name", "name_en", "broadcast_id", "per_person", "version")
    }
    return shown | {name: wall(getattr(found, name), ctx.tenant.zone) for name in ("starts_at", "ends_at")}
