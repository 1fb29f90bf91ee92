"""Who agreed to which version of which text."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Final

from nakamise.db import Tx
from nakamise.plugin.context import TenantCtx

# Texts that registering agrees to, and whose new versions users can be asked to agree to.
CONSENTED: Final = ("terms", "privacy")


async def open_documents(tx: Tx, user_id: uuid.UUID, wanted: Mapping[str, int]) -> dict[str, int]:
    """What of ``wanted`` (slug to version) the user has not agreed to.

    Who registered after a version was published agreed to it by registering.
    """
    found = await tx.values(
        "SELECT w.slug FROM unnest($2::text[], $3::int[]) AS w (slug, version)"
        " WHERE NOT EXISTS (SELECT 1 FROM core_consent c"
        "  WHERE c.user_id = $1 AND c.slug = w.slug AND c.version >= w.version)"
        " AND NOT EXISTS (SELECT 1 FROM core_page_version v JOIN core_user u ON u.id = $1"
        "  WHERE v.slug = w.slug AND v.version = w.version AND v.published_at <= u.created_at)"
        " ORDER BY w.slug",
        user_id,
        list(wanted),
        list(wanted.values()),
    )
    return {slug: wanted[slug] for slug in found}


async def note_registration(ctx: TenantCtx, tx: Tx, user_id: uuid.UUID) -> None:
    """Who registers agrees to the terms and the privacy policy as they are now."""
    await tx.execute(
        "WITH newest AS (SELECT slug, max(version) AS version FROM core_page WHERE slug = ANY ($4) GROUP BY slug)"
        " INSERT INTO core_consent (user_id, slug, version, at, ip) SELECT $1, slug, version, $2, $3 FROM newest"
        " ON CONFLICT (user_id, slug, version) DO NOTHING",
        user_id,
        ctx.now(),
        ctx.http.client,
        list(CONSENTED),
    )


async def agree(ctx: TenantCtx, documents: Mapping[str, int]) -> None:
    """Note the signed-in user's agreement. Saying it twice is the same as once."""
    user_id = ctx.require_user()
    async with ctx.begin() as tx:
        for slug, version in documents.items():
            added = await tx.execute(
                "INSERT INTO core_consent (user_id, slug, version, at, ip) VALUES ($1, $2, $3, $4, $5)"
                " ON CONFLICT (user_id, slug, version) DO NOTHING",
                user_id,
                slug,
                version,
                ctx.now(),
                ctx.http.client,
            )
            if added:
                await ctx.audit(tx, "core.consent.given", str(user_id), document=slug, version=version)
        if "terms" in documents:
            await tx.execute(
                "UPDATE core_user SET terms_version = $2, terms_accepted_at = $3 WHERE id = $1",
                user_id,
                str(documents["terms"]),
                ctx.now(),
            )
