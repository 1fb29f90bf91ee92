"""Who looks at products and puts them into carts, as far as figures need it: counters, see ``reports.seen``."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from typing import Any

from litestar import Request

from nakamise.contracts.sales import Via
from nakamise.db import Tx
from nakamise.plugin import TenantCtx
from nakamise_shop.reports.seen import Act, Seen
from nakamise_shop.reports.via import address, is_person, known, via_of


async def shown(ctx: TenantCtx, request: Request[Any, Any, Any], product_ids: Iterable[uuid.UUID]) -> None:
    """These stand in a list that is being drawn."""
    if _counts(ctx, request):
        await _note(ctx, "shown", product_ids, Via.LIST)


async def viewed(ctx: TenantCtx, request: Request[Any, Any, Any], product_id: uuid.UUID) -> Via:
    """How the visitor came to this product; the page puts it into its form. A page that follows itself (another
    choice, an answer to its form) is no further view."""
    came_from = address(request.headers.get("referer", ""))
    here = ctx.http.origin + ctx.http.path
    if came_from is not None and f"{came_from.scheme}://{came_from.netloc}{came_from.path}" == here:
        return known(request.query_params.get("via", ""))
    via = via_of(ctx.http.origin, request.headers.get("referer", ""), request.query_params)
    if _counts(ctx, request):
        await _note(ctx, "views", [product_id], via)
    return via


def way_of(ctx: TenantCtx, request: Request[Any, Any, Any], word: str) -> Via:
    """Of something that is put into the cart: what the product's page said, or the page where it was done."""
    return known(word) or via_of(ctx.http.origin, request.headers.get("referer", ""), {})


async def carted(ctx: TenantCtx, tx: Tx, product_id: uuid.UUID, via: Via) -> None:
    """Counted when ``tx`` commits."""

    async def note() -> None:
        await _note(ctx, "carts", [product_id], via)

    if not _is_staff(ctx):
        tx.after_commit(note)


def _counts(ctx: TenantCtx, request: Request[Any, Any, Any]) -> bool:
    return ctx.http.method == "GET" and not _is_staff(ctx) and is_person(request.headers)


def _is_staff(ctx: TenantCtx) -> bool:
    return ctx.actor.can("shop.products.read")


async def _note(ctx: TenantCtx, act: Act, product_ids: Iterable[uuid.UUID], via: Via) -> None:
    day = ctx.now().astimezone(ctx.tenant.zone).date()
    seen = await ctx.companion(Seen)
    seen.add(ctx.tenant.id, [(day, product_id, via, act) for product_id in product_ids])
