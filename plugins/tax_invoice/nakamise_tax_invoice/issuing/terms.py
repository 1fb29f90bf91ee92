"""Who issues for a shop: own documents, handed over by the site, or the site as intermediary (媒介者交付特例)."""

from __future__ import annotations

import uuid
from datetime import date
from typing import Final

import msgspec

from nakamise.contracts.shops import ShopSeller, ShopSellers
from nakamise.db import Tx
from nakamise.errors import FieldError, Invalid, NotFound
from nakamise.plugin import TenantCtx
from nakamise.web import N_
from nakamise_tax_invoice.papers.body import Mode
from nakamise_tax_invoice.papers.writing import Terms
from nakamise_tax_invoice.settings import TaxInvoiceSettings
from nakamise_tax_invoice.words import DOMAIN

_SET: Final = """
INSERT INTO tax_invoice_shop (shop_id, mode, told_on, updated_at) VALUES ($1, $2, $3, now())
ON CONFLICT (shop_id) DO UPDATE SET mode = excluded.mode, told_on = excluded.told_on, updated_at = excluded.updated_at
"""


class Choice(msgspec.Struct, frozen=True, kw_only=True):
    """``told_on``: the day on which the shop told the site that it is registered."""

    mode: Mode
    told_on: date | None = None


async def choice_of(tx: Tx, shop_id: uuid.UUID) -> Choice:
    found = await tx.first(Choice, "SELECT mode, told_on FROM tax_invoice_shop WHERE shop_id = $1", shop_id)
    return found or Choice(mode=Mode.AGENT)


async def terms_of(ctx: TenantCtx, tx: Tx, shop_id: uuid.UUID) -> Terms:
    settings = ctx.settings(TaxInvoiceSettings)
    return Terms(
        mode=(await choice_of(tx, shop_id)).mode,
        site_name=ctx.tenant.name,
        platform_name=settings.platform_name or ctx.tenant.name,
        platform_number=settings.platform_number,
    )


async def seller(ctx: TenantCtx, tx: Tx, shop_id: uuid.UUID) -> ShopSeller:
    """As the shop is now. Raises NotFound."""
    found = (await ctx.service(ShopSellers).sellers(tx, [shop_id])).get(shop_id)
    if found is None:
        raise NotFound
    return found


async def choose(ctx: TenantCtx, tx: Tx, shop_id: uuid.UUID, wanted: Choice) -> None:
    """Raises NotFound, and Invalid for the intermediary rule where shop or site lacks what it asks for."""
    shop = await seller(ctx, tx, shop_id)
    if wanted.mode is Mode.INTERMEDIARY:
        _check_intermediary(ctx, shop, wanted)
    before = await choice_of(tx, shop_id)
    await tx.execute(_SET, shop_id, wanted.mode.value, wanted.told_on)
    await ctx.audit(tx, "tax_invoice.mode", str(shop_id), before=before.mode.value, after=wanted.mode.value)


def _check_intermediary(ctx: TenantCtx, shop: ShopSeller, wanted: Choice) -> None:
    faults: dict[str, FieldError] = {}
    if not shop.invoice_number:
        message = N_("The shop has no registration number, so the site may not issue in its own name.")
        faults["mode"] = FieldError(message, domain=DOMAIN)
    elif not ctx.settings(TaxInvoiceSettings).platform_number:
        message = N_("Set the site's own registration number in the plugin's settings first.")
        faults["mode"] = FieldError(message, domain=DOMAIN)
    if wanted.told_on is None:
        message = N_("Enter the day on which the shop told you that it is registered.")
        faults["told_on"] = FieldError(message, domain=DOMAIN)
    if faults:
        raise Invalid(faults)
