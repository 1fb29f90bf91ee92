"""The manifest: data only."""

from __future__ import annotations

from typing import Final

from nakamise.contracts.catalog import Catalog
from nakamise.contracts.live import Followers, LiveBroadcasters, LiveOffers, LiveReports, LiveSales
from nakamise.contracts.payments import Payments
from nakamise.plugin import (
    JobType,
    Listen,
    LiveTopic,
    Manifest,
    Meter,
    Mount,
    NavItem,
    Need,
    Permission,
    Privacy,
    RoomKind,
    Slot,
    SlotItem,
    Task,
    Widget,
)
from nakamise.web import N_
from nakamise_livestream.broadcasts.audience import Audience
from nakamise_livestream.rights import DECIDE, MANAGE, MONITOR
from nakamise_livestream.settings import LivestreamSettings
from nakamise_livestream.whip.companion import MediaHost

manifest: Final = Manifest(
    id="livestream",
    api="1.0",
    version="0.1.0",
    title="Live broadcasts",
    summary="Broadcasts that sell: planning, going live, products, moderators, monitoring.",
    after=("shop",),
    hooks="nakamise_livestream.hooks:Hooks",
    mounts=(
        Mount("pages", "nakamise_livestream.pages:route_handlers"),
        Mount("admin", "nakamise_livestream.staff_pages:route_handlers"),
        Mount("api", "nakamise_livestream.api:route_handlers"),
    ),
    models="nakamise_livestream.models",
    migrations="nakamise_livestream.migrations",
    settings=LivestreamSettings,
    permissions=(
        Permission(DECIDE, "Approve and suspend broadcasters", duties=("moderation",)),
        Permission(MONITOR, "Watch over broadcasts and end them", duties=("moderation", "broadcast")),
        Permission(MANAGE, "Run any broadcast, and edit its categories", duties=("broadcast",)),
    ),
    provides={
        LiveBroadcasters: "nakamise_livestream.broadcasters.offered:broadcasters",
        LiveOffers: "nakamise_livestream.sales.buying:live_offers",
        LiveSales: "nakamise_livestream.sales.report:live_sales",
    },
    uses={
        Catalog: Need.OPTIONAL,
        Payments: Need.OPTIONAL,
        Followers: Need.OPTIONAL,
        LiveReports: Need.OPTIONAL,
    },
    companions={
        MediaHost: "nakamise_livestream.whip.host:open_media",
        Audience: "nakamise_livestream.broadcasts.audience:open_audience",
    },
    commands={
        "media": "nakamise_livestream.whip.command:media",
        "media-status": "nakamise_livestream.whip.status_command:status",
    },
    publishes=(
        "livestream.scheduled.1",
        "livestream.cancelled.1",
        "livestream.expired.1",
        "livestream.started.1",
        "livestream.paused.1",
        "livestream.resumed.1",
        "livestream.ended.1",
        "livestream.product_pinned.1",
        "livestream.broadcaster_decided.1",
    ),
    listens=(
        Listen("livestream.ended.1", "nakamise_livestream.whip.chores:on_ended"),
        Listen("livestream.cancelled.1", "nakamise_livestream.whip.chores:on_cancelled"),
        Listen("livestream.expired.1", "nakamise_livestream.whip.chores:on_expired"),
        Listen("shop.catalog_changed.1", "nakamise_livestream.watch.refresh:on_changed"),
        Listen("shop.order_placed.1", "nakamise_livestream.watch.refresh:on_placed"),
        Listen("shop.order_paid.1", "nakamise_livestream.watch.bought:on_paid"),
        Listen("shop.order_cancelled.1", "nakamise_livestream.watch.refresh:on_cancelled"),
    ),
    live=(
        LiveTopic(id="livestream.state"),
        LiveTopic(id="livestream.pinned"),
        LiveTopic(id="livestream.numbers"),
        LiveTopic(id="livestream.sending", audience="staff", permission=MONITOR),
    ),
    slots=(
        SlotItem(Slot.HOME_SECTION, "livestream/slots/home.html", 20),
        SlotItem(Slot.LIVE_PROFILE, "livestream/slots/profile.html"),
    ),
    nav=(
        NavItem(area="site", label="Live", path="/livestream", icon="radio", weight=10),
        NavItem(area="account", label="Broadcaster page", path="/livestream/apply", icon="video", weight=40),
        NavItem(
            area="admin",
            label="Monitoring",
            path="/admin/livestream",
            icon="monitor",
            group="Live broadcasts",
            permission=MONITOR,
            weight=10,
        ),
        NavItem(
            area="admin",
            label="Broadcasters",
            path="/admin/livestream/broadcasters",
            icon="radio",
            group="Live broadcasts",
            permission=DECIDE,
            weight=20,
        ),
        NavItem(
            area="admin",
            label="Categories of broadcasts",
            path="/admin/livestream/categories",
            icon="tag",
            group="Live broadcasts",
            permission=MANAGE,
            weight=30,
        ),
    ),
    widgets=(
        Widget(
            id="livestream.figures",
            label="Live broadcasts",
            handler="nakamise_livestream.widget:widget",
            permission=MONITOR,
            icon="radio",
            weight=20,
        ),
    ),
    rooms=(RoomKind(id="livestream.broadcast", admit="nakamise_livestream.broadcasts.admission:admit"),),
    meters=(
        Meter(
            "livestream.viewer_minutes",
            N_("Minutes of live video watched"),
            period="month",
            count="nakamise_livestream.whip.chores:viewer_minutes",
            taken=False,
        ),
        Meter(
            "livestream.bytes_sent",
            N_("Live video sent"),
            period="month",
            unit="bytes",
            count="nakamise_livestream.whip.chores:bytes_sent",
            taken=False,
        ),
        Meter(
            "livestream.bytes_recorded",
            N_("Recordings of live video"),
            unit="bytes",
            count="nakamise_livestream.archive.keeping:bytes_kept",
            taken=False,
        ),
    ),
    jobs=(JobType("livestream.refresh_goods_soon", "nakamise_livestream.watch.refresh:refresh_soon"),),
    tasks=(
        Task("livestream.check_sending", "nakamise_livestream.whip.chores:check_sending", 30),
        Task("livestream.purge_recordings", "nakamise_livestream.archive.keeping:purge", 60),
        Task("livestream.expire", "nakamise_livestream.broadcasts.cancel:expire_due", 60),
        Task("livestream.remind", "nakamise_livestream.broadcasts.reminders:remind_due", 60),
        Task("livestream.end_overdue", "nakamise_livestream.broadcasts.overdue:end_overdue", 30),
        Task("livestream.note_minutes", "nakamise_livestream.chat.minutes:note_minutes", 60),
        Task("livestream.refresh_goods", "nakamise_livestream.watch.refresh:refresh", 15),
        Task("livestream.repeat", "nakamise_livestream.broadcasts.series:repeat", 3600),
    ),
    privacy=Privacy("nakamise_livestream.privacy:export", "nakamise_livestream.privacy:erase"),
    css=("cards.css",),
    css_under={"/livestream": ("live.css",), "/admin/livestream": ("staff.css",)},
    js_under={"/livestream": ("list.js",), "/admin/livestream": ("list.js",)},
)
