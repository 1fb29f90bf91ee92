"""The manifest: data only."""

from __future__ import annotations

from typing import Final

from nakamise.contracts.orders import Orders
from nakamise.contracts.payments import PaymentReports, Payments, PaymentSubject
from nakamise.contracts.shops import ShopSellers
from nakamise.plugin import (
    JobType,
    Listen,
    Manifest,
    Mount,
    NavItem,
    Need,
    Permission,
    Privacy,
    Slot,
    SlotItem,
    Task,
    Widget,
)
from nakamise_payments.settings import PaymentsSettings

manifest: Final = Manifest(
    id="payments",
    api="1.0",
    version="0.1.0",
    title="Payments",
    summary="Charges, refunds, ledger and reconciliation. Needs a payment provider's plugin.",
    hooks="nakamise_payments.hooks:Hooks",
    mounts=(
        Mount("pages", "nakamise_payments.cards_pages:route_handlers"),
        Mount("admin", "nakamise_payments.pages:route_handlers"),
        Mount("api", "nakamise_payments.api:route_handlers"),
    ),
    settings=PaymentsSettings,
    models="nakamise_payments.models",
    migrations="nakamise_payments.migrations",
    permissions=(
        Permission(
            "payments.read", "See payments and reconciliation reports", ("admin",), duties=("accounting",)
        ),
        Permission(
            "payments.capture",
            "Take reserved amounts",
            ("admin", "shop_staff"),
            duties=("orders", "shipping", "accounting"),
        ),
        Permission(
            "payments.settle",
            "Pay refunds by hand and acknowledge differences",
            ("admin",),
            duties=("accounting",),
        ),
        Permission(
            "payments.reconcile", "Compare payments with the provider now", ("admin",), duties=("accounting",)
        ),
    ),
    provides={
        Payments: "nakamise_payments.service:payments",
        PaymentReports: "nakamise_payments.service:reports",
    },
    uses={PaymentSubject: Need.OPTIONAL, Orders: Need.OPTIONAL, ShopSellers: Need.OPTIONAL},
    listens=(
        Listen("shop.order_paid.1", "nakamise_payments.sellers:on_order_paid"),
        Listen("shop.order_refunded.1", "nakamise_payments.sellers:on_order_refunded"),
        Listen("shop.order_cancelled.1", "nakamise_payments.sellers:on_order_cancelled"),
    ),
    slots=(
        SlotItem(Slot.ADMIN_ORDER_SECTION, "payments/slots/admin_order.html", 10),
        SlotItem(Slot.ADMIN_SHOP_SECTION, "payments/slots/admin_shop.html", 20),
    ),
    nav=(
        NavItem(
            area="admin",
            label="Payments",
            path="/admin/payments",
            icon="credit-card",
            group="Sales",
            permission="payments.read",
            weight=40,
        ),
        NavItem(area="account", label="Saved cards", path="/payments/cards", icon="credit-card", weight=40),
    ),
    widgets=(
        Widget(
            id="payments.todos",
            label="Payments",
            handler="nakamise_payments.widget:widget",
            permission="payments.read",
        ),
    ),
    privacy=Privacy("nakamise_payments.privacy:export", "nakamise_payments.privacy:erase"),
    jobs=(
        JobType("payments.reverse", "nakamise_payments.asking:carry_out"),
        JobType("payments.compare", "nakamise_payments.reconciler:compare_now"),
        JobType("payments.compare_month", "nakamise_payments.reconciler:compare_month"),
    ),
    tasks=(
        Task("payments.watch_authorizations", "nakamise_payments.watching:watch", 300),
        Task("payments.pay_sellers", "nakamise_payments.sellers:pay_due", 300),
        Task("payments.settle_open", "nakamise_payments.reconciler:settle_open", 60),
        Task("payments.reconcile", "nakamise_payments.reconciler:reconcile_nightly", 86_400),
        Task("payments.reconcile_month", "nakamise_payments.reconciler:reconcile_monthly", 86_400),
    ),
)
