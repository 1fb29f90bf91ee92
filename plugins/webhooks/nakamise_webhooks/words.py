"""States and reasons in the user's language."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from nakamise.errors import FieldError, Problem
from nakamise.plugin import TenantCtx
from nakamise.web import N_, gettext_for

STATES: Final = {
    "waiting": (N_("Waiting"), "info"),
    "delivered": (N_("Delivered"), "ok"),
    "dead": (N_("Failed"), "danger"),
}
REASONS: Final = {
    "status": N_("The receiver answered, but not with success."),
    "endpoint_off": N_("The endpoint was switched off."),
    "url": N_("The address cannot be used."),
    "scheme": N_("The address must begin with https://."),
    "port": N_("The port is not allowed."),
    "address": N_("The address does not lead to the public Internet."),
    "dns": N_("The name of the server was not found."),
    "connect_timeout": N_("No connection within 5 seconds."),
    "timeout": N_("No complete answer within 10 seconds."),
    "tls": N_("The server's certificate cannot be trusted."),
    "connection": N_("The connection was refused or broke off."),
    "protocol": N_("The answer was not HTTP."),
}
OFF_WHY: Final = {
    "staff": N_("Switched off by staff."),
    "gone": N_("Switched off because the receiver answered 410 (gone)."),
    "failing": N_("Switched off because every delivery failed for days."),
}


def words(ctx: TenantCtx) -> Callable[..., str]:
    return gettext_for(ctx.locale, "webhooks")


def say(ctx: TenantCtx, refusal: Problem | FieldError) -> str:
    """In the words of whoever refused."""
    return gettext_for(ctx.locale, refusal.domain)(refusal.message, **refusal.params)


def states(ctx: TenantCtx) -> dict[str, tuple[str, str]]:
    """(text, kind of ``ui.badge``) by state."""
    return {state: (words(ctx)(label), kind) for state, (label, kind) in STATES.items()}


def reasons(ctx: TenantCtx) -> dict[str, str]:
    return {reason: words(ctx)(text) for reason, text in REASONS.items()}


def off_why(ctx: TenantCtx) -> dict[str, str]:
    return {why: words(ctx)(text) for why, text in OFF_WHY.items()}
