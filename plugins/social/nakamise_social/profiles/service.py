"""Putting a profile together."""

from __future__ import annotations

from nakamise.contracts.catalog import Catalog, CatalogShop
from nakamise.contracts.live import LiveBroadcaster
from nakamise.db import Tx
from nakamise.errors import NotFound
from nakamise.plugin import TenantCtx
from nakamise_social.follows import service as follows
from nakamise_social.profiles import handles
from nakamise_social.profiles.schemas import Profile


async def profile(ctx: TenantCtx, tx: Tx, handle: str) -> Profile:
    """Raises NotFound unless the broadcaster is approved."""
    broadcaster_id = await handles.broadcaster_id_of(tx, handle)
    if broadcaster_id is None:
        raise NotFound
    one = await follows.broadcaster(ctx, tx, broadcaster_id)
    return Profile(
        id=one.id,
        path=await handles.path(tx, one.id),
        broadcaster=one,
        follow=await follows.state(ctx, tx, one),
        shop=await _shop(ctx, tx, one),
    )


async def _shop(ctx: TenantCtx, tx: Tx, one: LiveBroadcaster) -> CatalogShop | None:
    catalog = ctx.optional_service(Catalog)
    return await catalog.shop_of(tx, one.user_id) if catalog and one.user_id else None
