"""Whether staff must use single sign-on, and who of them may use a password all the same."""

from __future__ import annotations

import uuid
from typing import Final

import msgspec

from nakamise.contracts.login import ExternalLogin, PasswordAccount
from nakamise.db import Tx
from nakamise.errors import FieldError, Invalid
from nakamise.plugin import TenantCtx
from nakamise.web import N_

_SAVE: Final = """
INSERT INTO sso_policy (id, staff_only, break_glass) VALUES (1, $1, $2)
ON CONFLICT (id) DO UPDATE SET staff_only = excluded.staff_only, break_glass = excluded.break_glass
"""


class Policy(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``break_glass``: a user's id; needed when ``staff_only``."""

    staff_only: bool = False
    break_glass: uuid.UUID | None = None


async def policy_of(tx: Tx) -> Policy:
    found = await tx.first(Policy, "SELECT staff_only, break_glass FROM sso_policy WHERE id = 1")
    return found or Policy()


async def save_policy(ctx: TenantCtx, given: Policy) -> None:
    """Raises Invalid: somebody must be able to get in when the provider is away. Forbidden: too few rights."""
    login = ctx.service(ExternalLogin)
    await login.require_all_rights()
    managers = {one.id for one in await login.staff() if one.is_manager}
    async with ctx.begin() as tx:
        ready = await tx.value("SELECT EXISTS (SELECT 1 FROM sso_provider WHERE is_on)")
        if given.staff_only and not ready:
            raise Invalid({"staff_only": _fault(N_("Add a provider and switch it on first."))})
        needs_one = given.staff_only or given.break_glass is not None
        if needs_one and given.break_glass not in managers:
            raise Invalid({"break_glass": _fault(N_("Choose somebody who may change users and roles."))})
        before = await policy_of(tx)
        await tx.execute(_SAVE, given.staff_only, given.break_glass)
        await ctx.audit(
            tx,
            "sso.policy.changed",
            "",
            before=msgspec.to_builtins(before),
            after=msgspec.to_builtins(given),
        )


def _fault(message: str) -> FieldError:
    return FieldError(message, domain="sso")


async def may_use_password(ctx: TenantCtx, tx: Tx, account: PasswordAccount) -> bool:
    policy = await policy_of(tx)
    if not (policy.staff_only and account.is_staff):
        return True
    if account.user_id != policy.break_glass:
        return False
    await ctx.audit(tx, "sso.break_glass.used", str(account.user_id))
    return True
