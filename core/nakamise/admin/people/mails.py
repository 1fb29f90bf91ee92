"""Mails that the administration causes."""

from __future__ import annotations

from nakamise.auth.users import User
from nakamise.db import Tx
from nakamise.plugin.context import TenantCtx
from nakamise.ui.i18n import gettext_for


async def send_invitation(
    ctx: TenantCtx, tx: Tx, to: str, display_name: str, message: str, path: str
) -> None:
    """``path`` holds the secret token."""
    _ = gettext_for(ctx.locale, "core")
    site, inviter = ctx.tenant.name, ctx.actor.display_name
    if inviter:
        invited = _("%(inviter)s invites you to the staff of %(site)s.", inviter=inviter, site=site)
    else:
        invited = _("You are invited to the staff of %(site)s.", site=site)
    said = [
        *([_("Dear %(name)s,", name=display_name)] if display_name else []),
        invited,
        *([message] if message else []),
        _(
            "The link works once and for 7 days. If you do not know what this is about, please ignore this mail."
        ),
    ]
    await ctx.runtime.mail.queue(
        ctx,
        tx,
        "mail/notice",
        to,
        subject=_("Invitation to the staff of %(site)s", site=site),
        paragraphs=said,
        facts=[],
        action={"label": _("Accept the invitation"), "path": path},
    )


async def send_suspended(ctx: TenantCtx, tx: Tx, user: User) -> None:
    """Without the reason: that is for staff, and said to the person in words chosen for them."""
    _ = gettext_for(user.locale, "core")
    await ctx.runtime.mail.queue(
        ctx.in_language(user.locale),
        tx,
        "mail/notice",
        user.email,
        subject=_("Your account is suspended"),
        paragraphs=[
            _("Dear %(name)s,", name=user.display_name),
            _(
                "Your account was suspended. You cannot log in for now. Please contact us if you have questions."
            ),
        ],
        facts=[],
        action={"label": _("Contact"), "path": "/pages/contact"},
    )
