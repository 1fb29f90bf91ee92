"""Legal texts as JSON."""

from __future__ import annotations

from typing import Annotated, Final

import msgspec
from litestar import delete, get, post, put
from litestar.params import FromPath, JSONBody
from litestar.types import ControllerRouterHandler
from msgspec import Meta

from nakamise.admin.site import legal
from nakamise.errors import NotFound
from nakamise.plugin.access import requires
from nakamise.plugin.context import Ctx

API: Final = "/api/core/legal"
MANAGE: Final = requires("core.pages.manage")
_TAGS: Final = ["legal"]


class DraftInput(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``revision``: of the draft that the text was begun from, 0 for none."""

    title: str
    body: str
    revision: int = 0


class Publishing(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    note: Annotated[str, Meta(max_length=500)] = ""
    needs_consent: bool = False


class Published(msgspec.Struct, frozen=True):
    version: int


@get(API, opt=MANAGE, tags=_TAGS)
async def list_texts(ctx: Ctx) -> list[legal.PageLine]:
    """All texts, public or not."""
    async with ctx.read() as tx:
        return await legal.pages(tx, ctx.locale)


@get(f"{API}/{{slug:str}}/{{locale:str}}/draft", opt=MANAGE, tags=_TAGS)
async def read_draft(ctx: Ctx, slug: FromPath[str], locale: FromPath[str]) -> legal.Draft:
    """What is being written, else what is public."""
    async with ctx.read() as tx:
        found = await legal.draft(tx, slug, locale)
    if found is None:
        raise NotFound
    return found


@put(f"{API}/{{slug:str}}/{{locale:str}}/draft", opt=MANAGE, tags=_TAGS, status_code=204)
async def write_draft(
    ctx: Ctx, slug: FromPath[str], locale: FromPath[str], data: JSONBody[DraftInput]
) -> None:
    """409 when somebody else saved since ``revision``."""
    await legal.save_draft(ctx, slug, locale, data.title, data.body, data.revision)


@delete(f"{API}/{{slug:str}}/{{locale:str}}/draft", opt=MANAGE, tags=_TAGS)
async def drop_draft(ctx: Ctx, slug: FromPath[str], locale: FromPath[str]) -> None:
    """What is public stays."""
    await legal.discard(ctx, slug, locale)


@get(f"{API}/{{slug:str}}/{{locale:str}}/versions", opt=MANAGE, tags=_TAGS)
async def list_versions(ctx: Ctx, slug: FromPath[str], locale: FromPath[str]) -> list[legal.Version]:
    """The newest first."""
    async with ctx.read() as tx:
        return await legal.versions(tx, slug, locale)


@post(f"{API}/{{slug:str}}/publish", opt=MANAGE, tags=_TAGS, status_code=200)
async def publish_text(ctx: Ctx, slug: FromPath[str], data: JSONBody[Publishing]) -> Published:
    """All drafts of the text as one new version."""
    return Published(await legal.publish(ctx, slug, note=data.note, needs_consent=data.needs_consent))


route_handlers: Final[list[ControllerRouterHandler]] = [
    list_texts,
    read_draft,
    write_draft,
    drop_draft,
    list_versions,
    publish_text,
]
