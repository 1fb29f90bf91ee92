"""What plugins add to pages of others: subjects of UI slots, and the figures and to-dos of widgets.

A subject is what ``UiHooks.slot_context`` gets and what the slot's templates see as ``subject``; which slot
has which is in ``nakamise.plugin.slots.SUBJECTS``. Amounts are tax-included, in minor units.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any, Literal

import msgspec

from nakamise.contracts.pricing import Quote


class ProductSubject(msgspec.Struct, frozen=True, kw_only=True):
    """A product as a buyer sees it: slots product.*."""

    product_id: uuid.UUID
    shop_id: uuid.UUID
    slug: str
    name: str
    min_price: int
    max_price: int
    currency: str
    in_stock: bool


class ProductListSubject(msgspec.Struct, frozen=True, kw_only=True):
    """A list of products, perhaps searched for: slots search.*; ``total`` counts all pages of it."""

    query: str = ""
    category: str = ""
    total: int = 0


class ShopSubject(msgspec.Struct, frozen=True, kw_only=True):
    """One seller's page: slots shop.section and admin.shop.section."""

    shop_id: uuid.UUID
    slug: str
    name: str


class CartSubject(msgspec.Struct, frozen=True, kw_only=True):
    """Slots cart.* and checkout.summary; ``total`` includes shipping as far as it is known.

    ``quote`` is how it was priced, with who took what off; None while nothing in the cart can be bought.
    """

    quantity: int
    goods: int
    total: int
    currency: str
    quote: Quote | None = None


class CheckoutSubject(msgspec.Struct, frozen=True, kw_only=True):
    """Slot checkout.section, on the page before the order: one box for the whole purchase.

    ``shops`` are (id, name) of those that will send a parcel; ``address_id`` is the chosen delivery address;
    ``inputs`` what the buyer has chosen for plugins so far (``contracts.cart``). A box's form posts to a page of
    its plugin, which changes the inputs and sends the buyer back to ``back``.
    """

    shops: tuple[tuple[uuid.UUID, str], ...]
    address_id: uuid.UUID
    inputs: Mapping[str, str]
    goods: int
    total: int
    currency: str
    back: str


class StaffOrdersSubject(msgspec.Struct, frozen=True):
    """Slot admin.orders.tools: the list of orders under its filters; ``query`` is its query string."""

    query: str


class OrderSubject(msgspec.Struct, frozen=True, kw_only=True):
    """Slots order.section and admin.order.section."""

    order_id: uuid.UUID
    number: str
    state: str
    total: int
    currency: str


class SlipsSubject(msgspec.Struct, frozen=True):
    """Slot admin.order.slip, printed behind the slips of these orders: what their packers must know."""

    order_ids: tuple[uuid.UUID, ...]


class PurchaseSubject(msgspec.Struct, frozen=True, kw_only=True):
    """Slot checkout.done: what was bought at once, perhaps of several shops. ``total`` is what was charged."""

    purchase_id: uuid.UUID
    order_numbers: tuple[str, ...]
    total: int
    currency: str


class StaffProductSubject(msgspec.Struct, frozen=True, kw_only=True):
    """Slot admin.product.section: the product that staff edit; not shown while a new one is typed."""

    product_id: uuid.UUID
    shop_id: uuid.UUID
    slug: str
    name: str
    state: str


class UserSubject(msgspec.Struct, frozen=True, kw_only=True):
    """The user whom staff look at: slot admin.user.section."""

    user_id: uuid.UUID
    display_name: str
    email: str


class BroadcasterSubject(msgspec.Struct, frozen=True, kw_only=True):
    """An approved broadcaster: slots live.broadcaster beside their broadcast, live.profile on their public page,
    live.studio for themselves.

    ``broadcast_id`` None: the page is about the broadcaster.
    """

    broadcaster_id: uuid.UUID
    name: str
    broadcast_id: uuid.UUID | None = None


class DocumentSubject(msgspec.Struct, frozen=True, kw_only=True):
    """A legal or help page of the tenant: slot document.section."""

    slug: str
    title: str


class ErrorSubject(msgspec.Struct, frozen=True, kw_only=True):
    """Slot error.section; ``status`` is the HTTP status that the page answers with."""

    status: int


class MailSubject(msgspec.Struct, frozen=True, kw_only=True):
    """Slot mail.footer: which mail it is (``shop/mail/order``) and in which language."""

    template: str
    locale: str


class Figure(msgspec.Struct, frozen=True, kw_only=True):
    """One number of a dashboard widget.

    ``label`` is a msgid of the plugin's catalog, filled in with ``params``. ``value`` and ``previous`` (the
    same figure one period earlier, None = nothing to compare with) are minor units for ``money`` and basis
    points for ``percent``. ``series`` is its course over time, oldest first, for a small line.
    """

    label: str
    value: int
    unit: Literal["count", "money", "percent"] = "count"
    previous: int | None = None
    series: Sequence[int] = ()
    href: str = ""
    icon: str = ""
    params: Mapping[str, Any] = {}


class Todo(msgspec.Struct, frozen=True, kw_only=True):
    """Something that waits for staff. ``count`` 0 = nothing waits, and it is not shown."""

    label: str
    count: int
    href: str
    level: Literal["info", "warn", "danger"] = "info"
    params: Mapping[str, Any] = {}


class SetupStep(msgspec.Struct, frozen=True, kw_only=True):
    """Something that a new site needs once; the dashboard shows the list until all steps are done."""

    label: str
    is_done: bool
    href: str
    params: Mapping[str, Any] = {}


class Period(msgspec.Struct, frozen=True):
    """Days of the tenant, both included: what a dashboard's figures are about."""

    first: date
    last: date

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1

    @property
    def before(self) -> Period:
        """As many days, just before: for ``Figure.previous``."""
        length = timedelta(days=self.days)
        return Period(self.first - length, self.last - length)
