"""What a person may ask for: a copy of their orders and cart, and to be forgotten.

Orders stay, for the books need them (Corporation Tax Act Enforcement Regulation art. 59: seven years); who
bought and where it went does not.
"""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any, Final

import msgspec

from nakamise.db import Tx
from nakamise.errors import Conflict
from nakamise.plugin import TenantCtx
from nakamise.web import N_
from nakamise_shop.on_request import log

HIDDEN: Final = "-"
# Still to be paid, packed or sent: the address is needed.
_OPEN: Final = """
SELECT count(*) FROM shop_order WHERE buyer_id = $1
  AND (state IN ('pending', 'disputed') OR (state IN ('paid', 'part_refunded') AND fulfil_state <> 'delivered'
       AND fulfil_state <> 'shipped' AND EXISTS (
           SELECT 1 FROM shop_order_line l WHERE l.order_id = shop_order.id AND l.refunded_qty < l.qty)))
"""
_ORDERS: Final = """
SELECT o.number, o.placed_at, o.state, o.currency, o.total, o.address,
       coalesce(nullif(o.note, ''), o.inputs ->> 'shop.note', p.inputs ->> 'shop.note', '') AS note,
       ARRAY(SELECT l.name || ' ×' || l.qty FROM shop_order_line l WHERE l.order_id = o.id ORDER BY l.line_no) AS items
FROM shop_order o JOIN shop_purchase p ON p.id = o.purchase_id
WHERE o.buyer_id = $1 ORDER BY o.placed_at, o.number
"""
_CART: Final = """
SELECT l.variant_id, l.quantity FROM shop_cart_line l JOIN shop_cart c ON c.id = l.cart_id
WHERE c.user_id = $1 ORDER BY l.variant_id
"""
_DISCLOSURES: Final = """
SELECT o.number AS order_number, d.created_at AS asked_at, d.claim, d.reason, d.state, d.told, d.answer
FROM shop_disclosure d JOIN shop_order o ON o.id = d.order_id WHERE d.user_id = $1 ORDER BY d.created_at, d.id
"""
# An account may claim an address that is another person's until it is confirmed.
_NOTICES: Final = """
SELECT s.name AS shop, r.created_at AS asked_at, r.email, r.name, r.told, coalesce(r.sent_at, m.sent_at) AS sent_at
FROM shop_notice_request r JOIN shop_shop s ON s.id = r.shop_id JOIN core_user u ON lower(u.email) = lower(r.email)
LEFT JOIN core_mail m ON m.id = r.mail_id
WHERE u.id = $1 AND u.email_verified_at IS NOT NULL AND r.email <> '' ORDER BY r.created_at, r.id
"""
_EMAIL: Final = "SELECT email FROM core_user WHERE id = $1"
_APPLICATIONS: Final = """
SELECT name, state, applied_at, legal || kept AS legal FROM shop_shop WHERE applied_by = $1 AND opened_at IS NULL
ORDER BY applied_at, id
"""
# What nobody else is to work on, and was never open: who applied stands in the notice. It waits for nothing any more.
_FORGET_APPLICATIONS: Final = """
UPDATE shop_shop s SET name = $2, introduction = '', translations = '{}', legal = '{}', kept = '{}', state = 'pending',
    state_reason = '', updated_at = now(), version = version + 1
WHERE s.applied_by = $1 AND s.opened_at IS NULL AND s.state IN ('applied', 'rejected')
  AND NOT EXISTS (SELECT 1 FROM shop_people p WHERE p.shop_id = s.id AND p.user_id <> $1)
  AND EXISTS (SELECT 1 FROM shop_people p WHERE p.shop_id = s.id AND p.user_id = $1)
"""


class OrderCopy(msgspec.Struct, frozen=True, kw_only=True):
    """``total`` is tax-included, in minor units of ``currency``."""

    number: str
    placed_at: datetime
    state: str
    currency: str
    total: int
    address: dict[str, Any]
    note: str
    items: list[str]


class CartCopy(msgspec.Struct, frozen=True):
    variant_id: uuid.UUID
    quantity: int


class DisclosureCopy(msgspec.Struct, frozen=True, kw_only=True):
    """A request about who a seller is. ``claim`` in yen; ``told`` is what the person was told of the seller."""

    order_number: str
    asked_at: datetime
    claim: int
    reason: str
    state: str
    told: dict[str, str]
    answer: str


class NoticeCopy(msgspec.Struct, frozen=True, kw_only=True):
    """A request for what a shop's legal notice tells on request; ``sent_at``: the answer, None when it did not go out."""

    shop: str
    asked_at: datetime
    email: str
    name: str
    told: dict[str, str]
    sent_at: datetime | None


class ApplicationCopy(msgspec.Struct, frozen=True):
    """A shop that the person applied for and that was not opened."""

    name: str
    state: str
    applied_at: datetime
    legal: dict[str, str]


class ShopCopy(msgspec.Struct, frozen=True):
    orders: list[OrderCopy]
    cart: list[CartCopy]
    disclosures: list[DisclosureCopy]
    applications: list[ApplicationCopy]
    notices: list[NoticeCopy]


async def export(_ctx: TenantCtx, tx: Tx, user_id: uuid.UUID) -> ShopCopy | None:
    orders = await tx.all(OrderCopy, _ORDERS, user_id)
    cart = await tx.all(CartCopy, _CART, user_id)
    asked = await tx.all(DisclosureCopy, _DISCLOSURES, user_id)
    applied = await tx.all(ApplicationCopy, _APPLICATIONS, user_id)
    notices = await tx.all(NoticeCopy, _NOTICES, user_id)
    anything = orders or cart or asked or applied or notices
    return ShopCopy(orders, cart, asked, applied, notices) if anything else None


async def erase(_ctx: TenantCtx, tx: Tx, user_id: uuid.UUID) -> int:
    """Raises Conflict while an order is under way."""
    if await tx.value(_OPEN, user_id):
        message = N_("This person has orders under way. Finish or cancel them first.")
        raise Conflict(message, code="orders_open", domain="shop")
    # What staff wrote about the order may name the person.
    notes = await tx.execute(
        "DELETE FROM shop_order_note n USING shop_order o WHERE o.id = n.order_id AND o.buyer_id = $1",
        user_id,
    )
    carts = await tx.execute("DELETE FROM shop_cart WHERE user_id = $1", user_id)
    await tx.execute("DELETE FROM shop_person_limit WHERE buyer_id = $1", user_id)
    await tx.execute("DELETE FROM shop_import WHERE actor_id = $1", user_id)
    applied = await tx.execute(_FORGET_APPLICATIONS, user_id, HIDDEN)
    await tx.execute("DELETE FROM shop_people WHERE user_id = $1", user_id)
    await tx.execute("UPDATE shop_shop SET applied_by = NULL WHERE applied_by = $1", user_id)
    nobody = dict.fromkeys(
        ("family_name", "given_name", "family_kana", "given_kana", "city", "line1"), HIDDEN
    ) | {"line2": "", "phone": HIDDEN, "postal_code": "0000000"}
    purchases = await tx.execute(
        "UPDATE shop_purchase SET email = $2, address = address || $3::jsonb, inputs = '{}' WHERE buyer_id = $1",
        user_id,
        HIDDEN,
        nobody,
    )
    orders = await tx.execute(
        "UPDATE shop_order SET buyer_name = $2, address = address || $3::jsonb, search_text = lower(number),"
        " note = '', inputs = '{}'"
        " WHERE buyer_id = $1",
        user_id,
        HIDDEN,
        nobody,
    )
    asked = await tx.execute(
        "UPDATE shop_disclosure SET reason = $2, answer = '-' WHERE user_id = $1", user_id, HIDDEN
    )
    notices = await log.forget_person(tx, str(await tx.value(_EMAIL, user_id) or ""))
    return carts + purchases + orders + notes + asked + applied + notices
