"""The plugin's hook implementations, thin."""

from __future__ import annotations

from collections.abc import Sequence

from nakamise.contracts.login import LoginMethod, PasswordAccount
from nakamise.db import Tx
from nakamise.plugin import LoginHooks, TenantCtx, hookimpl
from nakamise_sso.policy import may_use_password
from nakamise_sso.providers import all_providers


class Hooks(LoginHooks):
    @hookimpl
    async def login_methods(self, ctx: TenantCtx, tx: Tx) -> Sequence[LoginMethod]:
        return [
            LoginMethod(str(one.id), one.label, one.start_path, "key-round")
            for one in await all_providers(tx)
            if one.is_on
        ]

    @hookimpl
    async def password_login_allowed(self, ctx: TenantCtx, tx: Tx, account: PasswordAccount) -> bool:
        return await may_use_password(ctx, tx, account)
