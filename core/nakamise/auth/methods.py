"""Other ways to sign in, and who may use the password."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from nakamise.auth.users import User
from nakamise.contracts.login import LoginMethod, PasswordAccount
from nakamise.errors import Unauthenticated
from nakamise.plugin.context import TenantCtx
from nakamise.ui.i18n import N_

_IS_STAFF: Final = "SELECT EXISTS (SELECT 1 FROM core_user_role WHERE user_id = $1)"


class PasswordLoginOff(Unauthenticated):
    """The password was right, but this account signs in another way."""

    default_code = "password_login_off"

    def __init__(self) -> None:
        super().__init__(
            N_("This account does not log in with a password here. Please use the other way to log in.")
        )


async def login_methods(ctx: TenantCtx) -> Sequence[LoginMethod]:
    """Of the plugins that are on. A path outside the plugin's own pages is left out."""
    if not ctx.lineup.has("login_methods"):
        return ()
    async with ctx.read() as tx:
        outcome = await ctx.lineup.call("login_methods", ctx=ctx, tx=tx)
    return [
        method
        for plugin_id, methods in outcome.results
        for method in methods
        if method.path.startswith(f"/{plugin_id}/")
    ]


async def require_password_login(ctx: TenantCtx, user: User) -> None:
    """Raises PasswordLoginOff. When a plugin cannot say, staff stay out and others get in."""
    if not ctx.lineup.has("password_login_allowed"):
        return
    async with ctx.begin() as tx:
        is_staff = bool(await tx.value(_IS_STAFF, user.id))
        account = PasswordAccount(user.id, user.email, is_staff)
        outcome = await ctx.lineup.call("password_login_allowed", ctx=ctx, tx=tx, account=account)
    if False in outcome.by_plugin().values() or (outcome.failed and is_staff):
        raise PasswordLoginOff
