"""Plugins that only some plans may switch on."""

from __future__ import annotations

import uuid
from typing import Final

import asyncpg

from nakamise.errors import Conflict
from nakamise.plans.usage import PLAN_PAGE
from nakamise.plugin.context import TenantCtx
from nakamise.ui.i18n import N_

# Plans with the feature, for a tenant whose own is not among them. No row: every plan has it, or this one does.
_MISSING: Final = """
SELECT f.feature AS plugin, own.name AS own, own.name_en AS own_en,
       array_agg(p.name ORDER BY p.position) FILTER (WHERE p.is_offered) AS names,
       array_agg(p.name_en ORDER BY p.position) FILTER (WHERE p.is_offered) AS names_en
FROM nakamise.tenant t JOIN nakamise.plan own ON own.id = t.plan
CROSS JOIN nakamise.plan p CROSS JOIN LATERAL unnest(p.features) AS f (feature)
WHERE t.id = $1 AND NOT own.features @> ARRAY[f.feature] AND ($2::text IS NULL OR f.feature = $2)
GROUP BY f.feature, own.name, own.name_en
"""


async def require_feature(
    connection: asyncpg.Connection, tenant_id: uuid.UUID, plugin_id: str, locale: str
) -> None:
    """Raises Conflict (``plan_feature``) naming the plans that have it."""
    row = await connection.fetchrow(_MISSING, tenant_id, plugin_id)
    if row is None:
        return
    own, names = (row["own"], row["names"]) if locale == "ja" else (row["own_en"], row["names_en"])
    raise Conflict(
        N_(
            "The plan %(plan)s does not include %(plugin)s. It is part of: %(plans)s. You can change the plan at %(page)s."
        ),
        code="plan_feature",
        params={"plan": own, "plugin": plugin_id, "plans": ", ".join(names or ()), "page": PLAN_PAGE},
    )


async def missing_features(ctx: TenantCtx) -> dict[str, list[str]]:
    """Plugins that the tenant's plan does not include, with the names of the plans that do."""
    async with ctx.runtime.db.control(read_only=True) as tx:
        rows = await tx.connection.fetch(_MISSING, ctx.tenant.id, None)
    column = "names" if ctx.locale == "ja" else "names_en"
    return {row["plugin"]: row[column] or [] for row in rows}
