"""The mails of accounts: what each says, in the language of the page that caused it."""

from __future__ import annotations

from collections.abc import Sequence

from nakamise.auth.users import User
from nakamise.db import Tx
from nakamise.plugin.context import TenantCtx
from nakamise.ui.i18n import gettext_for


async def _send(
    ctx: TenantCtx,
    tx: Tx,
    user: User,
    to: str,
    subject: str,
    paragraphs: Sequence[str],
    label: str,
    path: str,
) -> None:
    _ = gettext_for(ctx.locale, "core")
    greeting = _("Dear %(name)s,", name=user.display_name)
    await ctx.runtime.mail.queue(
        ctx,
        tx,
        "mail/notice",
        to,
        subject=subject,
        paragraphs=[greeting, *paragraphs],
        facts=[],
        action={"label": label, "path": path},
    )


async def send_verify(ctx: TenantCtx, tx: Tx, user: User, token: str) -> None:
    _ = gettext_for(ctx.locale, "core")
    said = [
        _("Thank you for registering. Please confirm your e-mail address with the button below."),
        _("The link works once and for 24 hours. If you did not register, please ignore this mail."),
    ]
    subject = _("Please confirm your e-mail address")
    await _send(ctx, tx, user, user.email, subject, said, _("Confirm"), f"/verify?token={token}")


async def send_already_registered(ctx: TenantCtx, tx: Tx, user: User) -> None:
    _ = gettext_for(ctx.locale, "core")
    said = [
        _("Somebody, probably you, tried to register with this address. You already have an account."),
        _("Please log in; if you forgot your password you can set a new one there."),
    ]
    await _send(ctx, tx, user, user.email, _("You already have an account"), said, _("Log in"), "/login")


async def send_reset(ctx: TenantCtx, tx: Tx, user: User, token: str) -> None:
    _ = gettext_for(ctx.locale, "core")
    said = [
        _("You can set a new password with the button below."),
        _("The link works once and for 60 minutes. If you did not ask for it, please ignore this mail."),
    ]
    subject = _("Set a new password")
    await _send(
        ctx, tx, user, user.email, subject, said, _("Set a new password"), f"/reset/new?token={token}"
    )


async def send_confirm_change(ctx: TenantCtx, tx: Tx, user: User, new_email: str, token: str) -> None:
    _ = gettext_for(ctx.locale, "core")
    said = [
        _("You asked to use this address for your account. Please confirm it with the button below."),
        _("The link works once and for 24 hours. If you did not ask for it, please ignore this mail."),
    ]
    subject = _("Please confirm your new e-mail address")
    await _send(ctx, tx, user, new_email, subject, said, _("Confirm"), f"/verify?token={token}")


async def send_email_changed(ctx: TenantCtx, tx: Tx, user: User) -> None:
    """To the old address, which can still raise the alarm."""
    _ = gettext_for(ctx.locale, "core")
    said = [_("The e-mail address of your account was changed."), _alarm(ctx)]
    subject = _("Your e-mail address was changed")
    await _send(ctx, tx, user, user.email, subject, said, _("Contact"), "/pages/contact")


async def send_password_changed(ctx: TenantCtx, tx: Tx, user: User) -> None:
    _ = gettext_for(ctx.locale, "core")
    said = [_("The password of your account was changed."), _alarm(ctx)]
    subject = _("Your password was changed")
    await _send(ctx, tx, user, user.email, subject, said, _("Set a new password"), "/reset")


async def send_totp_on(ctx: TenantCtx, tx: Tx, user: User) -> None:
    _ = gettext_for(ctx.locale, "core")
    said = [_("Two-step login was switched on for your account."), _alarm(ctx)]
    subject = _("Two-step login is on")
    await _send(ctx, tx, user, user.email, subject, said, _("Security"), "/account/security")


async def send_totp_off(ctx: TenantCtx, tx: Tx, user: User) -> None:
    _ = gettext_for(ctx.locale, "core")
    said = [_("Two-step login was switched off for your account."), _alarm(ctx)]
    subject = _("Two-step login is off")
    await _send(ctx, tx, user, user.email, subject, said, _("Security"), "/account/security")


async def send_recovery_used(ctx: TenantCtx, tx: Tx, user: User, left: int) -> None:
    _ = gettext_for(ctx.locale, "core")
    said = [
        _("A recovery code was used to log in to your account. Codes left: %(left)s.", left=left),
        _alarm(ctx),
    ]
    subject = _("A recovery code was used")
    await _send(ctx, tx, user, user.email, subject, said, _("Security"), "/account/security")


def _alarm(ctx: TenantCtx) -> str:
    _ = gettext_for(ctx.locale, "core")
    return _("If this was not you, please set a new password at once and contact us.")
