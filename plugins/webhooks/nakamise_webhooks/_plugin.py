"""The manifest: data only."""

from __future__ import annotations

from typing import Final

from nakamise.plugin import JobType, Listen, Manifest, Mount, NavItem, Permission, Privacy, SealedColumn, Task
from nakamise_webhooks.settings import WebhooksSettings

_DAY_S: Final = 86_400

manifest: Final = Manifest(
    id="webhooks",
    api="1.0",
    version="0.1.0",
    title="Webhooks",
    summary="Tell other systems what happens here: signed events to the addresses you name.",
    mounts=(
        Mount("admin", "nakamise_webhooks.pages:route_handlers"),
        Mount("api", "nakamise_webhooks.api:route_handlers"),
    ),
    models="nakamise_webhooks.models",
    migrations="nakamise_webhooks.migrations",
    settings=WebhooksSettings,
    permissions=(
        Permission("webhooks.read", "See webhooks and what was sent"),
        Permission("webhooks.manage", "Add, change, test and repeat webhooks"),
    ),
    listens=(Listen("*", "nakamise_webhooks.deliveries.recording:on_event"),),
    jobs=(JobType("webhooks.deliver", "nakamise_webhooks.deliveries.sending:deliver"),),
    tasks=(Task("webhooks.tidy", "nakamise_webhooks.deliveries.tidying:tidy", _DAY_S),),
    nav=(
        NavItem(
            area="admin",
            label="Webhooks",
            path="/admin/webhooks",
            icon="zap",
            group="Connections",
            permission="webhooks.read",
            weight=80,
        ),
    ),
    privacy=Privacy("nakamise_webhooks.privacy:export", "nakamise_webhooks.privacy:erase"),
    sealed=(
        SealedColumn("webhooks_endpoint", "secret"),
        SealedColumn("webhooks_endpoint", "old_secret"),
    ),
    css_under={"/admin/webhooks": ("webhooks.css",)},
)
