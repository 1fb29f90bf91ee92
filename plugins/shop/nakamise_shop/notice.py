"""What the law wants said and the settings decide: each text has one source, wherever it is shown.

Shipping fees come from whoever charges them, returns from the policy, cancelling from the rule in force; the rest of a
legal notice is what the shop wrote.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence

from nakamise.contracts.returns import ReturnPromises
from nakamise.db import Tx
from nakamise.plugin import TenantCtx
from nakamise_shop import sending
from nakamise_shop.orders.service import cancel_words

Said = Mapping[str, str]


async def promised(
    ctx: TenantCtx, tx: Tx, shop_ids: Sequence[uuid.UUID], product_ids: Sequence[uuid.UUID] = ()
) -> Mapping[uuid.UUID, Said]:
    """By shop: texts of ``returns`` (where a plugin keeps the rules) and ``cancellation``. ``product_ids``: what is
    about to be bought."""
    keeper = ctx.optional_service(ReturnPromises)
    rules = await keeper.promises(tx, shop_ids, product_ids) if keeper else {}
    space = "" if ctx.locale == "ja" else " "
    cancelling = {"cancellation": cancel_words(ctx)}
    return {
        shop_id: cancelling | ({"returns": space.join(rules[shop_id])} if shop_id in rules else {})
        for shop_id in shop_ids
    }


async def said(ctx: TenantCtx, tx: Tx, shops: Sequence[sending.Flat]) -> Mapping[uuid.UUID, Said]:
    """By shop: as ``promised``, and ``shipping``."""
    ids = [one.shop_id for one in shops]
    fees = await sending.outlines(ctx, tx, shops)
    return {
        shop_id: {**texts, "shipping": sending.in_full(ctx.locale, fees[shop_id])}
        for shop_id, texts in (await promised(ctx, tx, ids)).items()
    }
