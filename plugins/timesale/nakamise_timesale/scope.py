"""Staff who are named for some shops act on sales of those shops' goods alone."""

from __future__ import annotations

from typing import Final

from nakamise.contracts.catalog import Catalog
from nakamise.contracts.shops import ShopSellers
from nakamise.db import Tx
from nakamise.errors import Forbidden
from nakamise.plugin import TenantCtx
from nakamise.web import N_
from nakamise_timesale.schemas import SaleDetail
from nakamise_timesale.words import DOMAIN

OTHERS: Final = N_("This sale has goods of shops that you do not work for.")


async def is_theirs(ctx: TenantCtx, tx: Tx, sale: SaleDetail) -> bool:
    """Whether the acting person works for the shops of everything in it; what is gone is no shop's."""
    shops = await ctx.service(ShopSellers).of_staff(tx)
    if shops is None:
        return True
    facts = await ctx.service(Catalog).facts(tx, list({one.product_id for one in sale.items}))
    return all(one.shop_id in shops for one in facts.values())


async def check(ctx: TenantCtx, tx: Tx, sale: SaleDetail) -> None:
    """Before staff act on it. Raises Forbidden."""
    if not await is_theirs(ctx, tx, sale):
        raise Forbidden(OTHERS, domain=DOMAIN)
