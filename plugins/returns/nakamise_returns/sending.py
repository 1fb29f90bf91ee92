"""Where goods are sent back to: the sender of the shop's parcels, else the address of its legal notice."""

from __future__ import annotations

import re
import uuid

from nakamise.contracts.shipping import ParcelSender, ParcelSenders
from nakamise.contracts.shops import ShopSeller, ShopSellers
from nakamise.db import Tx
from nakamise.plugin import TenantCtx


async def address_lines(ctx: TenantCtx, tx: Tx, shop_id: uuid.UUID) -> list[str]:
    """As on a label, line by line; [] for a shop that has said neither."""
    seller = (await ctx.service(ShopSellers).sellers(tx, [shop_id])).get(shop_id)
    senders = ctx.optional_service(ParcelSenders)
    sender = (await senders.senders(tx, [shop_id])).get(shop_id) if senders else None
    if sender is not None:
        return _of_label(sender, seller)
    return (
        [one for one in (seller.address, _name(seller), seller.phone) if one]
        if seller and seller.address
        else []
    )


def _of_label(sender: ParcelSender, seller: ShopSeller | None) -> list[str]:
    name = sender.name or (_name(seller) if seller else "")
    place = " ".join(one for one in (sender.address, sender.building) if one)
    return [one for one in (_postal(sender.postal_code), place, name, sender.phone) if one]


def _name(seller: ShopSeller) -> str:
    return seller.seller or seller.name


def _postal(text: str) -> str:
    digits = re.sub(r"\D", "", text)
    return f"〒{digits[:3]}-{digits[3:]}" if len(digits) == 7 else text
