"""A forgotten password: a link by mail, valid for an hour and once; then every session ends."""

from __future__ import annotations

from typing import Final

import msgspec

from nakamise.auth import mails, one_time, throttle
from nakamise.auth.audit import audit_as
from nakamise.auth.passwords import fault_of_new
from nakamise.auth.register import LinkSpent, fault_of_repeat, raise_faults
from nakamise.auth.sessions import revoke_sessions
from nakamise.auth.users import email_key, set_password, user_by_email, user_by_id
from nakamise.plugin.context import TenantCtx

_RESET: Final[tuple[one_time.Purpose, ...]] = ("reset_password",)


class NewPassword(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """Raises Invalid with the fault of each field."""

    token: str = ""
    password: str = ""
    password_again: str = ""

    def __post_init__(self) -> None:
        raise_faults(
            {
                "password": fault_of_new(self.password),
                "password_again": fault_of_repeat(self.password, self.password_again),
            }
        )


async def send_reset(ctx: TenantCtx, email: str) -> None:
    """The same for every address: only its owner learns more, by mail. Raises TooMany."""
    async with ctx.begin() as tx:
        await throttle.take(tx, throttle.MAIL_ADDRESS, email_key(email), ctx.now())
        await throttle.take(tx, throttle.MAIL_NETWORK, throttle.network_of(ctx.http.client), ctx.now())
    async with ctx.begin() as tx:
        user = await user_by_email(tx, email)
        if user is None or not user.is_active:
            return
        token = await one_time.issue(tx, "reset_password", user.id, ctx.now(), email=user.email)
        await mails.send_reset(ctx, tx, user, token)


async def is_resettable(ctx: TenantCtx, token: str) -> bool:
    async with ctx.read() as tx:
        return await one_time.peek(tx, _RESET, token, ctx.now()) is not None


async def reset_password(ctx: TenantCtx, given: NewPassword) -> None:
    """Raises LinkSpent."""
    if not await is_resettable(ctx, given.token):
        raise LinkSpent
    password_hash = await ctx.runtime.auth.passwords.hash(given.password)
    async with ctx.begin() as tx:
        used = await one_time.use(tx, _RESET, given.token, ctx.now())
        if used is None:
            raise LinkSpent
        user = await user_by_id(tx, used.user_id)
        await set_password(tx, user.id, password_hash, ctx.now())
        await one_time.withdraw(tx, user.id, "reset_password", "second_factor", "change_email")
        await revoke_sessions(tx, user.id, ctx.now())
        await audit_as(ctx, tx, user, "account.password_reset")
        await mails.send_password_changed(ctx, tx, user)
