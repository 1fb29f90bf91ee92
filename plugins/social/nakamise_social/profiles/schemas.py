"""A profile as everybody sees it."""

from __future__ import annotations

import uuid

import msgspec

from nakamise.contracts.catalog import CatalogShop
from nakamise.contracts.live import LiveBroadcaster
from nakamise_social.follows.schemas import FollowState


class Profile(msgspec.Struct, frozen=True, kw_only=True):
    """``broadcaster`` is approved, which the mark beside the name says. ``shop`` None: they sell nothing."""

    id: uuid.UUID
    path: str
    broadcaster: LiveBroadcaster
    follow: FollowState
    shop: CatalogShop | None
