"""SQL of what orders keep for their parcels."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import date
from typing import Final

import msgspec

from nakamise.db import Tx
from nakamise_shipping.domain.config import Temperature
from nakamise_shipping.domain.noshi import SAYS

Parcel = tuple[Temperature, tuple[int, ...]]
_WISH: Final = (
    *("day", "hours", "hours_label", "wrapping", "wrapping_label", "noshi", "noshi_name", "card"),
    *("wrapping_label_en", "noshi_en"),
)


class KeptOrder(msgspec.Struct, frozen=True, kw_only=True):
    """A row of shipping_order; ``parcels`` are (temperature, line numbers). The labels are the shop's own words, for
    its people and papers; the English ones, "" where nobody said, are for who reads English."""

    order_id: uuid.UUID
    shop_id: uuid.UUID
    buyer_id: uuid.UUID
    day: date | None = None
    hours: str = ""
    hours_label: str = ""
    wrapping: str = ""
    wrapping_label: str = ""
    noshi: str = ""
    noshi_name: str = ""
    card: str = ""
    leaves_on: date | None = None
    parcels: tuple[Parcel, ...]
    version: int = 1
    wrapping_label_en: str = ""
    noshi_en: str = ""

    @property
    def noshi_said(self) -> str:
        """In English; orders of before noshi_en have the usual words."""
        return self.noshi_en or SAYS.get(self.noshi, "")

    @property
    def gift(self) -> str:
        """What the people who pack must know, in one line: for the label and the slip."""
        noshi = f"のし:{self.noshi} {self.noshi_name}".strip() if self.noshi else ""
        card = "カード有" if self.card else ""
        return " ".join(part for part in (self.wrapping_label, noshi, card) if part)


_NAMES: Final = KeptOrder.__struct_fields__


async def insert(tx: Tx, rows: Sequence[KeptOrder]) -> None:
    marks = ", ".join(f"${n}" for n in range(1, len(_NAMES) + 1))
    await tx.execute_many(
        f"INSERT INTO shipping_order ({', '.join(_NAMES)}) VALUES ({marks})",  # noqa: S608 (our own names)
        [tuple(getattr(row, name) for name in _NAMES) for row in rows],
    )


async def kept(tx: Tx, order_ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, KeptOrder]:
    """By order; one that was placed before the plugin was switched on is missing."""
    rows = await tx.all(
        KeptOrder,
        f"SELECT {', '.join(_NAMES)} FROM shipping_order WHERE order_id = ANY($1)",  # noqa: S608
        list(order_ids),
    )
    return {row.order_id: row for row in rows}


async def change(tx: Tx, row: KeptOrder) -> bool:
    """Whether nobody had changed it since ``row.version``."""
    sets = ", ".join(f"{name} = ${n}" for n, name in enumerate(_WISH, start=3))
    touched = await tx.execute(
        f"UPDATE shipping_order SET {sets}, version = version + 1 WHERE order_id = $1 AND version = $2",  # noqa: S608
        *(row.order_id, row.version, *(getattr(row, name) for name in _WISH)),
    )
    return touched == 1
