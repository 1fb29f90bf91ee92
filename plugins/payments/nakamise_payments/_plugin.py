"""The manifest: data only."""

from __future__ import annotations

from typing import Final

from nakamise.contracts.payments import Payments, PaymentSubject
from nakamise.plugin import JobType, Manifest, Mount, NavItem, Need, Permission, Task

manifest: Final = Manifest(
    id="payments",
    api="1.0",
    version="0.1.0",
    title="Payments",
    summary="Charges, refunds, ledger and reconciliation. Needs a payment provider's plugin.",
    mounts=(
        Mount("admin", "nakamise_payments.pages:route_handlers"),
        Mount("api", "nakamise_payments.api:route_handlers"),
    ),
    models="nakamise_payments.models",
    migrations="nakamise_payments.migrations",
    permissions=(
        Permission(
            "payments.read", "See payments and reconciliation reports", ("admin",), duties=("accounting",)
        ),
        Permission(
            "payments.reconcile", "Compare payments with the provider now", ("admin",), duties=("accounting",)
        ),
    ),
    provides={Payments: "nakamise_payments.service:payments"},
    uses={PaymentSubject: Need.OPTIONAL},
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
    ),
    jobs=(JobType("payments.reverse", "nakamise_payments.reversal:carry_out"),),
    tasks=(
        Task("payments.settle_open", "nakamise_payments.reconciler:settle_open", 60),
        Task("payments.reconcile", "nakamise_payments.reconciler:reconcile_nightly", 86_400),
    ),
)
