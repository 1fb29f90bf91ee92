"""Which user an account of another system stands for."""

from __future__ import annotations

from typing import Final

from nakamise.auth.audit import audit_as
from nakamise.auth.register import DISPLAY_NAME_MAX
from nakamise.auth.users import User, clean_email, email_key, fault_of_email, user_by_email, user_by_id
from nakamise.contracts.login import AdmissionRules, ExternalIdentity, LoginRefused
from nakamise.db import Tx
from nakamise.ids import new_token, uuid7
from nakamise.plugin.context import TenantCtx
from nakamise.ui.i18n import N_

SUSPENDED: Final = N_("This account is suspended. Please contact us.")
UNVERIFIED: Final = N_(
    "The login service did not confirm your e-mail address, so it cannot be linked to an account here."
)
UNCONFIRMED: Final = N_(
    "There is an account with your e-mail address here that was never confirmed. Please open the link in the"
    " confirmation mail first, then log in again."
)
NO_ACCOUNT: Final = N_("You have no account here yet. Please ask the site's staff to invite you.")

_INVITED: Final = """
SELECT EXISTS (SELECT 1 FROM core_invitation
WHERE email_key = $1 AND accepted_at IS NULL AND withdrawn_at IS NULL AND expires_at > $2)
"""


async def find_or_link(ctx: TenantCtx, tx: Tx, identity: ExternalIdentity, rules: AdmissionRules) -> User:
    """Raises LoginRefused; then ``tx`` must not commit."""
    linked = await tx.value(
        "UPDATE core_external_login SET last_used_at = $3 WHERE issuer = $1 AND subject = $2 RETURNING user_id",
        identity.issuer,
        identity.subject,
        ctx.now(),
    )
    if linked is None:
        user = await _by_verified_email(ctx, tx, identity, rules)
    else:
        user = await user_by_id(tx, linked)
    if not user.is_active:
        raise LoginRefused(SUSPENDED, code="suspended")
    if linked is None:
        await _link(ctx, tx, identity, user)
    return user


async def _by_verified_email(
    ctx: TenantCtx, tx: Tx, identity: ExternalIdentity, rules: AdmissionRules
) -> User:
    if not identity.email_verified or fault_of_email(clean_email(identity.email)) is not None:
        raise LoginRefused(UNVERIFIED, code="email_unverified")
    user = await user_by_email(tx, identity.email)
    if user is None:
        if not rules.may_create and not await tx.value(_INVITED, email_key(identity.email), ctx.now()):
            raise LoginRefused(NO_ACCOUNT, code="no_account")
        user = await _create(ctx, tx, identity)
    # Whoever typed an address without confirming it may not be its owner, and knows that account's password.
    if not user.email_verified:
        raise LoginRefused(UNCONFIRMED, code="account_unconfirmed")
    return user


async def _create(ctx: TenantCtx, tx: Tx, identity: ExternalIdentity) -> User:
    """With a password that nobody knows; agreeing to the terms is asked for after signing in."""
    email = clean_email(identity.email)
    name = " ".join(identity.display_name.split()) or email.partition("@")[0]
    # Of two first logins at once, one makes the account and the other finds it.
    made = await tx.execute(
        "INSERT INTO core_user (id, email, email_key, email_verified_at, password_hash, display_name, locale,"
        " created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $4) ON CONFLICT (email_key) DO NOTHING",
        uuid7(),
        email,
        email_key(email),
        ctx.now(),
        await ctx.runtime.auth.passwords.hash(new_token()),
        name[:DISPLAY_NAME_MAX],
        ctx.locale,
    )
    user = await user_by_email(tx, email)
    if user is None:
        raise LoginRefused(NO_ACCOUNT, code="no_account")
    if made:
        await audit_as(ctx, tx, user, "account.registered", via=identity.issuer)
    return user


async def _link(ctx: TenantCtx, tx: Tx, identity: ExternalIdentity, user: User) -> None:
    made = await tx.execute(
        "INSERT INTO core_external_login (issuer, subject, user_id, linked_at, last_used_at)"
        " VALUES ($1, $2, $3, $4, $4) ON CONFLICT (issuer, subject) DO NOTHING",
        identity.issuer,
        identity.subject,
        user.id,
        ctx.now(),
    )
    if made:
        await audit_as(ctx, tx, user, "account.linked", issuer=identity.issuer, subject=identity.subject)
