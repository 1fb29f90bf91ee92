"""Words of the console: states in the user's language, refusals as texts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from nakamise.contracts.control import TenantHealth
from nakamise.errors import FieldError, Problem
from nakamise.plugin import TenantCtx
from nakamise.web import N_, gettext_for

TENANT_STATES: Final = {
    "active": (N_("Open to visitors"), "ok"),
    "suspended": (N_("Suspended"), "warn"),
    "deleting": (N_("Being deleted"), "danger"),
}
HEALTH_LEVELS: Final = {
    "ok": (N_("Healthy"), "ok"),
    "warning": (N_("Needs a look"), "warn"),
    "problem": (N_("Problem"), "danger"),
}
HOST_STATES: Final = {
    "served": (N_("In use"), "ok"),
    "pending": (N_("Waiting for proof"), "warn"),
    "failed": (N_("Proof not found"), "danger"),
}
EXPORT_STATES: Final = {
    "queued": (N_("Waiting"), "info"),
    "running": (N_("Under way"), "info"),
    "done": (N_("Ready"), "ok"),
    "failed": (N_("Failed"), "danger"),
    "expired": (N_("Expired"), ""),
}
SHARE_KINDS: Final = {
    "platform": N_("Platform"),
    "agency": N_("Agency"),
    "broadcaster": N_("Broadcasters"),
}
SCHEMES: Final = {"auto": N_("As the visitor's device"), "light": N_("Light"), "dark": N_("Dark")}
FONTS: Final = {
    "sans": N_("Gothic (sans serif)"),
    "serif": N_("Mincho (serif)"),
    "rounded": N_("Rounded"),
    "mono": N_("Monospace"),
}
LOCALES: Final = {"ja": "日本語", "en": "English"}
_LATE_S: Final = 300


def words(ctx: TenantCtx) -> Callable[..., str]:
    return gettext_for(ctx.locale, "agency")


def say(ctx: TenantCtx, refusal: Problem | FieldError) -> str:
    """In the words of whoever refused."""
    return gettext_for(ctx.locale, refusal.domain)(refusal.message, **refusal.params)


def badges(ctx: TenantCtx, named: Mapping[str, tuple[str, str]]) -> dict[str, tuple[str, str]]:
    """(text, kind of ``ui.badge``) by value."""
    _ = words(ctx)
    return {value: (_(label), kind) for value, (label, kind) in named.items()}


def choices(ctx: TenantCtx, named: Mapping[str, str]) -> list[tuple[str, str]]:
    _ = words(ctx)
    return [(value, _(label)) for value, label in named.items()]


def health_reasons(ctx: TenantCtx, health: TenantHealth) -> list[str]:
    """Why it is not well, in plain sentences; one when all is well."""
    _ = words(ctx)
    found = [
        (not health.is_migrated, _("An update of its data has not finished.")),
        (health.dead_jobs > 0, _("%(n)s background tasks gave up.", n=health.dead_jobs)),
        (
            health.oldest_due_s > _LATE_S,
            _("Background work is %(n)s minutes late.", n=health.oldest_due_s // 60),
        ),
        (health.failed_mails > 0, _("%(n)s mails could not be delivered.", n=health.failed_mails)),
        (
            bool(health.gone_plugins),
            _("Plugins that are on but not installed: %(names)s", names=", ".join(health.gone_plugins)),
        ),
    ]
    said = [text for is_so, text in found if is_so]
    return said or [_("Everything runs as it should.")]
