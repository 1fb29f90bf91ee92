"""From a quote to the rows of orders and lines: no I/O."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence

import msgspec

from nakamise.contracts.addresses import Address
from nakamise.contracts.pricing import Quote, QuotedLine, ShopQuote
from nakamise.ids import uuid7
from nakamise.japan import fold
from nakamise_shop.cart.schemas import CartLine
from nakamise_shop.checkout.repository import NewLine, NewOrder, SellingShop

PICTURE_PX = 240


def new_orders(
    purchase_id: uuid.UUID,
    buyer_id: uuid.UUID,
    quote: Quote,
    address: Address,
    purchaser: str,
    shops: Mapping[uuid.UUID, SellingShop],
    numbers: Mapping[uuid.UUID, str],
) -> list[NewOrder]:
    """One order per shop of the quote."""
    ids = [uuid.UUID(part.shop_id) for part in quote.shops]
    return [
        _order(
            purchase_id, buyer_id, quote.currency, part, address, purchaser, shops[shop_id], numbers[shop_id]
        )
        for part, shop_id in zip(quote.shops, ids, strict=True)
    ]


def _order(
    purchase_id: uuid.UUID,
    buyer_id: uuid.UUID,
    currency: str,
    part: ShopQuote,
    address: Address,
    purchaser: str,
    shop: SellingShop,
    number: str,
) -> NewOrder:
    return NewOrder(
        id=uuid7(),
        purchase_id=purchase_id,
        shop_id=shop.id,
        number=number,
        buyer_id=buyer_id,
        buyer_name=purchaser,
        currency=currency,
        goods=part.goods,
        shipping=part.shipping.net,
        total=part.total,
        points=part.tender,
        charge=part.due,
        tax=part.tax,
        quote=part,
        shop={
            "name": shop.name,
            "slug": shop.slug,
            "seller": shop.legal.get("seller", ""),
            "invoice_number": shop.invoice_number,
            # What the buyer read before they ordered (特商法 12条の6); the quote beside it has amounts and prices.
            "legal": dict(shop.legal),
        },
        address=snapshot_of(address),
        search_text=fold(f"{number} {purchaser} {address.name} {address.kana}"),
    )


def snapshot_of(address: Address) -> dict[str, object]:
    """The address as it was: later edits of the address book do not change orders."""
    found: dict[str, object] = msgspec.to_builtins(address)
    return {name: value for name, value in found.items() if name not in ("id", "label", "is_default")}


def new_lines(orders: Sequence[NewOrder], quote: Quote, cart_lines: Mapping[str, CartLine]) -> list[NewLine]:
    """Numbered from 1 in each order; ``cart_lines`` by the quote's line ids."""
    return [
        _line(order.id, number, line, cart_lines[line.line_id])
        for order, part in zip(orders, quote.shops, strict=True)
        for number, line in enumerate(part.lines, start=1)
    ]


def _line(order_id: uuid.UUID, number: int, line: QuotedLine, seen: CartLine) -> NewLine:
    return NewLine(
        order_id=order_id,
        line_no=number,
        product_id=seen.product_id,
        variant_id=seen.variant_id,
        sku=seen.sku,
        name=seen.name,
        variant_name=seen.variant_name,
        picture=seen.picture.url(PICTURE_PX) if seen.picture else None,
        qty=line.qty,
        list=line.list_amount,
        unit=line.unit_amount,
        sub=line.subtotal,
        discount=line.discount,
        net=line.net,
        points_part=line.tender,
        cash=line.cash,
        tax_bp=line.tax_rate_bp,
        reduced=line.reduced,
        via=seen.via,
    )
