"""Acts of the audit log in words."""

from __future__ import annotations

from typing import Final

from nakamise.plugin.context import TenantCtx
from nakamise.ui.i18n import N_, gettext_for

_WORDS: Final = {
    "account.registered": N_("Registered"),
    "account.signed_in": N_("Logged in"),
    "account.email_confirmed": N_("Confirmed the e-mail address"),
    "account.password_reset": N_("Set a new password by mail"),
    "account.password_changed": N_("Changed the password"),
    "account.email_change_asked": N_("Asked to change the e-mail address"),
    "account.recovery_codes_renewed": N_("Made new recovery codes"),
    "account.recovery_code_used": N_("Used a recovery code"),
    "account.totp_on": N_("Switched two-step login on"),
    "account.totp_off": N_("Switched two-step login off"),
    "core.user.suspended": N_("Suspended a user"),
    "core.user.resumed": N_("Resumed a user"),
    "core.user.session_ended": N_("Logged a user's device out"),
    "core.user.sessions_ended": N_("Logged a user out everywhere"),
    "core.user.reset_sent": N_("Sent a mail to set a new password"),
    "core.user.verification_sent": N_("Sent a confirmation mail"),
    "core.user.roles_changed": N_("Changed a user's roles"),
    "core.user.exported": N_("Downloaded a person's data"),
    "core.user.erased": N_("Erased a person's data"),
    "core.users.listed": N_("Exported the list of users"),
    "core.staff.invited": N_("Invited somebody to the staff"),
    "core.staff.invited_again": N_("Sent an invitation again"),
    "core.staff.invitation_withdrawn": N_("Withdrew an invitation"),
    "core.staff.joined": N_("Accepted an invitation"),
    "core.role.created": N_("Created a role"),
    "core.role.changed": N_("Changed a role"),
    "core.role.reset": N_("Reset a role"),
    "core.role.deleted": N_("Deleted a role"),
}


def act_words(ctx: TenantCtx) -> dict[str, str]:
    """By act, in the reader's language; acts of plugins are not in it."""
    _ = gettext_for(ctx.locale, "core")
    return {act: _(words) for act, words in _WORDS.items()}
