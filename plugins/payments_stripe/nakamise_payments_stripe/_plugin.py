"""The manifest: data only."""

from __future__ import annotations

from typing import Final

from nakamise.contracts.payments import PaymentReports
from nakamise.contracts.shops import ShopSellers
from nakamise.plugin import (
    JobType,
    Manifest,
    Mount,
    NavItem,
    Need,
    Permission,
    Privacy,
    Slot,
    SlotItem,
    Task,
)
from nakamise_payments_stripe.settings import StripeSettings

manifest: Final = Manifest(
    id="payments_stripe",
    api="1.0",
    version="0.1.0",
    title="Stripe",
    summary="Cards, saved cards, convenience stores and shops' own accounts through Stripe.",
    requires=("payments",),
    hooks="nakamise_payments_stripe.hooks:Hooks",
    mounts=(
        Mount("pages", "nakamise_payments_stripe.pages:route_handlers"),
        Mount("admin", "nakamise_payments_stripe.admin:route_handlers"),
    ),
    models="nakamise_payments_stripe.models",
    migrations="nakamise_payments_stripe.migrations",
    settings=StripeSettings,
    permissions=(
        Permission("payments_stripe.manage", "Check Stripe's keys and shops' accounts at Stripe", ("admin",)),
    ),
    uses={PaymentReports: Need.REQUIRED, ShopSellers: Need.OPTIONAL},
    slots=(SlotItem(Slot.ADMIN_SHOP_SECTION, "payments_stripe/slots/admin_shop.html", 30),),
    nav=(
        NavItem(
            area="admin",
            label="Stripe",
            path="/admin/payments_stripe",
            icon="credit-card",
            group="Connections",
            permission="payments_stripe.manage",
            weight=70,
        ),
    ),
    jobs=(JobType("payments_stripe.handle", "nakamise_payments_stripe.inbox:handle"),),
    tasks=(
        Task("payments_stripe.handle_due", "nakamise_payments_stripe.inbox:handle_due", 60),
        Task("payments_stripe.undelivered", "nakamise_payments_stripe.catching_up:undelivered", 600),
        Task("payments_stripe.changed", "nakamise_payments_stripe.catching_up:changed", 3600),
        Task("payments_stripe.tidy", "nakamise_payments_stripe.inbox:tidy", 86_400),
    ),
    privacy=Privacy("nakamise_payments_stripe.privacy:export", "nakamise_payments_stripe.privacy:erase"),
    css_under={"/shop/checkout": ("stripe.css",)},
    js_under={"/shop/checkout": ("stripe.js",)},
)
