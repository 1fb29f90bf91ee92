"""The manifest: data only."""

from __future__ import annotations

from typing import Final

from nakamise.contracts.catalog import Catalog
from nakamise.contracts.live import Followers, LiveBroadcasters
from nakamise.plugin import JobType, Listen, Manifest, Mount, NavItem, Need, Privacy, Slot, SlotItem
from nakamise_social.settings import SocialSettings

manifest: Final = Manifest(
    id="social",
    api="1.0",
    version="0.1.0",
    title="Profiles and follows",
    summary="Public profiles of broadcasters, followers, and notifications of what happens.",
    requires=("livestream",),
    after=("shop",),
    hooks="nakamise_social.hooks:Hooks",
    mounts=(
        Mount("pages", "nakamise_social.pages:route_handlers"),
        Mount("api", "nakamise_social.api:route_handlers"),
    ),
    models="nakamise_social.models",
    migrations="nakamise_social.migrations",
    settings=SocialSettings,
    provides={Followers: "nakamise_social.follows.numbers:followers"},
    uses={LiveBroadcasters: Need.REQUIRED, Catalog: Need.OPTIONAL},
    listens=(
        Listen("livestream.started.1", "nakamise_social.notices.starting:on_started"),
        Listen("shop.order_paid.1", "nakamise_social.notices.orders:on_paid"),
        Listen("shop.order_shipped.1", "nakamise_social.notices.orders:on_shipped"),
    ),
    jobs=(JobType("social.tell_start", "nakamise_social.notices.starting:tell_followers"),),
    slots=(
        SlotItem(Slot.HEADER_ACTIONS, "social/slots/bell.html", 40),
        SlotItem(Slot.LIVE_BROADCASTER, "social/slots/follow.html"),
        SlotItem(Slot.LIVE_STUDIO, "social/slots/studio.html"),
    ),
    nav=(
        NavItem(area="account", label="Notifications", path="/social/notifications", icon="bell", weight=20),
        NavItem(area="account", label="Following", path="/social/following", icon="heart", weight=30),
    ),
    privacy=Privacy("nakamise_social.privacy:export", "nakamise_social.privacy:erase"),
    css=("social.css",),
)
