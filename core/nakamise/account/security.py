"""Changes that a thief would want: each asks for the password again, is logged, and is told by mail."""

from __future__ import annotations

import uuid

import msgspec

from nakamise.auth import login, mails, one_time, recovery, throttle, totp
from nakamise.auth.audit import audit_as
from nakamise.auth.passwords import fault_of_new
from nakamise.auth.register import fault_of_repeat, raise_faults
from nakamise.auth.sessions import forget_mfa, note_mfa, revoke_session, revoke_sessions
from nakamise.auth.users import (
    User,
    clean_email,
    email_key,
    fault_of_email,
    set_password,
    user_by_email,
    user_by_id,
)
from nakamise.db import Tx
from nakamise.errors import Conflict, FieldError, Invalid, NotFound
from nakamise.plugin.context import TenantCtx
from nakamise.ui.i18n import N_


class PasswordChange(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """Raises Invalid."""

    current_password: str = ""
    password: str = ""
    password_again: str = ""

    def __post_init__(self) -> None:
        raise_faults(
            {
                "password": fault_of_new(self.password),
                "password_again": fault_of_repeat(self.password, self.password_again),
            }
        )


class EmailChange(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """Raises Invalid."""

    email: str = ""
    current_password: str = ""

    def __post_init__(self) -> None:
        raise_faults({"email": fault_of_email(clean_email(self.email))})


class PasswordProof(msgspec.Struct, forbid_unknown_fields=True):
    current_password: str = ""


class CodeProof(msgspec.Struct, forbid_unknown_fields=True):
    code: str = ""


class FullProof(msgspec.Struct, forbid_unknown_fields=True):
    """``code`` is of the app, or a recovery code."""

    current_password: str = ""
    code: str = ""


async def prove_password(ctx: TenantCtx, password: str) -> User:
    """The signed-in user, who just gave the password again. Raises Invalid, TooMany, Unauthenticated."""
    user_id = ctx.require_user()
    async with ctx.begin() as tx:
        await throttle.take(tx, throttle.PASSWORD_AGAIN, str(user_id), ctx.now())
        user = await user_by_id(tx, user_id)
    if not await ctx.runtime.auth.passwords.verify(user.password_hash, password):
        raise Invalid({"current_password": FieldError(N_("The password is not right."))})
    async with ctx.begin() as tx:
        await throttle.give_back(tx, throttle.PASSWORD_AGAIN, str(user_id))
    return user


async def change_password(ctx: TenantCtx, given: PasswordChange) -> None:
    """All other sessions end. Raises Invalid, TooMany."""
    user = await prove_password(ctx, given.current_password)
    password_hash = await ctx.runtime.auth.passwords.hash(given.password)
    async with ctx.begin() as tx:
        await set_password(tx, user.id, password_hash, ctx.now())
        await one_time.withdraw(tx, user.id, "reset_password", "second_factor", "change_email")
        await revoke_sessions(tx, user.id, ctx.now(), keep=ctx.actor.session_id)
        await audit_as(ctx, tx, user, "account.password_changed")
        await mails.send_password_changed(ctx, tx, user)


async def ask_email_change(ctx: TenantCtx, given: EmailChange) -> None:
    """Nothing changes until the link in the mail to the new address is used.

    A known address gets a hint instead of a link, so that this page tells nobody who is registered.
    Raises Invalid, TooMany.
    """
    user = await prove_password(ctx, given.current_password)
    email = clean_email(given.email)
    async with ctx.begin() as tx:
        await throttle.take(tx, throttle.MAIL_ADDRESS, email_key(email), ctx.now())
    async with ctx.begin() as tx:
        await one_time.withdraw(tx, user.id, "change_email")
        known = await user_by_email(tx, email)
        if known is None:
            token = await one_time.issue(
                tx, "change_email", user.id, ctx.now(), email=email, next_path="/account/security"
            )
            await mails.send_confirm_change(ctx, tx, user, email, token)
        else:
            await mails.send_already_registered(ctx, tx, known)
        await audit_as(ctx, tx, user, "account.email_change_asked")


async def begin_totp(ctx: TenantCtx, given: PasswordProof) -> totp.Enrolment:
    """Raises Invalid, TooMany, Conflict when it is on already."""
    user = await prove_password(ctx, given.current_password)
    async with ctx.begin() as tx:
        if await totp.is_on(tx, user.id):
            raise Conflict(N_("Two-step login is on already."))
        return await totp.begin(tx, ctx.runtime.auth.totp_sealer, ctx.tenant, user.id, user.email)


async def pending_totp(ctx: TenantCtx) -> totp.Enrolment | None:
    """What ``begin_totp`` showed, for showing again after a mistyped code."""
    async with ctx.read() as tx:
        user = await user_by_id(tx, ctx.require_user())
        return await totp.pending(tx, ctx.runtime.auth.totp_sealer, ctx.tenant, user.id, user.email)


async def confirm_totp(ctx: TenantCtx, given: CodeProof) -> list[str]:
    """Switch it on; the recovery codes, to be shown once. Raises Invalid, TooMany."""
    user_id = ctx.require_user()
    await _brake(ctx, user_id)
    async with ctx.begin() as tx:
        user = await user_by_id(tx, user_id)
        sealer, code = ctx.runtime.auth.totp_sealer, given.code.replace(" ", "")
        if not await totp.confirm(tx, sealer, ctx.tenant, user_id, code, ctx.now()):
            raise Invalid({"code": FieldError(login.CodeRefused().message)})
        await throttle.give_back(tx, throttle.SECOND_FACTOR, str(user_id))
        codes = await recovery.replace_codes(tx, user_id)
        await note_mfa(tx, ctx.actor.session_id, ctx.now())
        await audit_as(ctx, tx, user, "account.totp_on")
        await mails.send_totp_on(ctx, tx, user)
    return codes


async def disable_totp(ctx: TenantCtx, given: FullProof) -> None:
    """Raises Invalid, TooMany, NotFound when it is off."""
    user = await prove_password(ctx, given.current_password)
    await _brake(ctx, user.id)
    async with ctx.begin() as tx:
        await _prove_code(ctx, tx, user, given.code)
        await totp.switch_off(tx, user.id)
        await recovery.drop_codes(tx, user.id)
        await forget_mfa(tx, user.id)
        await audit_as(ctx, tx, user, "account.totp_off")
        await mails.send_totp_off(ctx, tx, user)


async def renew_recovery_codes(ctx: TenantCtx, given: FullProof) -> list[str]:
    """Raises Invalid, TooMany, NotFound when two-step login is off."""
    user = await prove_password(ctx, given.current_password)
    await _brake(ctx, user.id)
    async with ctx.begin() as tx:
        await _prove_code(ctx, tx, user, given.code)
        await audit_as(ctx, tx, user, "account.recovery_codes_renewed")
        return await recovery.replace_codes(tx, user.id)


async def _brake(ctx: TenantCtx, user_id: uuid.UUID) -> None:
    async with ctx.begin() as tx:
        await throttle.take(tx, throttle.SECOND_FACTOR, str(user_id), ctx.now())


async def _prove_code(ctx: TenantCtx, tx: Tx, user: User, code: str) -> None:
    if not await totp.is_on(tx, user.id):
        raise NotFound(N_("Two-step login is off."))
    try:
        await login.check_code(ctx, tx, user, code)
    except login.CodeRefused as refused:
        raise Invalid({"code": FieldError(refused.message)}) from refused


async def end_session(ctx: TenantCtx, session_id: uuid.UUID) -> None:
    """Raises NotFound, also for somebody else's."""
    user_id = ctx.require_user()
    async with ctx.begin() as tx:
        if not await revoke_session(tx, user_id, session_id, ctx.now()):
            raise NotFound
        await audit_as(ctx, tx, await user_by_id(tx, user_id), "account.session_ended")


async def end_other_sessions(ctx: TenantCtx) -> int:
    """How many ended."""
    user_id = ctx.require_user()
    async with ctx.begin() as tx:
        ended = await revoke_sessions(tx, user_id, ctx.now(), keep=ctx.actor.session_id)
        await audit_as(ctx, tx, await user_by_id(tx, user_id), "account.sessions_ended", count=ended)
    return ended
