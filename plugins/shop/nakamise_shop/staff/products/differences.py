"""What somebody else saved while a form was open, in words."""

from __future__ import annotations

from typing import Final

from nakamise.plugin import TenantCtx
from nakamise.web import N_, yen
from nakamise_shop.staff.products.form import ProductForm, of_product
from nakamise_shop.staff.products.schemas import StaffProduct
from nakamise_shop.staff.text import words

_LABELS: Final = {
    "name": N_("Name"),
    "name_en": N_("Name (English)"),
    "description": N_("Description"),
    "description_en": N_("Description (English)"),
    "category_id": N_("Category"),
    "tax_class": N_("Tax"),
    "per_order_limit": N_("Limit per order"),
    "kind": N_("Kind"),
    "sale_from": N_("On sale from"),
    "sale_until": N_("On sale until"),
    "per_person_limit": N_("Limit per person"),
    "per_person_days": N_("Within days"),
}
# Their stored values are keys, not words: only that they differ is said.
_UNSPOKEN: Final = frozenset({"category_id", "tax_class", "kind"})


def differences(ctx: TenantCtx, stored: StaffProduct, typed: ProductForm) -> list[tuple[str, str]]:
    """(label, what is stored now) of everything that differs from what was typed."""
    _ = words(ctx)
    now = of_product(stored, ctx.tenant.zone)
    found = [
        (_(label), _("changed") if name in _UNSPOKEN else str(now.base[name] or "—"))
        for name, label in _LABELS.items()
        if str(now.base[name]) != str(typed.base.get(name, ""))
    ]
    rows = {str(row["id"]): row for row in typed.variants}
    for one in stored.variants:
        row = rows.get(str(one.id))
        shown = _("%(price)s, %(stock)s in stock", price=yen(one.price), stock=one.on_hand)
        if row is None or (row["name"], row["sku"], row["price"]) != (one.name, one.sku, str(one.price)):
            found.append((f"{one.name or _('Variant')} ({one.sku})", shown))
    return found
