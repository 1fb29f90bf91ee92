"""Orders for plugins that work on them: the service ``contracts.orders.Orders``."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Final

from nakamise.contracts.orders import OrderQuery, OrderRefund, Orders, OrderView, RefundLine, RefundOrder
from nakamise.contracts.payments import Payments
from nakamise.db import Tx
from nakamise.errors import FieldError, Invalid, NotFound
from nakamise.plugin import TenantCtx
from nakamise.web import N_
from nakamise_shop import scope
from nakamise_shop.checkout import repository as purchases
from nakamise_shop.domain.carriers import Carrier
from nakamise_shop.orders import changing, fulfil, refunding, replacing, repository, timeline, views
from nakamise_shop.orders.status import STATUS_SQL

_BOUGHT: Final = (
    f"SELECT EXISTS (SELECT 1 FROM shop_order WHERE buyer_id = $1 AND {STATUS_SQL} <> 'cancelled')"  # noqa: S608
)


class ShopOrders(Orders):
    def __init__(self, ctx: TenantCtx) -> None:
        self._ctx = ctx

    async def get(self, tx: Tx, order_id: uuid.UUID) -> OrderView:
        found = await views.by_id(tx, [order_id])
        if not found:
            raise NotFound
        if found[0].buyer_id != self._ctx.actor.user_id:
            await scope.check_shop(self._ctx, tx, found[0].shop_id)
        return found[0]

    async def lock(self, tx: Tx, order_id: uuid.UUID) -> OrderView:
        header = await repository.header_by_id(tx, order_id)
        if header is None:
            raise NotFound
        await self._ctx.service(Payments).lock(tx, header.purchase_id)
        await purchases.lock_purchase(tx, header.purchase_id)
        await repository.lock_order(tx, order_id)
        return await self.get(tx, order_id)

    async def find(
        self, tx: Tx, query: OrderQuery, *, limit: int = 100, offset: int = 0
    ) -> Sequence[OrderView]:
        return await views.find(self._ctx, tx, query, limit, offset)

    async def count(self, tx: Tx, query: OrderQuery) -> int:
        return await views.count(self._ctx, tx, query)

    async def has_bought(self, tx: Tx, buyer_id: uuid.UUID) -> bool:
        return bool(await tx.value(_BOUGHT, buyer_id))

    def tracking_number(self, carrier: str, text: str) -> str:
        return fulfil.parsed(_carrier(carrier), text)

    async def process(self, tx: Tx, order_id: uuid.UUID, line_numbers: Sequence[int]) -> None:
        await fulfil.start(self._ctx, tx, order_id, line_numbers)

    async def ship(
        self,
        tx: Tx,
        order_id: uuid.UUID,
        line_numbers: Sequence[int],
        carrier: str,
        tracking_number: str,
        shipped_on: date | None = None,
    ) -> uuid.UUID:
        known = _carrier(carrier)
        await fulfil.start_rest(self._ctx, tx, order_id, line_numbers)
        return await fulfil.ship(self._ctx, tx, order_id, line_numbers, known, tracking_number, shipped_on)

    async def renumber(
        self, tx: Tx, order_id: uuid.UUID, shipment_id: uuid.UUID, carrier: str, tracking_number: str
    ) -> None:
        await fulfil.renumber(self._ctx, tx, order_id, shipment_id, _carrier(carrier), tracking_number)

    async def set_inputs(self, tx: Tx, order_id: uuid.UUID, values: Mapping[str, str | None]) -> None:
        await changing.change_inputs(self._ctx, tx, order_id, values)

    async def refund(self, tx: Tx, order_id: uuid.UUID, wanted: RefundOrder) -> OrderRefund:
        return await refunding.refund(self._ctx, tx, order_id, wanted)

    async def replace(
        self,
        tx: Tx,
        order_id: uuid.UUID,
        lines: Sequence[RefundLine],
        carrier: str,
        tracking_number: str,
        variants: Mapping[int, uuid.UUID] | None = None,
    ) -> uuid.UUID:
        known = _carrier(carrier)
        return await replacing.replace(self._ctx, tx, order_id, lines, known, tracking_number, variants)

    async def note(self, tx: Tx, order_id: uuid.UUID, kind: str, data: Mapping[str, object]) -> None:
        await timeline.note(self._ctx, tx, [order_id], kind, **data)


def _carrier(name: str) -> Carrier:
    """Raises Invalid."""
    try:
        return Carrier(name)
    except ValueError as unknown:
        raise Invalid({"carrier": FieldError(N_("Please choose a carrier."), domain="shop")}) from unknown


def orders(ctx: TenantCtx) -> Orders:
    """The factory that the manifest names."""
    return ShopOrders(ctx)
