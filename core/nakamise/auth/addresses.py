"""Where mails to the tenant's administrators go."""

from __future__ import annotations

from typing import Final

from nakamise.db import Tx

_ADMINS: Final = (
    "SELECT DISTINCT u.email FROM core_user u JOIN core_user_role r ON r.user_id = u.id"
    " WHERE r.role_id = 'admin' AND u.state = 'active' ORDER BY 1"
)


async def admin_addresses(tx: Tx) -> list[str]:
    return await tx.values(_ADMINS)
