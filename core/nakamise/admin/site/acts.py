"""Acts of the audit log in words. A plugin's own words are msgids of its catalog: ``audit.<act>``."""

from __future__ import annotations

from typing import Final

from nakamise.plugin.context import TenantCtx
from nakamise.ui.i18n import N_, gettext_for

CORE_ACTS: Final = {
    "account.email_change_asked": N_("Asked to change the e-mail address"),
    "account.email_confirmed": N_("Confirmed the e-mail address"),
    "account.linked": N_("Linked a login service"),
    "account.password_changed": N_("Changed the password"),
    "account.password_reset": N_("Set a new password by mail"),
    "account.recovery_code_used": N_("Used a recovery code"),
    "account.recovery_codes_renewed": N_("Made new recovery codes"),
    "account.registered": N_("Registered"),
    "account.session_ended": N_("Ended a session"),
    "account.sessions_ended": N_("Ended all other sessions"),
    "account.signed_in": N_("Logged in"),
    "account.totp_off": N_("Switched two-factor authentication off"),
    "account.totp_on": N_("Switched two-factor authentication on"),
    "core.audit.exported": N_("Exported the audit log"),
    "core.consent.given": N_("Agreed to a legal text"),
    "core.impersonation.ended": N_("The agency stopped acting for staff"),
    "core.impersonation.started": N_("The agency began to act for staff"),
    "core.legal.published": N_("Published a legal text"),
    "core.login.refused": N_("A login by another service was refused"),
    "core.login.roles_kept": N_("Roles from a login service were not taken over"),
    "core.mail_text.reset": N_("Took a mail's words back to the standard"),
    "core.mail_text.saved": N_("Changed a mail's words"),
    "core.plugin.disabled": N_("Switched a plugin off"),
    "core.plugin.enabled": N_("Switched a plugin on"),
    "core.plugin.exported": N_("Exported a plugin's data"),
    "core.plugin.erased": N_("Erased a plugin's data"),
    "core.role.changed": N_("Changed a role"),
    "core.role.created": N_("Made a role"),
    "core.role.deleted": N_("Deleted a role"),
    "core.role.reset": N_("Reset a role"),
    "core.settings.changed": N_("Changed settings"),
    "core.staff.invitation_withdrawn": N_("Withdrew an invitation"),
    "core.staff.invited": N_("Invited staff"),
    "core.staff.invited_again": N_("Sent an invitation again"),
    "core.staff.joined": N_("Joined as staff"),
    "core.usage.mended": N_("Counted usage again"),
    "core.usage.warned": N_("Warned that the plan's limit is near"),
    "core.user.erased": N_("Erased a user's data"),
    "core.user.exported": N_("Exported a user's data"),
    "core.user.reset_sent": N_("Sent a password mail to a user"),
    "core.user.resumed": N_("Lifted a user's suspension"),
    "core.user.roles_changed": N_("Changed a user's roles"),
    "core.user.session_ended": N_("Ended a user's session"),
    "core.user.sessions_ended": N_("Ended all sessions of a user"),
    "core.user.suspended": N_("Suspended a user"),
    "core.user.verification_sent": N_("Sent a confirmation mail to a user"),
    "core.users.listed": N_("Exported the list of users"),
    "plugin.left_out": N_("A plugin was left out for a while, because it failed"),
}


def act_label(ctx: TenantCtx, act: str) -> str:
    """The act itself where nobody gave words."""
    if act in CORE_ACTS:
        return gettext_for(ctx.locale, "core")(CORE_ACTS[act])
    owner = act.partition(".")[0]
    msgid = f"audit.{act}"
    said = gettext_for(ctx.locale, owner)(msgid)
    return act if said == msgid else said
