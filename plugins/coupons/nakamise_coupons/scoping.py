"""What coupons are limited to, by name; and that it is there: an id that nobody has makes one that never counts."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping, Sequence

import msgspec

from nakamise.contracts.catalog import Catalog, CatalogChoices
from nakamise.contracts.live import LiveOffers
from nakamise.db import Tx
from nakamise.errors import FieldError
from nakamise.plugin import TenantCtx
from nakamise.web import N_
from nakamise_coupons import repository
from nakamise_coupons.domain.rules import Scope
from nakamise_coupons.schemas import CouponInput, StaffCoupon
from nakamise_coupons.words import DOMAIN, words


async def unknown(
    ctx: TenantCtx, tx: Tx, given: CouponInput, before: StaffCoupon | None = None
) -> dict[str, FieldError]:
    """By field. What the coupon had ``before`` may stay, though it is gone by now."""
    faults: dict[str, FieldError] = {}
    products = _new(given.product_ids, before.product_ids if before else ())
    if gone := products - set(await ctx.service(Catalog).facts(tx, sorted(products))) if products else set():
        faults["product_ids"] = _fault(N_("There is no such product: %(id)s"), gone)
    categories = _new(given.category_ids, before.category_ids if before else ())
    shops = _new(given.shop_ids, before.shop_ids if before else ())
    if categories or shops:
        choices = await ctx.service(Catalog).choices(tx, with_products=False)
        if gone := categories - {id_ for id_, _ in choices.categories}:
            faults["category_ids"] = _fault(N_("There is no such category: %(id)s"), gone)
        if gone := shops - {id_ for id_, _ in choices.shops}:
            faults["shop_ids"] = _fault(N_("There is no such shop: %(id)s"), gone)
    if given.broadcast_id and not await _is_broadcast(ctx, tx, given.broadcast_id, before):
        faults["broadcast_id"] = _fault(N_("There is no such broadcast: %(id)s"), {given.broadcast_id})
    return faults


async def limits(
    ctx: TenantCtx, tx: Tx, coupon_ids: Sequence[uuid.UUID], *, published_only: bool
) -> Mapping[uuid.UUID, list[str]]:
    """Sentences by coupon; one that is for everything is missing. Buyers are told no names of drafts."""
    scopes = await repository.scopes_of(tx, coupon_ids)
    if not scopes:
        return {}
    catalog = ctx.service(Catalog)
    choices = CatalogChoices(shops=[], categories=[], products=[])
    if any(scope.shops or scope.categories for scope in scopes.values()):
        choices = await catalog.choices(tx, with_products=False)
    ids = sorted({id_ for scope in scopes.values() for id_ in scope.products})
    found = (
        (await catalog.products(tx, ids) if published_only else await catalog.facts(tx, ids)) if ids else {}
    )
    products = sorted(((id_, one.name) for id_, one in found.items()), key=lambda pair: (pair[1], pair[0]))
    named = msgspec.structs.replace(choices, products=products)
    return {id_: _sentences(ctx, scope, named) for id_, scope in scopes.items()}


def _sentences(ctx: TenantCtx, scope: Scope, choices: CatalogChoices) -> list[str]:
    parts = (
        (N_("Shops: %(names)s"), choices.shops, scope.shops),
        (N_("Categories: %(names)s"), choices.categories, scope.categories),
        (N_("Products: %(names)s"), choices.products, scope.products),
    )
    found = [(text, [name for id_, name in known if id_ in ids]) for text, known, ids in parts]
    return [words(ctx)(text, names=", ".join(names)) for text, names in found if names]


def _new(given: Iterable[uuid.UUID], before: Iterable[uuid.UUID]) -> set[uuid.UUID]:
    return set(given) - set(before)


async def _is_broadcast(ctx: TenantCtx, tx: Tx, broadcast_id: uuid.UUID, before: StaffCoupon | None) -> bool:
    if before is not None and before.broadcast_id == broadcast_id:
        return True
    live = ctx.optional_service(LiveOffers)
    return live is not None and broadcast_id in await live.named(tx, [broadcast_id])


def _fault(message: str, gone: set[uuid.UUID]) -> FieldError:
    return FieldError(message, domain=DOMAIN, id=str(min(gone)))
