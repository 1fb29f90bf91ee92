"""Becoming a user: the form's rules, the confirmation mail, the confirmation."""

from __future__ import annotations

from typing import Final

import asyncpg
import msgspec

from nakamise.admin.site.consents import note_registration
from nakamise.auth import mails, one_time, throttle
from nakamise.auth.audit import audit_as
from nakamise.auth.passwords import fault_of_new
from nakamise.auth.sessions import revoke_sessions
from nakamise.auth.users import (
    User,
    clean_email,
    email_key,
    fault_of_email,
    terms_version,
    user_by_email,
    user_by_id,
)
from nakamise.db import Tx
from nakamise.errors import FieldError, Forbidden, Gone, Invalid
from nakamise.ids import uuid7
from nakamise.plugin.context import TenantCtx
from nakamise.ui.i18n import N_

DISPLAY_NAME_MAX: Final = 40
INVITED_ONLY: Final = N_("New accounts are made by invitation only. Please contact us.")
_CONFIRM: Final[tuple[one_time.Purpose, ...]] = ("verify_email", "change_email")


class LinkSpent(Gone):
    """The link was used, withdrawn, or is too old."""

    default_code = "link_spent"

    def __init__(self) -> None:
        super().__init__(N_("This link does not work any more. Please ask for a new one."))


class Registration(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """Raises Invalid with the fault of each field."""

    display_name: str = ""
    email: str = ""
    password: str = ""
    password_again: str = ""
    terms: bool = False
    next: str = ""

    def __post_init__(self) -> None:
        faults = {
            "display_name": fault_of_name(self.display_name),
            "email": fault_of_email(clean_email(self.email)),
            "password": fault_of_new(self.password, forbidden=(self.display_name, self.email)),
            "password_again": fault_of_repeat(self.password, self.password_again),
            "terms": None if self.terms else FieldError(N_("Please agree to the terms to register.")),
        }
        raise_faults(faults)


def fault_of_name(name: str) -> FieldError | None:
    if not name.strip():
        return FieldError(N_("Please fill this in."))
    if len(name) > DISPLAY_NAME_MAX:
        return FieldError(N_("Please enter at most %(n)s characters."), n=DISPLAY_NAME_MAX)
    return None


def fault_of_repeat(password: str, again: str) -> FieldError | None:
    return None if password == again else FieldError(N_("The two passwords are different."))


def raise_faults(faults: dict[str, FieldError | None]) -> None:
    """Raises Invalid when there is one."""
    found = {name: fault for name, fault in faults.items() if fault is not None}
    if found:
        raise Invalid(found)


async def register(ctx: TenantCtx, given: Registration) -> None:
    """Make the account and send the confirmation; for a known address send a hint there instead.

    The answer is the same, and so is the time: nobody learns here whose address is known. Raises TooMany, and
    Forbidden where only invited people may.
    """
    if ctx.site.registration == "invited":
        raise Forbidden(INVITED_ONLY, code="invited_only")
    async with ctx.begin() as tx:
        await throttle.take(tx, throttle.MAIL_ADDRESS, email_key(given.email), ctx.now())
        await throttle.take(tx, throttle.REGISTER_NETWORK, throttle.network_of(ctx.http.client), ctx.now())
    password_hash = await ctx.runtime.auth.passwords.hash(given.password)
    async with ctx.begin() as tx:
        made = await _insert(ctx, tx, given, password_hash)
        user = await user_by_email(tx, given.email)
        if user is None:
            raise LinkSpent
        if made:
            await revoke_sessions(tx, user.id, ctx.now())
            await note_registration(ctx, tx, user.id)
            await audit_as(ctx, tx, user, "account.registered")
            await send_confirmation(ctx, tx, user, given.next)
        else:
            await mails.send_already_registered(ctx, tx, user)


async def _insert(ctx: TenantCtx, tx: Tx, given: Registration, password_hash: str) -> bool:
    """Whether the account is theirs to confirm: new, or never confirmed and so nobody's yet."""
    touched = await tx.execute(
        "INSERT INTO core_user (id, email, email_key, password_hash, password_changed_at, display_name, locale,"
        " terms_version, terms_accepted_at, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $5, $5)"
        " ON CONFLICT (email_key) DO UPDATE SET password_hash = excluded.password_hash,"
        " display_name = excluded.display_name WHERE core_user.email_verified_at IS NULL",
        uuid7(),
        clean_email(given.email),
        email_key(given.email),
        password_hash,
        ctx.now(),
        given.display_name.strip(),
        ctx.locale,
        await terms_version(tx),
    )
    return touched == 1


async def send_confirmation(ctx: TenantCtx, tx: Tx, user: User, next_path: str = "") -> None:
    await one_time.withdraw(tx, user.id, "verify_email")
    token = await one_time.issue(
        tx, "verify_email", user.id, ctx.now(), email=user.email, next_path=next_path
    )
    await mails.send_verify(ctx, tx, user, token)


async def resend_confirmation(ctx: TenantCtx, email: str, next_path: str = "") -> None:
    """Does nothing, visibly as much, for an unknown or confirmed address. Raises TooMany."""
    async with ctx.begin() as tx:
        await throttle.take(tx, throttle.MAIL_ADDRESS, email_key(email), ctx.now())
        await throttle.take(tx, throttle.MAIL_NETWORK, throttle.network_of(ctx.http.client), ctx.now())
    async with ctx.begin() as tx:
        user = await user_by_email(tx, email)
        if user is not None and not user.email_verified:
            await send_confirmation(ctx, tx, user, next_path)


async def is_confirmable(ctx: TenantCtx, token: str) -> bool:
    async with ctx.read() as tx:
        return await one_time.peek(tx, _CONFIRM, token, ctx.now()) is not None


async def confirm_email(ctx: TenantCtx, token: str) -> str:
    """Confirm a new account's address or put a changed one in force; the path to go on to.

    Raises LinkSpent, also when another account took the address meanwhile.
    """
    async with ctx.begin() as tx:
        used = await one_time.use(tx, _CONFIRM, token, ctx.now())
        if used is None:
            raise LinkSpent
        user = await user_by_id(tx, used.user_id)
        if used.purpose == "change_email":
            await _change_email(ctx, tx, user, used.email)
        elif email_key(user.email) != email_key(used.email):
            raise LinkSpent
        else:
            await tx.execute(
                "UPDATE core_user SET email_verified_at = $2 WHERE id = $1 AND email_verified_at IS NULL",
                user.id,
                ctx.now(),
            )
        await audit_as(ctx, tx, user, "account.email_confirmed")
    return used.next_path


async def _change_email(ctx: TenantCtx, tx: Tx, user: User, email: str) -> None:
    try:
        await tx.execute(
            "UPDATE core_user SET email = $2, email_key = $3, email_verified_at = $4 WHERE id = $1",
            user.id,
            email,
            email_key(email),
            ctx.now(),
        )
    except asyncpg.UniqueViolationError as error:
        raise LinkSpent from error
    await mails.send_email_changed(ctx, tx, user)
