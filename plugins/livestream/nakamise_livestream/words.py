"""States in the user's language."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from nakamise.errors import FieldError, Problem
from nakamise.plugin import TenantCtx
from nakamise.web import N_, gettext_for

DOMAIN: Final = "livestream"
BROADCASTER_STATES: Final = {
    "pending": (N_("Applied"), "warn"),
    "approved": (N_("Approved"), "ok"),
    "rejected": (N_("Not approved"), "danger"),
    "suspended": (N_("Suspended"), "danger"),
}
BROADCAST_STATES: Final = {
    "scheduled": (N_("Scheduled"), "info"),
    "live": (N_("LIVE"), "live"),
    "paused": (N_("Paused"), "warn"),
    "ended": (N_("Ended"), ""),
    "cancelled": (N_("Cancelled"), "outline"),
    "expired": (N_("Expired"), "outline"),
}
END_WHY: Final = {
    "host": N_("The broadcaster ended it."),
    "forced": N_("Staff ended it."),
    "suspended": N_("The broadcaster was suspended."),
    "max_duration": N_("The longest time allowed was reached."),
    "lost": N_("The picture did not come back."),
    "cancelled": N_("It was cancelled."),
    "expired": N_("It was not started."),
}
# By `MediaRefusal.code`.
REFUSALS: Final = {
    "refused": N_("The media server refused this."),
    "malformed_offer": N_("What your device offered cannot be read."),
    "unacceptable_offer": N_("Your device has no video format that can be used here. Try another browser."),
    "bad_fragment": N_("What your device told of its network cannot be read."),
    "already_publishing": N_("Somebody is sending into this broadcast already."),
    "not_live": N_("Nobody is sending yet."),
    "session_gone": N_("This connection is over. Please connect again."),
    "tag_missing": N_("This connection is renewed by its latest version only."),
    "tag_mismatch": N_("This connection was renewed meanwhile. Please connect again."),
    "engine_busy": N_("All places are taken. Please try again in a moment."),
    "engine_away": N_("Live video is away for a moment. Please try again."),
}
FILTERS: Final = {
    "live": N_("Live now"),
    "scheduled": N_("Scheduled"),
    "ended": N_("Ended"),
}


def words(ctx: TenantCtx) -> Callable[..., str]:
    return gettext_for(ctx.locale, DOMAIN)


def say(ctx: TenantCtx, refusal: Problem | FieldError) -> str:
    """In the words of whoever refused."""
    return gettext_for(ctx.locale, refusal.domain)(refusal.message, **refusal.params)


def badges(ctx: TenantCtx, named: Mapping[str, tuple[str, str]]) -> dict[str, tuple[str, str]]:
    """(text, kind of ``ui.badge``) by state."""
    return {state: (words(ctx)(label), kind) for state, (label, kind) in named.items()}


def labels(ctx: TenantCtx, named: Mapping[str, str]) -> dict[str, str]:
    return {name: words(ctx)(label) for name, label in named.items()}
