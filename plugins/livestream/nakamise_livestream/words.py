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
