"""``ExternalLogin`` of contracts.login: what a login-method plugin asks the core to do."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from litestar import Response

from nakamise.admin.people.rights import LastManager, require_rights
from nakamise.admin.people.role_list import role_labels
from nakamise.admin.people.staff import change_roles
from nakamise.auth import login, totp
from nakamise.auth.audit import audit_as
from nakamise.auth.external_link import find_or_link
from nakamise.auth.pages import enter
from nakamise.auth.users import User
from nakamise.contracts.login import (
    AdmissionRules,
    ExternalIdentity,
    ExternalLogin,
    LoginRefused,
    RoleChoice,
    StaffAccount,
)
from nakamise.errors import LimitReached
from nakamise.plugin.context import Actor, TenantCtx

_ALL_RIGHTS: Final = "SELECT DISTINCT permission FROM core_role_permission WHERE is_granted"
_STAFF: Final = """
SELECT u.id, u.display_name, u.email,
       u.state = 'active' AND EXISTS (SELECT 1 FROM core_user_role ur
        JOIN core_role_permission rp ON rp.role_id = ur.role_id AND rp.is_granted
        WHERE ur.user_id = u.id AND rp.permission = 'core.users.manage') AS is_manager,
       EXISTS (SELECT 1 FROM core_totp t WHERE t.user_id = u.id AND t.confirmed_at IS NOT NULL) AS has_totp
FROM core_user u WHERE EXISTS (SELECT 1 FROM core_user_role ur WHERE ur.user_id = u.id)
ORDER BY u.display_name, u.id
"""


def external_login(ctx: TenantCtx) -> ExternalLogin:
    return CoreExternalLogin(ctx)


class CoreExternalLogin:
    def __init__(self, ctx: TenantCtx) -> None:
        self._ctx = ctx

    async def sign_in(
        self, identity: ExternalIdentity, rules: AdmissionRules, next_path: str
    ) -> Response[bytes]:
        ctx = self._ctx
        try:
            async with ctx.begin() as tx:
                user = await find_or_link(ctx, tx, identity, rules)
        except LoginRefused as refused:
            await self._note_refusal(identity, refused)
            raise
        await self._give_roles(user, identity, rules)
        async with ctx.begin() as tx:
            outcome: login.SignedIn
            if not identity.has_mfa and await totp.is_on(tx, user.id):
                outcome = await login.challenge(ctx, tx, user, next_path)
            else:
                outcome = await login.open_for_browser(
                    ctx, tx, user, mfa=identity.has_mfa, via=identity.issuer
                )
        return await enter(ctx, outcome, next_path)

    async def _note_refusal(self, identity: ExternalIdentity, refused: LoginRefused) -> None:
        async with self._ctx.begin() as tx:
            await self._ctx.audit(
                tx,
                "core.login.refused",
                identity.subject,
                issuer=identity.issuer,
                email=identity.email,
                why=refused.code,
            )

    async def _give_roles(self, user: User, identity: ExternalIdentity, rules: AdmissionRules) -> None:
        """What may not be (the last manager, no seat left) stays as it was, and the log says so."""
        ctx = self._ctx
        other_system = ctx.acting_as(Actor(is_system=True, display_name=identity.issuer))
        try:
            async with ctx.begin() as tx:
                known = set(await tx.values("SELECT id FROM core_role"))
                before = set(
                    await tx.values("SELECT role_id FROM core_user_role WHERE user_id = $1", user.id)
                )
                after = (before - rules.managed_roles) | (rules.roles & rules.managed_roles & known)
                if after != before:
                    await change_roles(other_system, tx, user.id, sorted(after))
        except (LastManager, LimitReached) as kept:
            async with ctx.begin() as tx:
                await audit_as(ctx, tx, user, "core.login.roles_kept", why=kept.code)

    async def roles(self) -> Sequence[RoleChoice]:
        async with self._ctx.read() as tx:
            labels = await role_labels(self._ctx, tx)
        return [RoleChoice(role_id, label) for role_id, label in labels.items()]

    async def staff(self) -> Sequence[StaffAccount]:
        async with self._ctx.read() as tx:
            return await tx.all(StaffAccount, _STAFF)

    async def require_all_rights(self) -> None:
        async with self._ctx.read() as tx:
            require_rights(self._ctx, await tx.values(_ALL_RIGHTS))
