"""Who may give which rights to whom, and the rule that somebody can always manage users.

Every change of staff takes the same lock first, so that two administrators who remove each other at the
same moment are judged one after the other.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from typing import Final

from nakamise.db import Tx
from nakamise.errors import Conflict, Forbidden
from nakamise.plugin.context import TenantCtx
from nakamise.ui.i18n import N_

MANAGE: Final = "core.users.manage"
READ: Final = "core.users.read"

_MANAGERS: Final = """
SELECT count(DISTINCT u.id) FROM core_user u
JOIN core_user_role ur ON ur.user_id = u.id
JOIN core_role_permission rp ON rp.role_id = ur.role_id AND rp.is_granted
WHERE u.state = 'active' AND rp.permission = $1
"""


class LastManager(Conflict):
    """Nobody would be left who can manage users."""

    default_code = "last_manager"

    def __init__(self) -> None:
        super().__init__(
            N_("This would leave nobody who can manage users. Give somebody else that right first.")
        )


class BeyondOwnRights(Forbidden):
    """One cannot give, or decide about, rights that one does not have."""

    default_code = "beyond_own_rights"

    def __init__(self) -> None:
        super().__init__(N_("You cannot do this, because it concerns rights that you do not have yourself."))


async def lock_staff(tx: Tx) -> None:
    """One change of staff at a time; held until the transaction ends."""
    # The preset role is in every tenant and never deleted. NO KEY: giving roles may go on meanwhile.
    await tx.value("SELECT id FROM core_role WHERE id = 'admin' FOR NO KEY UPDATE")


async def keep_a_manager(tx: Tx) -> None:
    """To be asked last, after ``lock_staff`` and the change. Raises LastManager; then ``tx`` must not commit."""
    if await tx.value(_MANAGERS, MANAGE) == 0:
        raise LastManager


async def rights_of_user(tx: Tx, user_id: uuid.UUID) -> frozenset[str]:
    return frozenset(
        await tx.values(
            "SELECT DISTINCT rp.permission FROM core_user_role ur"
            " JOIN core_role_permission rp ON rp.role_id = ur.role_id AND rp.is_granted WHERE ur.user_id = $1",
            user_id,
        )
    )


async def rights_of_roles(tx: Tx, role_ids: Iterable[str]) -> frozenset[str]:
    return frozenset(
        await tx.values(
            "SELECT DISTINCT permission FROM core_role_permission WHERE is_granted AND role_id = ANY($1)",
            list(role_ids),
        )
    )


def require_rights(ctx: TenantCtx, rights: Iterable[str]) -> None:
    """Raises BeyondOwnRights unless the actor holds all of ``rights``."""
    if not all(ctx.actor.can(right) for right in rights):
        raise BeyondOwnRights
