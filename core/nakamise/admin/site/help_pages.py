"""Help for each role: Markdown beside the code, the core's and each plugin's (``help/<locale>/<role>.md``).

Sections are ``## Title {#anchor}``; screens link to ``/help#anchor``. △ marks what depends on permissions.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

import msgspec
from litestar import Response, get
from litestar.types import ControllerRouterHandler
from markupsafe import Markup

import nakamise
from nakamise.plugin.access import anyone, in_maintenance
from nakamise.plugin.context import Ctx, TenantCtx
from nakamise.site.documents import as_html
from nakamise.ui.i18n import N_, gettext_for
from nakamise.ui.pages import page

CORE: Final = Path(nakamise.__file__).parent
# Role, its label, and the permission that shows it ("" = everybody).
ROLES: Final = (
    ("buyer", N_("For customers"), ""),
    ("broadcaster", N_("For broadcasters"), "core.admin"),
    ("staff", N_("For shop staff"), "core.admin"),
    ("operator", N_("For operators"), "core.settings.manage"),
)
_SECTION: Final = re.compile(r"^## (?P<title>.+?) \{#(?P<anchor>[a-z0-9-]+)\}$", re.MULTILINE)


class Section(msgspec.Struct, frozen=True):
    anchor: str
    title: str
    html: Markup


class Chapter(msgspec.Struct, frozen=True):
    role: str
    label: str
    sections: list[Section]


def chapters(ctx: TenantCtx) -> list[Chapter]:
    """What this actor may need, the core's before the plugins' that are on."""
    _ = gettext_for(ctx.locale, "core")
    found = [
        Chapter(role, _(label), [section for text in _texts(ctx, role) for section in sections(text)])
        for role, label, permission in ROLES
        if not permission or ctx.actor.can(permission)
    ]
    return [chapter for chapter in found if chapter.sections]


def sections(text: str) -> list[Section]:
    marks = list(_SECTION.finditer(text))
    ends = [*(mark.start() for mark in marks[1:]), len(text)]
    return [
        Section(mark["anchor"], mark["title"], as_html(text[mark.end() : end].strip()))
        for mark, end in zip(marks, ends, strict=True)
    ]


def _texts(ctx: TenantCtx, role: str) -> list[str]:
    plugins = [ctx.runtime.host.plugin(id_).folder for id_ in ctx.runtime.host.in_order(ctx.tenant.plugins)]
    paths = [folder / "help" / ctx.locale / f"{role}.md" for folder in (CORE, *plugins) if folder]
    return [path.read_text(encoding="utf-8") for path in paths if path.is_file()]


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
