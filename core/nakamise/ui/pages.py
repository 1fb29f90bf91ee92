"""What route handlers answer with: pages, fragments and redirects, in the tenant's clothes."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from typing import Final

import msgspec
from litestar import MediaType, Response
from litestar.datastructures import Cookie

from nakamise.plugin.context import TenantCtx
from nakamise.plugin.slots import SUBJECTS, Slot
from nakamise.ui.shell import SHELL_SLOTS, build_shell, with_boxes
from nakamise.ui.slots import boxes_from_memory, slot_boxes
from nakamise.ui.views import Flash, FlashKind, Shell

FLASH_COOKIE: Final = "flash"
_FLASH_LIFE_S: Final = 60

SlotSubjects = Mapping[Slot, msgspec.Struct | None]


async def page(
    ctx: TenantCtx,
    template: str,
    /,
    *,
    status: int = 200,
    slots: SlotSubjects | None = None,
    **data: object,
) -> Response[bytes]:
    """A whole page. ``slots``: subjects of the slots in it; those without a subject fill themselves."""
    flash = _flash_of(ctx)
    return _answer(ctx, template, status, await _shell(ctx, template, slots or {}, flash), data)


def page_from_memory(
    ctx: TenantCtx,
    template: str,
    /,
    *,
    status: int = 200,
    slots: SlotSubjects | None = None,
    **data: object,
) -> Response[bytes]:
    """A whole page without any query: boxes in ``slots`` are drawn from their subjects alone."""
    flash = _flash_of(ctx)
    frame = build_shell(ctx, [flash] if flash else [])
    boxes = {
        slot.value: boxes_from_memory(ctx, slot, subject, frame) for slot, subject in (slots or {}).items()
    }
    return _answer(ctx, template, status, with_boxes(frame, boxes), data)


def _answer(
    ctx: TenantCtx, template: str, status: int, shell: Shell, data: Mapping[str, object]
) -> Response[bytes]:
    body = ctx.runtime.renderer.render(template, shell, {"ctx": ctx, **data})
    answer = Response(body.encode(), status_code=status, media_type=MediaType.HTML)
    answer.headers["cache-control"] = "private, no-cache"
    answer.headers["vary"] = "Cookie, Accept-Language"
    if shell.flashes:
        answer.delete_cookie(FLASH_COOKIE)
    return answer


async def fragment(
    ctx: TenantCtx,
    template: str,
    block: str,
    /,
    *,
    status: int = 200,
    slots: SlotSubjects | None = None,
    **data: object,
) -> Response[bytes]:
    """One named block of a page's template, for a part that changes in place."""
    shell = await _shell(ctx, template, slots or {}, None)
    body = ctx.runtime.renderer.render_block(template, block, shell, {"ctx": ctx, **data})
    answer = Response(body.encode(), status_code=status, media_type=MediaType.HTML)
    answer.headers["cache-control"] = "no-store"
    return answer


def see_other(
    ctx: TenantCtx,
    path: str,
    /,
    *,
    flash: str | None = None,
    kind: FlashKind = "ok",
    to_plan: bool = False,
) -> Response[bytes]:
    """303 after a POST; ``flash`` is a translated sentence for the next page, with a link to the plan if asked."""
    answer = Response(b"", status_code=303, headers={"location": path}, media_type=MediaType.HTML)
    if flash:
        answer.set_cookie(
            cookie(ctx, FLASH_COOKIE, _pack(Flash(kind, flash, to_plan)), max_age_s=_FLASH_LIFE_S)
        )
    return answer


def cookie(ctx: TenantCtx, name: str, value: str, *, max_age_s: int | None) -> Cookie:
    """Readable by this host's server only; ``max_age_s`` None = until the browser closes."""
    return Cookie(
        key=name,
        value=value,
        max_age=max_age_s,
        path="/",
        secure=ctx.http.secure,
        httponly=True,
        samesite="lax",
    )


async def _shell(ctx: TenantCtx, template: str, subjects: SlotSubjects, flash: Flash | None) -> Shell:
    wanted: dict[Slot, msgspec.Struct | None] = {**_without_subject(ctx, template), **subjects}
    used = {
        slot: subject
        for slot, subject in wanted.items()
        if ctx.runtime.host.slot_items(ctx.tenant.plugins, slot)
    }
    frame = build_shell(ctx, [flash] if flash else [])
    if not used:
        return frame
    async with ctx.read() as tx:
        boxes = {
            slot.value: await slot_boxes(ctx, tx, slot, subject, frame) for slot, subject in used.items()
        }
    return with_boxes(frame, boxes)


def _without_subject(ctx: TenantCtx, template: str) -> dict[Slot, None]:
    """The frame's slots, and what the template names: they need nothing from the handler."""
    named = ctx.runtime.renderer.slots_in(template)
    own = (slot for slot, subject in SUBJECTS.items() if subject is None and slot.value in named)
    return dict.fromkeys((*SHELL_SLOTS, *own))


def _pack(flash: Flash) -> str:
    return base64.urlsafe_b64encode(msgspec.json.encode(flash)).decode().rstrip("=")


def _flash_of(ctx: TenantCtx) -> Flash | None:
    """None when there is none, or when the cookie is not ours."""
    packed = ctx.http.cookies.get(FLASH_COOKIE)
    if not packed:
        return None
    try:
        return msgspec.json.decode(base64.urlsafe_b64decode(packed + "=" * (-len(packed) % 4)), type=Flash)
    except (msgspec.DecodeError, binascii.Error):
        return None
