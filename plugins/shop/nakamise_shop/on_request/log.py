"""The log of requests, what staff do about those whose mail did not go out, and what is forgotten when."""

from __future__ import annotations

import uuid
from typing import Final

from nakamise.db import Tx
from nakamise.errors import Conflict, NotFound
from nakamise.plugin import TenantCtx
from nakamise.web import N_
from nakamise_shop import scope
from nakamise_shop.catalog import places
from nakamise_shop.on_request import service
from nakamise_shop.on_request.keeping import FORGOTTEN_AFTER_DAYS
from nakamise_shop.on_request.limits import WINDOW
from nakamise_shop.on_request.schemas import NoticeRequest, NoticeRequestPage, RequestState

PAGE_SIZE: Final = 30
LATE: Final = "15 minutes"
# What nobody told: the law's own term for claims of buyers is longer, that for which an address may be kept is not.
GIVEN_UP_AFTER: Final = "90 days"
LOG_KEPT: Final = "2 years"
_STATE: Final = f"""
CASE WHEN coalesce(r.sent_at, m.sent_at) IS NOT NULL THEN 'sent' WHEN r.helped_at IS NOT NULL THEN 'helped'
     WHEN r.email = '' THEN 'erased'
     WHEN m.id IS NULL OR m.state = 'failed' OR m.created_at < now() - interval '{LATE}' THEN 'failed'
     ELSE 'waiting' END
"""
_ROWS: Final = f"""
SELECT r.id, r.shop_id, s.name AS shop_name, s.slug AS shop_slug, r.email, r.name, r.locale, r.told,
       {_STATE} AS state, coalesce(m.last_error, '') AS error, r.created_at, coalesce(r.sent_at, m.sent_at) AS sent_at,
       r.helped_by, r.helped_at
FROM shop_notice_request r JOIN shop_shop s ON s.id = r.shop_id LEFT JOIN core_mail m ON m.id = r.mail_id
"""  # noqa: S608
_MINE: Final = "($1::uuid[] IS NULL OR r.shop_id = ANY($1))"
# The mail's row has the address too. Which mails went out is noted first: the log goes on saying so.
_NOTE_SENT: Final = """
UPDATE shop_notice_request r SET sent_at = m.sent_at FROM core_mail m
WHERE m.id = r.mail_id AND r.sent_at IS NULL AND m.sent_at IS NOT NULL
"""
_DONE: Final = f"""
email <> '' AND (sent_at < now() - interval '{FORGOTTEN_AFTER_DAYS} days'
    OR helped_at < now() - interval '{FORGOTTEN_AFTER_DAYS} days'
    OR created_at < now() - interval '{GIVEN_UP_AFTER}')
"""
_FORGET_MAILS: Final = """
UPDATE core_mail SET recipient = '-', text_body = '', html_body = '', last_error = '',
    state = CASE WHEN state = 'waiting' THEN 'failed' ELSE state END
WHERE id IN (SELECT mail_id FROM shop_notice_request WHERE {which})
"""
_FORGET: Final = "UPDATE shop_notice_request SET email = '', name = '' WHERE {which}"


async def found_page(ctx: TenantCtx, tx: Tx, number: int) -> NoticeRequestPage:
    """Of the shops that the acting person works for."""
    shops = await scope.shops_of(ctx, tx)
    order = "ORDER BY state <> 'failed', created_at DESC, id LIMIT $2 OFFSET $3"
    query = f"SELECT * FROM ({_ROWS} WHERE {_MINE}) found {order}"  # noqa: S608
    count = f"SELECT count(*) FROM shop_notice_request r WHERE {_MINE}"  # noqa: S608
    return NoticeRequestPage(
        items=await tx.all(NoticeRequest, query, shops, PAGE_SIZE, (number - 1) * PAGE_SIZE),
        total=int(await tx.value(count, shops)),
        page=number,
        page_size=PAGE_SIZE,
    )


async def one(ctx: TenantCtx, tx: Tx, request_id: uuid.UUID) -> NoticeRequest:
    """Raises NotFound, also for one of a shop that the acting person does not work for."""
    found = await tx.first(
        NoticeRequest, f"{_ROWS} WHERE {_MINE} AND r.id = $2", await scope.shops_of(ctx, tx), request_id
    )
    if found is None:
        raise NotFound
    return found


async def send_again(ctx: TenantCtx, tx: Tx, request_id: uuid.UUID) -> NoticeRequest:
    """With what the notice keeps now. Raises NotFound, and Conflict (codes ``not_failed``, ``nothing_kept``)."""
    asked = await _failed(ctx, tx, request_id)
    theirs = ctx.in_language(asked.locale)
    # In any state: who asked while it was open is told.
    shop = await places.find_shop(tx, asked.shop_slug, asked.locale)
    if shop is None:
        raise NotFound
    answer = await service.answer_of(theirs, tx, shop)
    mail_id = await service.tell(theirs, tx, shop, asked.email, answer)
    await tx.execute(_FORGET_MAILS.format(which="id = $1"), request_id)
    await tx.execute(
        "UPDATE shop_notice_request SET mail_id = $2, told = $3 WHERE id = $1",
        *(request_id, mail_id, dict(answer.told)),
    )
    await ctx.audit(tx, "shop.notice_request.again", str(request_id))
    return await one(ctx, tx, request_id)


async def note_helped(ctx: TenantCtx, tx: Tx, request_id: uuid.UUID) -> NoticeRequest:
    """Staff told the person another way. Raises NotFound, and Conflict (code ``not_failed``)."""
    await _failed(ctx, tx, request_id)
    await tx.execute(
        "UPDATE shop_notice_request SET helped_by = $2, helped_at = now() WHERE id = $1",
        *(request_id, ctx.actor.name_in_log or "-"),
    )
    await ctx.audit(tx, "shop.notice_request.helped", str(request_id))
    return await one(ctx, tx, request_id)


async def _failed(ctx: TenantCtx, tx: Tx, request_id: uuid.UUID) -> NoticeRequest:
    """Held until the transaction ends: a second click finds it done."""
    await tx.execute("SELECT FROM shop_notice_request WHERE id = $1 FOR UPDATE", request_id)
    found = await one(ctx, tx, request_id)
    if found.state is not RequestState.FAILED:
        raise Conflict(
            N_("The mail of this request is on its way, or was told."), code="not_failed", domain="shop"
        )
    return found


async def forget_old(ctx: TenantCtx) -> None:
    """Every day: addresses that are not needed any more, then the log itself."""
    async with ctx.begin() as tx:
        await tx.execute(_NOTE_SENT)
        await tx.execute(_FORGET_MAILS.format(which=_DONE))
        await tx.execute(_FORGET.format(which=_DONE))
        await tx.execute(f"DELETE FROM shop_notice_request WHERE created_at < now() - interval '{LOG_KEPT}'")  # noqa: S608
        await tx.execute("DELETE FROM shop_notice_try WHERE since < $1", ctx.now() - WINDOW)


async def forget_person(tx: Tx, email: str) -> int:
    """Every request from this address; the log goes on saying when something was told."""
    which = "email <> '' AND lower(email) = lower($1)"
    await tx.execute(_NOTE_SENT)
    await tx.execute(_FORGET_MAILS.format(which=which), email)
    return await tx.execute(_FORGET.format(which=which), email)
