"""What a shop has not said about itself, and no slip of it can be written without."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Final

import msgspec

from nakamise.contracts.shops import ShopSeller
from nakamise_shipping.carriers.layout import layout
from nakamise_shipping.domain.config import Sender, ShopShipping

_FIELDS: Final = {
    "from_name1": "name",
    "from_phone": "phone",
    "from_postal": "postal_code",
    "from_address1": "address",
    "customer_code": "customer_code",
    "freight_code": "freight_code",
}


class Unsaid(msgspec.Struct, frozen=True, kw_only=True):
    """``columns``: their heads in the carrier's file."""

    shop_id: uuid.UUID
    shop_name: str
    columns: tuple[str, ...]


def unsaid(shops: Mapping[uuid.UUID, ShopSeller], configs: Mapping[uuid.UUID, ShopShipping]) -> list[Unsaid]:
    """Of ``shops``, those with something missing. Who has set nothing lacks everything."""
    found = [
        Unsaid(shop_id=one.id, shop_name=one.name, columns=_missing(configs.get(one.id, ShopShipping())))
        for one in shops.values()
    ]
    return [one for one in found if one.columns]


def _missing(config: ShopShipping) -> tuple[str, ...]:
    return tuple(
        column.name
        for column in layout(config.layout).columns
        if column.required and column.field in _FIELDS and not _said(config.sender, column.field)
    )


def _said(sender: Sender, field: str) -> bool:
    return bool(str(getattr(sender, _FIELDS[field])).strip())
