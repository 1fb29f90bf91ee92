"""Creating and changing products, in one transaction each."""

from __future__ import annotations

import base64
import re
import secrets
import unicodedata
import uuid
from collections import Counter
from collections.abc import Collection
from typing import Final

import asyncpg

from nakamise.db import Tx
from nakamise.errors import Conflict, FieldError, Invalid, NotFound
from nakamise.plugin import TenantCtx
from nakamise.web import N_
from nakamise_shop import scope
from nakamise_shop.settings import ShopSettings
from nakamise_shop.staff.products import changed, repository, write
from nakamise_shop.staff.products.schemas import (
    ProductChange,
    ProductInput,
    ProductLines,
    StaffProduct,
    StaffProductFilter,
    StaffVariant,
    VariantInput,
)

PAGE_SIZE: Final = 30
_SLUG_MAX: Final = 80


def fault(message: str, **params: object) -> FieldError:
    return FieldError(message, domain="shop", **params)


async def product_lines(ctx: TenantCtx, tx: Tx, wanted: StaffProductFilter) -> ProductLines:
    low_from = ctx.settings(ShopSettings).low_stock_from
    shops = await scope.shops_of(ctx, tx)
    counts = await repository.counts(tx, wanted, low_from, shops)
    return ProductLines(
        items=await repository.lines(tx, wanted, low_from, shops, PAGE_SIZE),
        counts=counts,
        total=counts[wanted.state] if wanted.state else sum(counts.values()),
        page=wanted.page,
        page_size=PAGE_SIZE,
    )


async def product(ctx: TenantCtx, tx: Tx, product_id: uuid.UUID) -> StaffProduct:
    """Raises NotFound, also for one of a shop that the acting person does not work for."""
    found = await repository.find(tx, product_id)
    if found is None:
        raise NotFound
    await scope.check_shop(ctx, tx, found.shop_id)
    return found


async def create(ctx: TenantCtx, tx: Tx, given: ProductInput, slug: str = "") -> uuid.UUID:
    """A draft; ``slug`` must be free, "" = made from the name. Raises Invalid."""
    shop_id = await _shop_of(ctx, tx, given)
    await _check(tx, shop_id, None, given, [])
    product_id = await write.insert(tx, shop_id, slug or await free_slug(tx, given), given)
    await _write_variants(tx, product_id, given, [])
    await write.refresh_prices(tx, [product_id])
    await ctx.audit(tx, "shop.product.created", str(product_id), name=given.name)
    return product_id


async def change(ctx: TenantCtx, tx: Tx, product_id: uuid.UUID, given: ProductChange) -> None:
    """Raises NotFound, Invalid, and Conflict (code ``stale``) when somebody else changed it meanwhile."""
    before = await product(ctx, tx, product_id)
    stored = await write.lock_variants(tx, product_id)
    if before.version != given.version:
        raise stale()
    await _check(tx, before.shop_id, product_id, given, stored)
    if not await write.update(tx, product_id, given.version, given):
        raise stale()
    if before.state == "published" and not given.variants:
        raise Invalid({"variants": fault(N_("A published product needs at least one variant."))})
    await _write_variants(tx, product_id, given, stored)
    await write.refresh_prices(tx, [product_id])
    await changed.tell(ctx, tx, [product_id])
    await ctx.audit(tx, "shop.product.changed", str(product_id), before=_brief(before), name=given.name)


def stale() -> Conflict:
    return Conflict(
        N_("Somebody else changed this product while you were editing it."), code="stale", domain="shop"
    )


def _brief(product: StaffProduct) -> dict[str, object]:
    return {
        "name": product.name,
        "version": product.version,
        "variants": {one.sku: [one.price, one.on_hand] for one in product.variants},
    }


async def _shop_of(ctx: TenantCtx, tx: Tx, given: ProductInput) -> uuid.UUID:
    shops = {choice.id for choice in await repository.shop_choices(tx, await scope.shops_of(ctx, tx))}
    if given.shop_id is None and len(shops) == 1:
        return shops.pop()
    if given.shop_id not in shops or given.shop_id is None:
        raise Invalid({"shop_id": fault(N_("Please choose a shop."))})
    return given.shop_id


async def free_slug(tx: Tx, given: ProductInput) -> str:
    """From the Latin letters of the name; a product without any gets a random one."""
    plain = unicodedata.normalize("NFKD", given.name_en or given.name).encode("ascii", "ignore").decode()
    slug = re.sub(r"[^a-z0-9]+", "-", plain.lower()).strip("-")[:_SLUG_MAX].strip("-")
    if len(slug) < 3:
        return f"p-{_random()}"
    taken = await tx.value("SELECT count(*) FROM shop_product WHERE slug = $1", slug)
    return f"{slug}-{_random()}" if taken else slug


def _random() -> str:
    return base64.b32encode(secrets.token_bytes(5)).decode().lower()


async def _check(
    tx: Tx, shop_id: uuid.UUID, product_id: uuid.UUID | None, given: ProductInput, stored: list[StaffVariant]
) -> None:
    """What one field alone cannot tell. Raises Invalid with every fault."""
    taken = await write.taken_skus(tx, shop_id, product_id, [one.sku for one in given.variants])
    known = {given.category_id} if await _is_category(tx, given.category_id) else set()
    if faults := faults_of(given, {one.id for one in stored}, taken, known):
        raise Invalid(faults)


async def _is_category(tx: Tx, category_id: uuid.UUID | None) -> bool:
    found = await tx.value("SELECT 1 FROM shop_category WHERE id = $1", category_id) if category_id else None
    return found is not None


def faults_of(
    given: ProductInput,
    own: Collection[uuid.UUID],
    taken: Collection[str],
    categories: Collection[uuid.UUID | None],
) -> dict[str, FieldError]:
    """``own``: ids of the product's variants; ``taken``: SKUs of the shop's other products."""
    faults: dict[str, FieldError] = {}
    skus = [one.sku for one in given.variants]
    repeated = {sku for sku, times in Counter(skus).items() if times > 1}
    for index, one in enumerate(given.variants):
        for name, found in _faults_of(one, given, own).items():
            faults[f"variants.{index}.{name}"] = found
        if one.sku in taken or one.sku in repeated:
            faults[f"variants.{index}.sku"] = fault(N_("Another variant of this shop has this SKU."))
    if given.sale_from and given.sale_until and given.sale_until <= given.sale_from:
        faults["sale_until"] = fault(N_("The end must be after the beginning."))
    if given.per_person_days and not given.per_person_limit and given.kind != "sample":
        faults["per_person_limit"] = fault(N_("Please say how many one person may have in this time."))
    if given.category_id and given.category_id not in categories:
        faults["category_id"] = fault(N_("Please choose a category."))
    return faults


def _faults_of(one: VariantInput, given: ProductInput, own: Collection[uuid.UUID]) -> dict[str, FieldError]:
    faults: dict[str, FieldError] = {}
    if one.id is not None and one.id not in own:
        faults["id"] = fault(N_("This variant is not of this product."))
    if len(given.variants) > 1 and not one.name:
        faults["name"] = fault(N_("Please name each variant."))
    if one.compare_at is not None and one.compare_at <= one.price:
        faults["compare_at"] = fault(N_("The former price must be higher than the price."))
    if one.option_values and len(one.option_values) != len(given.options):
        faults["name"] = fault(N_("Please give one value for each option."))
    return faults


async def _write_variants(
    tx: Tx, product_id: uuid.UUID, given: ProductInput, stored: list[StaffVariant]
) -> None:
    by_id = {one.id: one for one in stored}
    by_sku = {one.sku: one for one in stored}
    kept = {
        index: by_id.get(one.id) if one.id else by_sku.get(one.sku)
        for index, one in enumerate(given.variants)
    }
    ids = {one.id for one in kept.values() if one}
    await write.remove_variants(tx, [one.id for one in stored if one.id not in ids])
    faults: dict[str, FieldError] = {}
    for index, one in enumerate(given.variants):
        old = kept[index]
        try:
            if old is None:
                await write.insert_variant(tx, product_id, one, index)
                continue
            await write.update_variant(tx, product_id, old.id, one, index)
        except asyncpg.UniqueViolationError:
            raise Invalid(
                {f"variants.{index}.sku": fault(N_("Another variant of this shop has this SKU."))}
            ) from None
        if problem := await _change_stock(tx, old, one):
            faults[f"variants.{index}.on_hand"] = problem
    if faults:
        raise Invalid(faults)


async def _change_stock(tx: Tx, stored: StaffVariant, given: VariantInput) -> FieldError | None:
    """A number that the editor did not touch is not written: sales in between stand."""
    if given.on_hand == given.seen_on_hand:
        return None
    seen = given.seen_on_hand
    if seen is None:
        return fault(N_("Please give the stock that you saw with the new one."))
    if await write.set_stock(tx, stored.id, seen, given.on_hand):
        return None
    if given.on_hand < stored.reserved:
        return fault(N_("%(n)s are reserved by orders; the stock cannot be less."), n=stored.reserved)
    return fault(
        N_("The stock changed meanwhile and is %(n)s now. Please check your number."), n=stored.on_hand
    )
