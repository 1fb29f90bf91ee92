"""Staff who are named for some shops see and touch the coupons of those alone: for their goods, at their cost."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping

from nakamise.contracts.catalog import Catalog, ProductFacts
from nakamise.contracts.pricing import Bearer
from nakamise.contracts.shops import ShopSellers
from nakamise.db import Tx
from nakamise.errors import FieldError
from nakamise.plugin import TenantCtx
from nakamise.web import N_
from nakamise_coupons import repository
from nakamise_coupons.domain.rules import Scope
from nakamise_coupons.schemas import CouponInput, StaffCoupon
from nakamise_coupons.words import BEARERS, DOMAIN


async def is_theirs(ctx: TenantCtx, tx: Tx, one: CouponInput | StaffCoupon) -> bool:
    """Whether the acting person works for all shops that it can count in, and these bear it."""
    shops = await ctx.service(ShopSellers).of_staff(tx)
    if shops is None:
        return True
    facts = await ctx.service(Catalog).facts(tx, one.product_ids)
    scope = Scope(frozenset(one.product_ids), frozenset(one.category_ids), frozenset(one.shop_ids))
    return one.bearer == "shop" and _is_within(scope, shops, facts)


async def bearers(ctx: TenantCtx, tx: Tx) -> list[Bearer]:
    """Who may bear the coupons that the acting person makes: staff of some shops spend nobody else's money."""
    return ["shop"] if await ctx.service(ShopSellers).of_staff(tx) is not None else [*BEARERS]


async def faults(ctx: TenantCtx, tx: Tx, given: CouponInput) -> dict[str, FieldError]:
    """By field: what would not be theirs."""
    if given.bearer not in await bearers(ctx, tx):
        message = N_("You work for some shops: these bear the coupons that you make.")
        return {"bearer": FieldError(message, domain=DOMAIN)}
    if await is_theirs(ctx, tx, given):
        return {}
    message = N_("Please choose only shops that you work for.")
    return {"shop_ids": FieldError(message, domain=DOMAIN)}


async def theirs(ctx: TenantCtx, tx: Tx) -> list[uuid.UUID] | None:
    """The coupons of which `is_theirs` is true; None: all."""
    shops = await ctx.service(ShopSellers).of_staff(tx)
    if shops is None:
        return None
    scopes = await repository.scopes_of(tx, await repository.borne_by_shops(tx))
    products = {id_ for scope in scopes.values() for id_ in scope.products}
    facts = await ctx.service(Catalog).facts(tx, sorted(products))
    return [id_ for id_, scope in scopes.items() if _is_within(scope, shops, facts)]


def _is_within(scope: Scope, shops: Collection[uuid.UUID], facts: Mapping[uuid.UUID, ProductFacts]) -> bool:
    """Categories alone are of every shop. What is gone is no shop's: a coupon for nothing else is nobody's."""
    of_products = {facts[id_].shop_id for id_ in scope.products if id_ in facts}
    if not (scope.shops | of_products) <= set(shops):
        return False
    return bool(scope.shops or (of_products and not scope.categories))
