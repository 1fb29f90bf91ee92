"""Forgetting a person: the account becomes a pseudonym that nobody can log in to; plugins do their part.

What the law wants kept (invoices, the audit log) stays, under the pseudonym.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import timedelta
from typing import Final

import msgspec

from nakamise.admin.people.invitations import SEAT
from nakamise.admin.people.plugins_asked import asked, plugins_with_data
from nakamise.admin.people.rights import keep_a_manager, lock_staff, require_rights, rights_of_user
from nakamise.admin.people.user_acts import not_oneself
from nakamise.auth.users import User, email_key, lock_user
from nakamise.db import Tx
from nakamise.errors import Conflict, FieldError, Invalid
from nakamise.plugin.context import TenantCtx
from nakamise.ui.i18n import N_, gettext_for

# A copy must have been handed out no longer ago than this.
COPY_AGE: Final = timedelta(days=1)
PSEUDONYM_DOMAIN: Final = "erased.invalid"
_OWN_ROWS: Final = (
    "DELETE FROM core_session WHERE user_id = $1",
    "DELETE FROM core_one_time_token WHERE user_id = $1",
    "DELETE FROM core_totp WHERE user_id = $1",
    "DELETE FROM core_recovery_code WHERE user_id = $1",
    "DELETE FROM core_address WHERE user_id = $1",
    "DELETE FROM core_external_login WHERE user_id = $1",
    "DELETE FROM core_user_role WHERE user_id = $1",
)


class EraseInput(msgspec.Struct, forbid_unknown_fields=True):
    """``confirm`` is the person's e-mail address, typed again."""

    confirm: str = ""


async def erase_person(ctx: TenantCtx, tx: Tx, user_id: uuid.UUID, given: EraseInput) -> None:
    """All or nothing. Raises NotFound, Invalid, BeyondOwnRights, LastManager,

    Conflict (oneself, erased already, no copy made since yesterday, a plugin failed).
    """
    not_oneself(ctx, user_id)
    await lock_staff(tx)
    user = await lock_user(tx, user_id)
    require_rights(ctx, await rights_of_user(tx, user_id))
    if email_key(given.confirm) != email_key(user.email):
        raise Invalid({"confirm": FieldError(N_("Please type the e-mail address of this user."))})
    # Plugins first: what somebody did without an account is found by the address.
    erased = await _plugins(ctx, tx, user_id)
    await _pseudonymise(ctx, tx, user_id)
    await _free_seats(ctx, tx, user)
    pictures = await _own_rows(tx, user)
    await keep_a_manager(tx)
    await ctx.audit(tx, "core.user.erased", str(user_id), plugins=erased)
    tx.after_commit(lambda: _delete_pictures(ctx, pictures))


async def _pseudonymise(ctx: TenantCtx, tx: Tx, user_id: uuid.UUID) -> None:
    _ = gettext_for(ctx.tenant.locale, "core")
    pseudonym = f"{user_id}@{PSEUDONYM_DOMAIN}"
    message = N_("Please download the copy of this person's data first, and erase within a day.")
    await tx.must_touch_one(
        Conflict(message, code="no_copy"),
        "UPDATE core_user SET email = $2, email_key = $2, email_verified_at = NULL, password_hash = '!',"
        " display_name = $3, bio = '', state = 'suspended', suspended_at = coalesce(suspended_at, $4),"
        " suspended_reason = '', erased_at = $4 WHERE id = $1 AND erased_at IS NULL AND exported_at > $5",
        user_id,
        pseudonym,
        _("Former user"),
        ctx.now(),
        ctx.now() - COPY_AGE,
    )


async def _plugins(ctx: TenantCtx, tx: Tx, user_id: uuid.UUID) -> dict[str, int]:
    """Rows that each plugin erased."""
    return {
        plugin.manifest.id: int(await asked(ctx, tx, plugin.manifest.id, plugin.erase, user_id))
        for plugin in await plugins_with_data(ctx, tx)
        if plugin.erase is not None
    }


async def _free_seats(ctx: TenantCtx, tx: Tx, user: User) -> None:
    """The person's own, and that of an invitation that was still open."""
    seats = await tx.value(
        "SELECT (SELECT count(DISTINCT user_id) FROM core_user_role WHERE user_id = $1)"
        " + (SELECT count(*) FROM core_invitation"
        " WHERE email_key = $2 AND accepted_at IS NULL AND withdrawn_at IS NULL)",
        user.id,
        email_key(user.email),
    )
    if seats:
        await ctx.give_back(tx, SEAT, seats)


async def _own_rows(tx: Tx, user: User) -> Sequence[str]:
    """The stored pictures that nobody needs any more."""
    for statement in _OWN_ROWS:
        await tx.execute(statement, user.id)
    await tx.execute("DELETE FROM core_invitation WHERE email_key = $1", email_key(user.email))
    await tx.execute("DELETE FROM core_mail WHERE lower(recipient) = lower($1)", user.email)
    keys = await tx.values(
        "SELECT size.value FROM core_media m, jsonb_each_text(m.keys) AS size (key, value)"
        " WHERE m.owner_id = $1 AND m.kind = 'avatar'",
        user.id,
    )
    await tx.execute("DELETE FROM core_media WHERE owner_id = $1 AND kind = 'avatar'", user.id)
    return [str(key) for key in keys]


async def _delete_pictures(ctx: TenantCtx, keys: Sequence[str]) -> None:
    for key in keys:
        await ctx.runtime.store.delete(key)
