"""Mails about applications."""

from __future__ import annotations

from typing import Final

from nakamise.db import Tx
from nakamise.plugin import TenantCtx
from nakamise.web import N_, gettext_for
from nakamise_livestream.broadcasters.schemas import Broadcaster
from nakamise_livestream.people import mailable, notify
from nakamise_livestream.words import DOMAIN

APPLICATION: Final = "/livestream/apply"
_STORIES: Final = {
    "approved": (
        N_("You may broadcast now"),
        N_("You are approved as the broadcaster “%(name)s”. You can plan your first broadcast."),
    ),
    "rejected": (
        N_("Your application as a broadcaster"),
        N_("We could not approve “%(name)s” this time. You can change your application and send it again."),
    ),
    "suspended": (
        N_("You are suspended as a broadcaster"),
        N_("“%(name)s” may not broadcast for the time being."),
    ),
}


async def tell_staff(ctx: TenantCtx, tx: Tx, applicant: Broadcaster) -> None:
    _ = gettext_for(ctx.tenant.locale, DOMAIN)
    await ctx.mail_admins(
        tx,
        "mail/notice",
        subject=_("Somebody wants to broadcast: %(name)s", name=applicant.name),
        paragraphs=[_("An application waits for your decision.")],
        facts=[(_("Name"), applicant.name), (_("Why"), applicant.motive)],
        action={
            "label": _("See the application"),
            "path": f"/admin/livestream/broadcasters/{applicant.id}",
        },
    )


async def tell_decision(ctx: TenantCtx, tx: Tx, one: Broadcaster) -> None:
    """To the person, in their language, with the reason."""
    for reader in await mailable(tx, [one.user_id] if one.user_id else []):
        _ = gettext_for(reader.locale, DOMAIN)
        subject, story = _STORIES[one.state]
        await notify(
            ctx,
            tx,
            reader,
            subject=_(subject),
            text=_(story, name=one.name),
            facts=[(_("Reason"), one.state_reason)] if one.state_reason else [],
            action={"label": _("See your application"), "path": APPLICATION},
        )
