"""Signing in: password, second factor, session. Every refusal looks and lasts the same."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, TypeAlias

import msgspec

from nakamise.auth import mails, one_time, recovery, throttle, totp
from nakamise.auth.audit import audit_as
from nakamise.auth.methods import require_password_login
from nakamise.auth.sessions import OpenedSession, open_api_session, open_browser_session
from nakamise.auth.throttle import Limit
from nakamise.auth.users import User, email_key, user_by_email, user_by_id
from nakamise.db import Tx
from nakamise.errors import Unauthenticated
from nakamise.plugin.context import TenantCtx
from nakamise.ui.i18n import N_


class LoginFailed(Unauthenticated):
    """Unknown address, wrong password or suspended: the answer does not say which."""

    default_code = "login_failed"

    def __init__(self) -> None:
        super().__init__(N_("Login failed."))


class CodeRefused(Unauthenticated):
    """The second factor was wrong, used before, or came too late."""

    default_code = "code_refused"

    def __init__(self) -> None:
        super().__init__(N_("This code does not work. Please enter the newest code."))


class StepExpired(Unauthenticated):
    default_code = "login_expired"

    def __init__(self) -> None:
        super().__init__(N_("The login took too long. Please start again."))


class SecondFactorNeeded(msgspec.Struct, frozen=True):
    """The password was right; ``challenge`` and a code open the session. It gives access to nothing."""

    challenge: str


SignedIn: TypeAlias = OpenedSession | SecondFactorNeeded


class ApiSession(msgspec.Struct, frozen=True):
    access_token: str
    refresh_token: str


async def check_password(ctx: TenantCtx, email: str, password: str) -> User:
    """The active user with this address and password. Raises LoginFailed, PasswordLoginOff, TooMany."""
    brakes = _brakes(ctx, email)
    async with ctx.begin() as tx:
        for limit, subject in brakes:
            await throttle.take(tx, limit, subject, ctx.now())
        user = await user_by_email(tx, email)
    passwords = ctx.runtime.auth.passwords
    is_right = await passwords.verify(user.password_hash if user else None, password)
    if user is None or not is_right or not user.is_active:
        raise LoginFailed
    await require_password_login(ctx, user)
    newer = await passwords.hash(password) if passwords.is_outdated(user.password_hash) else None
    async with ctx.begin() as tx:
        for limit, subject in brakes:
            await throttle.give_back(tx, limit, subject)
        if newer:
            await _replace_hash(tx, user, newer)
    return user


def _brakes(ctx: TenantCtx, email: str) -> Sequence[tuple[Limit, str]]:
    # The row that everybody shares comes last, so that it is locked for the shortest time.
    account, network = email_key(email), throttle.network_of(ctx.http.client)
    return (
        (throttle.LOGIN_PERSON, f"{account} {network}"),
        (throttle.LOGIN_ACCOUNT, account),
        (throttle.LOGIN_NETWORK, network),
        (throttle.LOGIN_SITE, ""),
    )


async def _replace_hash(tx: Tx, user: User, newer: str) -> None:
    """Not over a password that was changed meanwhile."""
    await tx.execute(
        "UPDATE core_user SET password_hash = $3 WHERE id = $1 AND password_hash = $2",
        user.id,
        user.password_hash,
        newer,
    )


async def sign_in_browser(ctx: TenantCtx, email: str, password: str, next_path: str) -> SignedIn:
    """Raises LoginFailed, PasswordLoginOff, TooMany."""
    user = await check_password(ctx, email, password)
    async with ctx.begin() as tx:
        if await totp.is_on(tx, user.id):
            return await challenge(ctx, tx, user, next_path)
        return await open_for_browser(ctx, tx, user)


async def sign_in_api(ctx: TenantCtx, email: str, password: str) -> ApiSession | SecondFactorNeeded:
    """Raises LoginFailed, TooMany."""
    user = await check_password(ctx, email, password)
    async with ctx.begin() as tx:
        if await totp.is_on(tx, user.id):
            return await challenge(ctx, tx, user, "")
        return await open_for_api(ctx, tx, user)


async def challenge(ctx: TenantCtx, tx: Tx, user: User, next_path: str) -> SecondFactorNeeded:
    """The first step was passed."""
    return SecondFactorNeeded(
        await one_time.issue(tx, "second_factor", user.id, ctx.now(), next_path=next_path)
    )


class Passed(msgspec.Struct, frozen=True):
    user: User
    next_path: str


_STEP: Final[tuple[one_time.Purpose, ...]] = ("second_factor",)


async def pass_second_factor(ctx: TenantCtx, tx: Tx, challenge: str, code: str) -> Passed:
    """Uses up challenge and code. Raises CodeRefused, StepExpired, TooMany; then ``tx`` must not commit.

    ``code`` is six digits of the app, or a recovery code, whose use is told by mail.
    """
    step = await one_time.use(tx, _STEP, challenge, ctx.now())
    if step is None:
        raise StepExpired
    user = await user_by_id(tx, step.user_id)
    await check_code(ctx, tx, user, code)
    if not user.is_active:
        raise LoginFailed
    return Passed(user, step.next_path)


async def brake_second_factor(ctx: TenantCtx, challenge: str) -> None:
    """Pay for a try in a transaction of its own, so that a refusal cannot undo it. Raises TooMany."""
    async with ctx.begin() as tx:
        step = await one_time.peek(tx, _STEP, challenge, ctx.now())
        if step is not None:
            await throttle.take(tx, throttle.SECOND_FACTOR, str(step.user_id), ctx.now())


async def check_code(ctx: TenantCtx, tx: Tx, user: User, code: str) -> None:
    """Raises CodeRefused. The caller has paid for the try."""
    plain = code.strip().replace(" ", "")
    if plain.isascii() and plain.isdecimal():
        sealer = ctx.runtime.auth.totp_sealer
        good = await totp.accept(tx, sealer, ctx.tenant, user.id, plain, ctx.now())
    else:
        good = await recovery.use_code(tx, user.id, plain)
        if good:
            await _tell_of_recovery(ctx, tx, user)
    if not good:
        raise CodeRefused
    await throttle.give_back(tx, throttle.SECOND_FACTOR, str(user.id))


async def _tell_of_recovery(ctx: TenantCtx, tx: Tx, user: User) -> None:
    left = await recovery.codes_left(tx, user.id)
    await audit_as(ctx, tx, user, "account.recovery_code_used")
    await mails.send_recovery_used(ctx, tx, user, left)


async def open_for_browser(
    ctx: TenantCtx, tx: Tx, user: User, *, mfa: bool = False, via: str = ""
) -> OpenedSession:
    """``mfa``: the user passed the second factor just now. ``via``: the system that recognised them."""
    await audit_as(ctx, tx, user, "account.signed_in", **({"via": via} if via else {}))
    return await open_browser_session(tx, user.id, ctx.http, ctx.now(), mfa=mfa)


async def open_for_api(ctx: TenantCtx, tx: Tx, user: User, *, mfa: bool = False) -> ApiSession:
    auth = ctx.runtime.auth
    await audit_as(ctx, tx, user, "account.signed_in")
    session_id = await open_api_session(tx, user.id, ctx.http, ctx.now(), mfa=mfa)
    refresh_token = await auth.refresh.issue(tx, session_id, ctx.now())
    return ApiSession(auth.tokens.issue(ctx.tenant.id, user.id, session_id, ctx.now()), refresh_token)


async def refresh_api(ctx: TenantCtx, refresh_token: str) -> ApiSession:
    """Raises Unauthenticated."""
    auth = ctx.runtime.auth
    async with ctx.begin() as tx:
        renewed = await auth.refresh.rotate(tx, ctx.tenant.id, refresh_token, ctx.now())
    if renewed is None:
        raise Unauthenticated(N_("Please log in again."), code="refresh_refused")
    access = auth.tokens.issue(ctx.tenant.id, renewed.user_id, renewed.session_id, ctx.now())
    return ApiSession(access, renewed.token)
