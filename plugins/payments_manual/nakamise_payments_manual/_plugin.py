"""The manifest: data only."""

from __future__ import annotations

from typing import Final

from nakamise.contracts.payments import PaymentReports
from nakamise.plugin import JobType, Manifest, Mount, NavItem, Need, Permission, Privacy, Widget
from nakamise_payments_manual.settings import ManualSettings

manifest: Final = Manifest(
    id="payments_manual",
    api="1.0",
    version="0.1.0",
    title="Bank transfer",
    summary="Transfers to your own bank account, which staff confirm by hand.",
    requires=("payments",),
    # The first way is chosen already: cards are quicker for everybody.
    after=("payments_sandbox", "payments_stripe"),
    hooks="nakamise_payments_manual.hooks:Hooks",
    mounts=(Mount("admin", "nakamise_payments_manual.pages:route_handlers"),),
    models="nakamise_payments_manual.models",
    migrations="nakamise_payments_manual.migrations",
    settings=ManualSettings,
    permissions=(
        Permission(
            "payments_manual.confirm",
            "Confirm bank transfers that arrived",
            ("admin",),
            duties=("accounting",),
        ),
    ),
    uses={PaymentReports: Need.REQUIRED},
    nav=(
        NavItem(
            area="admin",
            label="Bank transfers",
            path="/admin/payments_manual",
            icon="wallet",
            group="Sales",
            permission="payments_manual.confirm",
            weight=41,
        ),
    ),
    widgets=(
        Widget(
            id="payments_manual.todos",
            label="Bank transfers",
            handler="nakamise_payments_manual.widget:widget",
            permission="payments_manual.confirm",
        ),
    ),
    jobs=(JobType("payments_manual.tell", "nakamise_payments_manual.noting:tell"),),
    privacy=Privacy("nakamise_payments_manual.privacy:export", "nakamise_payments_manual.privacy:erase"),
)
