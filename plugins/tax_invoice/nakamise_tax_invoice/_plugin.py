"""The manifest: data only."""

from __future__ import annotations

from typing import Final

from nakamise.contracts.orders import Orders
from nakamise.contracts.shops import ShopSellers
from nakamise.plugin import (
    JobType,
    Listen,
    Manifest,
    Meter,
    Mount,
    NavItem,
    Need,
    Permission,
    Privacy,
    Slot,
    SlotItem,
)
from nakamise.web import N_
from nakamise_tax_invoice.settings import TaxInvoiceSettings

manifest: Final = Manifest(
    id="tax_invoice",
    api="1.0",
    version="0.1.0",
    title="Invoices",
    summary="Qualified invoices, return invoices and receipts.",
    requires=("shop",),
    hooks="nakamise_tax_invoice.hooks:Hooks",
    mounts=(
        Mount("pages", "nakamise_tax_invoice.desk.pages:route_handlers"),
        Mount("admin", "nakamise_tax_invoice.desk.staff_pages:route_handlers"),
        Mount("api", "nakamise_tax_invoice.desk.api:route_handlers"),
    ),
    models="nakamise_tax_invoice.models",
    migrations="nakamise_tax_invoice.migrations",
    settings=TaxInvoiceSettings,
    permissions=(
        Permission(
            "tax_invoice.read",
            "See invoices and receipts of all buyers",
            ("admin", "shop_staff"),
            duties=("orders", "accounting"),
        ),
        Permission(
            "tax_invoice.issue",
            "Issue documents again and choose who issues for a shop",
            ("admin",),
            duties=("accounting",),
        ),
    ),
    uses={Orders: Need.REQUIRED, ShopSellers: Need.REQUIRED},
    listens=(
        Listen("shop.order_paid.1", "nakamise_tax_invoice.issuing.events:on_paid"),
        Listen("shop.order_shipped.1", "nakamise_tax_invoice.issuing.events:on_shipped"),
        Listen("shop.order_refunded.1", "nakamise_tax_invoice.issuing.events:on_refunded"),
        Listen("shop.order_cancelled.1", "nakamise_tax_invoice.issuing.events:on_cancelled"),
    ),
    meters=(
        # Measured and never refused: the law asks for the documents.
        Meter(
            "tax_invoice.bytes_kept",
            N_("Invoices and receipts as files"),
            unit="bytes",
            count="nakamise_tax_invoice.pdf.files:bytes_kept",
            taken=False,
        ),
    ),
    jobs=(JobType("tax_invoice.render", "nakamise_tax_invoice.pdf.files:render"),),
    slots=(
        SlotItem(Slot.ORDER_SECTION, "tax_invoice/slots/order.html", 30),
        SlotItem(Slot.ADMIN_ORDER_SECTION, "tax_invoice/slots/admin_order.html", 60),
        SlotItem(Slot.ADMIN_SHOP_SECTION, "tax_invoice/slots/admin_shop.html", 60),
    ),
    nav=(
        NavItem(
            area="admin",
            label="Invoices and receipts",
            path="/admin/tax_invoice",
            icon="receipt-japanese-yen",
            group="Sales",
            permission="tax_invoice.read",
            weight=45,
        ),
    ),
    privacy=Privacy("nakamise_tax_invoice.privacy:export", "nakamise_tax_invoice.privacy:erase"),
    css_under={"/tax_invoice": ("tax_invoice.css",), "/admin/tax_invoice": ("tax_invoice.css",)},
)
