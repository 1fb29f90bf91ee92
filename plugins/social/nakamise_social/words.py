"""Kinds of notifications and what they say, in the reader's language."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from nakamise.errors import FieldError, Problem
from nakamise.plugin import TenantCtx
from nakamise.web import N_, gettext_for

DOMAIN: Final = "social"
KINDS: Final = {
    "order": (N_("Orders"), "package"),
    "live": (N_("Broadcasts"), "radio"),
    "follow": (N_("Followers"), "user-plus"),
    "gift": (N_("Gifts"), "gift"),
    "news": (N_("News"), "megaphone"),
}
STORIES: Final = {
    "started": (N_("%(name)s has started a live broadcast"), "%(title)s"),
    "followed": (N_("%(name)s follows you now"), ""),
    "paid": (N_("We have received order %(number)s"), ""),
    "shipped": (N_("Order %(number)s has been sent (%(carrier)s)"), N_("Tracking number: %(tracking)s")),
}
# As the shop's contract names them.
CARRIERS: Final = {
    "yamato": N_("Yamato Transport"),
    "sagawa": N_("Sagawa Express"),
    "japan_post": N_("Japan Post"),
}
OTHER_CARRIER: Final = N_("Other carrier")


def words(ctx: TenantCtx) -> Callable[..., str]:
    return gettext_for(ctx.locale, DOMAIN)


def say(ctx: TenantCtx, refusal: Problem | FieldError) -> str:
    """In the words of whoever refused."""
    return gettext_for(ctx.locale, refusal.domain)(refusal.message, **refusal.params)
