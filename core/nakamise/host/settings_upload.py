"""A settings form as it was sent: texts by name, and pictures stored on the way."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import msgspec
from litestar import Request
from litestar.datastructures import UploadFile

from nakamise.errors import FieldError, Invalid
from nakamise.images import ImageRefused, ImagesBusy
from nakamise.media import add_picture, media_of
from nakamise.plugin.context import TenantCtx
from nakamise.storage import StorageFull
from nakamise.ui.i18n import N_

KIND: Final = "settings"


async def read(
    ctx: TenantCtx, request: Request[Any, Any, Any], stored: Mapping[str, Any]
) -> tuple[dict[str, list[str]], dict[str, Any]]:
    """Texts, and ``stored`` with the pictures that came. Raises Invalid for one that cannot be used."""
    raw: dict[str, list[str]] = {}
    values = msgspec.json.decode(msgspec.json.encode(stored))
    for name, value in (await request.form()).multi_items():
        if not isinstance(value, UploadFile):
            raw.setdefault(name, []).append(str(value))
        elif data := await value.read():
            _put(values, name.split("."), await _stored(ctx, name, data))
    return raw, values


async def _stored(ctx: TenantCtx, name: str, data: bytes) -> Any:
    try:
        picture = await add_picture(ctx, data, KIND)
    except ImageRefused as refused:
        raise Invalid({name: refused}) from refused
    except (ImagesBusy, StorageFull) as busy:
        message = N_("The picture could not be stored now. Please try again in a moment.")
        raise Invalid({name: FieldError(message)}) from busy
    async with ctx.read() as tx:
        return msgspec.to_builtins((await media_of(tx, [picture]))[picture])


def _put(values: Any, path: list[str], picture: Any) -> None:
    """In groups by name, in rows by number; a new row comes after the stored ones."""
    first, *rest = path
    if isinstance(values, list):
        values.extend({} for _ in range(int(first) + 1 - len(values)))
    key: Any = int(first) if isinstance(values, list) else first
    if not rest:
        values[key] = picture
    else:
        if isinstance(values, dict) and key not in values:
            values[key] = {}
        _put(values[key], rest, picture)
