"""Help for each role; see ``ui.manual`` for where it is written. △ marks what depends on permissions."""

from __future__ import annotations

from typing import Final

import msgspec
from litestar import Response, get
from litestar.types import ControllerRouterHandler
from markupsafe import Markup

from nakamise.plugin.access import anyone, in_maintenance
from nakamise.plugin.context import Ctx, TenantCtx
from nakamise.site.documents import as_html
from nakamise.ui.i18n import N_, gettext_for
from nakamise.ui.manual import HEADING, texts
from nakamise.ui.pages import page
from nakamise.ui.shell import admin_links

# Role, its label, and the permission that shows it ("" = everybody).
ROLES: Final = (
    ("buyer", N_("For customers"), ""),
    ("broadcaster", N_("For broadcasters"), "core.admin"),
    ("staff", N_("For shop staff"), "core.admin"),
    ("operator", N_("For operators"), "core.settings.manage"),
)


class Section(msgspec.Struct, frozen=True):
    """``paths``: the screens that it is about."""

    anchor: str
    title: str
    html: Markup
    paths: list[str]


class Chapter(msgspec.Struct, frozen=True):
    role: str
    label: str
    sections: list[Section]


def chapters(ctx: TenantCtx) -> list[Chapter]:
    """What this actor may need, the core's before the plugins' that are on.

    Of another role's chapter: what is about screens that this actor has all the same.
    """
    _ = gettext_for(ctx.locale, "core")
    screens = {link.href for link in admin_links(ctx)}
    found = []
    for role, label, permission in ROLES:
        told = [section for text in texts(ctx, role) for section in sections(text)]
        if permission and not ctx.actor.can(permission):
            told = [section for section in told if screens.intersection(section.paths)]
        found.append(Chapter(role, _(label), told))
    return [chapter for chapter in found if chapter.sections]


def sections(text: str) -> list[Section]:
    """In their order; a text without any heading of ours has none, and is no reason to refuse the other texts."""
    marks = list(HEADING.finditer(text))
    ends = [*(mark.start() for mark in marks), len(text)][1:]
    return [
        Section(mark["anchor"], mark["title"], as_html(text[mark.end() : end].strip()), mark["paths"].split())
        for mark, end in zip(marks, ends, strict=True)
    ]


@get("/help", opt=in_maintenance(anyone()), include_in_schema=False)
async def help_page(ctx: Ctx) -> Response[bytes]:
    return await page(ctx, "core/help.html", chapters=chapters(ctx))


class HelpText(msgspec.Struct, frozen=True):
    role: str
    anchor: str
    title: str
    html: str


@get("/api/core/help", opt=in_maintenance(anyone()), tags=["core"])
async def help_json(ctx: Ctx) -> list[HelpText]:
    """The sections that this user may need, in the request's language."""
    return [
        HelpText(chapter.role, section.anchor, section.title, str(section.html))
        for chapter in chapters(ctx)
        for section in chapter.sections
    ]


route_handlers: Final[list[ControllerRouterHandler]] = [help_page, help_json]
