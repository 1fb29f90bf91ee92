"""Who stands on shops' parcels: the service ``contracts.shipping.ParcelSenders``."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence

from nakamise.contracts.shipping import ParcelSender, ParcelSenders
from nakamise.db import Tx
from nakamise.plugin import TenantCtx
from nakamise_shipping.domain.config import Sender
from nakamise_shipping.rates import repository


class Senders(ParcelSenders):
    async def senders(self, tx: Tx, shop_ids: Sequence[uuid.UUID]) -> Mapping[uuid.UUID, ParcelSender]:
        found = await repository.stored(tx, shop_ids)
        return {
            shop_id: _sender(one.config.sender)
            for shop_id, one in found.items()
            if one.config.sender.address.strip()
        }


def _sender(one: Sender) -> ParcelSender:
    return ParcelSender(
        name=one.name,
        address=one.address,
        building=one.building,
        postal_code=one.postal_code,
        phone=one.phone,
    )


def parcel_senders(_ctx: TenantCtx) -> ParcelSenders:
    """The factory that the manifest names."""
    return Senders()
