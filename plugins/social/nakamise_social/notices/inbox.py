"""Reading notifications, and marking them as read."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Final

import msgspec

from nakamise.db import Tx
from nakamise.errors import NotFound
from nakamise.plugin import TenantCtx
from nakamise_social.notices.schemas import Notice, NoticeFilter, NoticePage, NoticeRow
from nakamise_social.settings import SocialSettings
from nakamise_social.words import CARRIERS, OTHER_CARRIER, STORIES, words

_MATCH: Final = "user_id = $1 AND ($2::text IS NULL OR kind = $2) AND (NOT $3 OR read_at IS NULL)"
_LIST: Final = f"""
SELECT id, kind, story, params, path, created_at, read_at FROM social_notice WHERE {_MATCH}
ORDER BY created_at DESC, id DESC LIMIT $4 OFFSET $5
"""  # noqa: S608 - our own text
_COUNT: Final = f"SELECT count(*) FROM social_notice WHERE {_MATCH}"  # noqa: S608 - our own text
_UNREAD: Final = """
SELECT kind, count(*)::int AS number FROM social_notice WHERE user_id = $1 AND read_at IS NULL GROUP BY kind
"""
_EXISTS: Final = "SELECT 1 FROM social_notice WHERE id = $1 AND user_id = $2"
_READ: Final = "UPDATE social_notice SET read_at = $3 WHERE id = $1 AND user_id = $2 AND read_at IS NULL"
_READ_ALL: Final = """
UPDATE social_notice SET read_at = $2 WHERE user_id = $1 AND read_at IS NULL AND ($3::text IS NULL OR kind = $3)
"""


class _Unread(msgspec.Struct, frozen=True):
    kind: str
    number: int


async def inbox(ctx: TenantCtx, tx: Tx, wanted: NoticeFilter) -> NoticePage:
    """The newest first. Raises Unauthenticated."""
    user_id, size = ctx.require_user(), ctx.settings(SocialSettings).page_size
    match = (user_id, wanted.kind, wanted.unread)
    rows = await tx.all(NoticeRow, _LIST, *match, size, (wanted.page - 1) * size)
    by_kind = await unread_by_kind(tx, user_id)
    _ = words(ctx)
    return NoticePage(
        items=[_told(_, row) for row in rows],
        unread=sum(by_kind.values()),
        unread_by_kind=by_kind,
        total=int(await tx.value(_COUNT, *match)),
        page=wanted.page,
        page_size=size,
    )


def _told(_: Callable[..., str], row: NoticeRow) -> Notice:
    title, text = STORIES[row.story]
    params = msgspec.structs.asdict(row.params)
    params["carrier"] = _(CARRIERS.get(row.params.carrier, OTHER_CARRIER))
    return Notice(
        id=row.id,
        kind=row.kind,
        title=_(title, **params),
        text=_(text, **params) if text else "",
        path=row.path,
        at=row.created_at,
        is_read=row.read_at is not None,
    )


async def unread_by_kind(tx: Tx, user_id: uuid.UUID) -> dict[str, int]:
    return {one.kind: one.number for one in await tx.all(_Unread, _UNREAD, user_id)}


async def unread(tx: Tx, user_id: uuid.UUID) -> int:
    return sum((await unread_by_kind(tx, user_id)).values())


async def mark_read(ctx: TenantCtx, tx: Tx, notice_id: uuid.UUID) -> int:
    """The same again changes nothing; how many are unread now. Raises Unauthenticated, NotFound."""
    user_id = ctx.require_user()
    if await tx.value(_EXISTS, notice_id, user_id) is None:
        raise NotFound
    await tx.execute(_READ, notice_id, user_id, ctx.now())
    return await unread(tx, user_id)


async def mark_all_read(ctx: TenantCtx, tx: Tx, kind: str | None = None) -> int:
    """Everything, or all of one kind; how many are unread now. Raises Unauthenticated."""
    user_id = ctx.require_user()
    await tx.execute(_READ_ALL, user_id, ctx.now(), kind)
    return await unread(tx, user_id)
