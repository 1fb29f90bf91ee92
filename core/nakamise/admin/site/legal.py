"""Legal texts: drafts, versions, and what must be agreed to again."""

from __future__ import annotations

from datetime import datetime
from typing import Final

import msgspec

from nakamise.admin.site import store
from nakamise.admin.site.consents import CONSENTED
from nakamise.db import Tx, save_revision
from nakamise.errors import Conflict, FieldError, Invalid, NotFound
from nakamise.plugin.context import TenantCtx
from nakamise.ui.i18n import N_

LOCALES: Final = ("ja", "en")
TITLE_MAX: Final = 200
BODY_MAX: Final = 200_000


class Version(msgspec.Struct, frozen=True):
    slug: str
    locale: str
    version: int
    title: str
    body: str
    note: str
    needs_consent: bool
    published_at: datetime
    actor_name: str


class Draft(msgspec.Struct, frozen=True):
    """``revision`` counts saves: give back the one that the text was begun from."""

    slug: str
    locale: str
    title: str
    body: str
    revision: int
    changed_at: datetime
    actor_name: str


class PageLine(msgspec.Struct, frozen=True):
    """One text in the list; ``version`` 0: not public yet."""

    slug: str
    title: str
    version: int
    changed_at: datetime
    languages: list[str]
    has_draft: bool


async def pages(tx: Tx, locale: str) -> list[PageLine]:
    return await tx.all(
        PageLine,
        "SELECT slug, (array_agg(title ORDER BY (locale = $1) DESC, locale))[1] AS title,"
        " max(version) AS version, max(changed_at) AS changed_at, array_agg(DISTINCT locale) AS languages,"
        " bool_or(is_draft) AS has_draft FROM ("
        "  SELECT slug, locale, title, version, changed_at, weight, false AS is_draft FROM core_page"
        "  UNION ALL SELECT slug, locale, title, 0, changed_at, 99, true FROM core_page_draft) AS found"
        " GROUP BY slug ORDER BY min(weight), slug",
        locale,
    )


async def versions(tx: Tx, slug: str, locale: str) -> list[Version]:
    """The newest first."""
    return await tx.all(
        Version,
        "SELECT slug, locale, version, title, body, note, needs_consent, published_at, actor_name"
        " FROM core_page_version WHERE slug = $1 AND locale = $2 ORDER BY version DESC",
        slug,
        locale,
    )


async def find_version(tx: Tx, slug: str, version: int, locale: str, fallback: str) -> Version | None:
    """In ``locale``, else in ``fallback``."""
    return await tx.first(
        Version,
        "SELECT slug, locale, version, title, body, note, needs_consent, published_at, actor_name"
        " FROM core_page_version WHERE slug = $1 AND version = $2 AND locale IN ($3, $4)"
        " ORDER BY (locale = $3) DESC LIMIT 1",
        slug,
        version,
        locale,
        fallback,
    )


async def draft(tx: Tx, slug: str, locale: str) -> Draft | None:
    """What is being written, else what is public (revision 0); None when there is neither."""
    return await tx.first(
        Draft,
        "SELECT slug, locale, title, body, revision, changed_at, actor_name FROM core_page_draft"
        " WHERE slug = $1 AND locale = $2 UNION ALL"
        " SELECT slug, locale, title, body, 0, changed_at, '' FROM core_page WHERE slug = $1 AND locale = $2"
        " ORDER BY revision DESC LIMIT 1",
        slug,
        locale,
    )


async def save_draft(ctx: TenantCtx, slug: str, locale: str, title: str, body: str, revision: int) -> None:
    """Raises Invalid, and Conflict when somebody else saved since ``revision``."""
    _check(locale, title, body)
    late = Conflict(N_("Somebody else saved this text meanwhile."), code="changed_meanwhile")
    async with ctx.begin() as tx:
        await save_revision(
            tx,
            late,
            "core_page_draft",
            {"slug": slug, "locale": locale},
            {
                "title": title.strip(),
                "body": body,
                "changed_at": ctx.now(),
                "actor_name": ctx.actor.display_name,
            },
            revision,
        )


async def discard(ctx: TenantCtx, slug: str, locale: str) -> None:
    async with ctx.begin() as tx:
        await tx.execute("DELETE FROM core_page_draft WHERE slug = $1 AND locale = $2", slug, locale)


async def publish(ctx: TenantCtx, slug: str, *, note: str = "", needs_consent: bool = False) -> int:
    """Make all drafts of ``slug`` public as one new version, the same number in every language.

    Raises NotFound without a draft, Invalid for consent to a text that registering does not agree to.
    """
    if needs_consent and slug not in CONSENTED:
        raise Invalid(
            {"needs_consent": FieldError(N_("Users agree to the terms and the privacy policy only."))}
        )
    async with store.changing(ctx, "site.legal_published", slug=slug) as row:
        async with store.in_tenant(ctx, row) as tx:
            version = await _publish(ctx, tx, slug, note.strip(), needs_consent)
            await ctx.audit(
                tx, "core.legal.published", slug, version=version, needs_consent=needs_consent, note=note
            )
        if needs_consent:
            row.stored = {**row.stored, "consents": {**row.stored.get("consents", {}), slug: version}}
    return version


async def _publish(ctx: TenantCtx, tx: Tx, slug: str, note: str, needs_consent: bool) -> int:
    drafts = await tx.values("SELECT locale FROM core_page_draft WHERE slug = $1 FOR UPDATE", slug)
    if not drafts:
        raise NotFound(N_("There is nothing new to publish."))
    version = await tx.value(
        "SELECT greatest((SELECT max(version) FROM core_page WHERE slug = $1),"
        " (SELECT max(version) FROM core_page_version WHERE slug = $1), 0) + 1",
        slug,
    )
    await tx.execute(
        "WITH draft AS (SELECT slug, locale, title, body FROM core_page_draft WHERE slug = $1)"
        " INSERT INTO core_page (slug, locale, title, body, version, changed_at)"
        " SELECT slug, locale, title, body, $2, $3 FROM draft"
        " ON CONFLICT (slug, locale) DO UPDATE SET title = excluded.title, body = excluded.body",
        slug,
        version,
        ctx.now(),
    )
    await tx.execute(
        "UPDATE core_page SET version = $2, changed_at = $3 WHERE slug = $1", slug, version, ctx.now()
    )
    await keep_version(ctx, tx, slug, note=note, needs_consent=needs_consent)
    await tx.execute("DELETE FROM core_page_draft WHERE slug = $1", slug)
    return int(version)


async def keep_version(
    ctx: TenantCtx, tx: Tx, slug: str, *, note: str = "", needs_consent: bool = False
) -> None:
    """Put what is public now among the versions. Idempotent."""
    await tx.execute(
        "WITH page AS (SELECT slug, locale, version, title, body FROM core_page WHERE slug = $1)"
        " INSERT INTO core_page_version"
        " (slug, locale, version, title, body, note, needs_consent, published_at, actor_name)"
        " SELECT slug, locale, version, title, body, $2, $3, $4, $5 FROM page"
        " ON CONFLICT (slug, locale, version) DO NOTHING",
        slug,
        note,
        needs_consent,
        ctx.now(),
        ctx.actor.display_name,
    )


def _check(locale: str, title: str, body: str) -> None:
    faults = {}
    if locale not in LOCALES:
        faults["locale"] = FieldError(N_("This value cannot be used."))
    for name, text, longest in (("title", title, TITLE_MAX), ("body", body, BODY_MAX)):
        if not text.strip():
            faults[name] = FieldError(N_("Please fill this in."))
        elif len(text) > longest:
            faults[name] = FieldError(N_("Please enter at most %(n)s characters."), n=longest)
    if faults:
        raise Invalid(faults)
