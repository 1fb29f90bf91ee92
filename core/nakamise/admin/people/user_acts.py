"""What staff do to an account: suspend, resume, end sessions, send mails again."""

from __future__ import annotations

import uuid
from typing import Final

import msgspec

from nakamise.admin.people import mails
from nakamise.admin.people.rights import keep_a_manager, lock_staff, require_rights, rights_of_user
from nakamise.auth import one_time, throttle
from nakamise.auth.mails import send_reset
from nakamise.auth.register import raise_faults, send_confirmation
from nakamise.auth.sessions import revoke_session, revoke_sessions
from nakamise.auth.users import User, email_key, lock_user, user_by_id
from nakamise.db import Tx
from nakamise.errors import Conflict, FieldError, NotFound
from nakamise.plugin.context import TenantCtx
from nakamise.ui.i18n import N_

REASON_MAX: Final = 500


class SuspendInput(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """``reason`` is for staff; ``tell`` sends the person a mail without it. Raises Invalid."""

    reason: str = ""
    tell: bool = False

    def __post_init__(self) -> None:
        self.reason = self.reason.strip()
        missing = None if self.reason else FieldError(N_("Please write down why."))
        too_long = FieldError(N_("Please enter at most %(n)s characters."), n=REASON_MAX)
        raise_faults({"reason": too_long if len(self.reason) > REASON_MAX else missing})


def not_oneself(ctx: TenantCtx, user_id: uuid.UUID) -> None:
    """Raises Conflict."""
    if ctx.actor.user_id == user_id:
        raise Conflict(N_("You cannot do this to your own account."), code="own_account")


async def suspend(ctx: TenantCtx, tx: Tx, user_id: uuid.UUID, given: SuspendInput) -> None:
    """No session lives and no link works from the commit on.

    Raises NotFound, Conflict (oneself, not active), BeyondOwnRights, LastManager.
    """
    not_oneself(ctx, user_id)
    await lock_staff(tx)
    user = await lock_user(tx, user_id)
    require_rights(ctx, await rights_of_user(tx, user_id))
    await tx.must_touch_one(
        Conflict(N_("This user is not active."), code="not_active"),
        "UPDATE core_user SET state = 'suspended', suspended_at = $2, suspended_reason = $3"
        " WHERE id = $1 AND state = 'active'",
        user_id,
        ctx.now(),
        given.reason,
    )
    await keep_a_manager(tx)
    await shut_out(ctx, tx, user_id)
    await ctx.audit(tx, "core.user.suspended", str(user_id), reason=given.reason)
    if given.tell:
        await mails.send_suspended(ctx, tx, user)


async def shut_out(ctx: TenantCtx, tx: Tx, user_id: uuid.UUID) -> None:
    """End what is open: sessions, links in mails, half a login."""
    await revoke_sessions(tx, user_id, ctx.now())
    await one_time.withdraw(tx, user_id, "reset_password", "second_factor", "change_email", "verify_email")


async def resume(ctx: TenantCtx, tx: Tx, user_id: uuid.UUID) -> None:
    """The user may log in again. Raises NotFound, BeyondOwnRights, Conflict (not suspended, or erased)."""
    await lock_user(tx, user_id)
    require_rights(ctx, await rights_of_user(tx, user_id))
    reason = await tx.value("SELECT suspended_reason FROM core_user WHERE id = $1", user_id)
    await tx.must_touch_one(
        Conflict(N_("This user is not suspended."), code="not_suspended"),
        "UPDATE core_user SET state = 'active', suspended_at = NULL, suspended_reason = ''"
        " WHERE id = $1 AND state = 'suspended' AND erased_at IS NULL",
        user_id,
    )
    await ctx.audit(tx, "core.user.resumed", str(user_id), was_suspended_for=reason)


async def end_session(ctx: TenantCtx, tx: Tx, user_id: uuid.UUID, session_id: uuid.UUID) -> None:
    """Raises NotFound."""
    if not await revoke_session(tx, user_id, session_id, ctx.now()):
        raise NotFound
    await ctx.audit(tx, "core.user.session_ended", str(user_id), session=str(session_id))


async def end_sessions(ctx: TenantCtx, tx: Tx, user_id: uuid.UUID) -> int:
    """How many ended. Raises NotFound."""
    await user_by_id(tx, user_id)
    ended = await revoke_sessions(tx, user_id, ctx.now(), keep=ctx.actor.session_id)
    await ctx.audit(tx, "core.user.sessions_ended", str(user_id), count=ended)
    return ended


async def send_password_reset(ctx: TenantCtx, tx: Tx, user_id: uuid.UUID) -> None:
    """A link for the person; staff never see or set a password. Raises NotFound, Conflict, TooMany."""
    user = await _active(tx, user_id)
    await throttle.take(tx, throttle.MAIL_ADDRESS, email_key(user.email), ctx.now())
    token = await one_time.issue(tx, "reset_password", user.id, ctx.now(), email=user.email)
    await send_reset(ctx.in_language(user.locale), tx, user, token)
    await ctx.audit(tx, "core.user.reset_sent", str(user_id))


async def resend_verification(ctx: TenantCtx, tx: Tx, user_id: uuid.UUID) -> None:
    """Raises NotFound, Conflict (not active, or confirmed already), TooMany."""
    user = await _active(tx, user_id)
    if user.email_verified:
        raise Conflict(N_("This address is confirmed already."), code="verified_already")
    await throttle.take(tx, throttle.MAIL_ADDRESS, email_key(user.email), ctx.now())
    await send_confirmation(ctx.in_language(user.locale), tx, user)
    await ctx.audit(tx, "core.user.verification_sent", str(user_id))


async def _active(tx: Tx, user_id: uuid.UUID) -> User:
    user = await user_by_id(tx, user_id)
    if not user.is_active:
        raise Conflict(N_("This user is not active."), code="not_active")
    return user
