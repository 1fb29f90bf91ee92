"""Pictures that show what is wrong: kept like all pictures of the site, under addresses that nobody can guess."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any, Final

from litestar.datastructures import UploadFile

from nakamise.errors import FieldError, Invalid
from nakamise.media import ImageRefused, add_picture
from nakamise.plugin import TenantCtx
from nakamise.web import N_, Form

KIND: Final = "return"
FIELD: Final = "photos"
MOST: Final = 5


def files_of(form: Form[Any]) -> list[UploadFile]:
    """What was chosen. Raises Invalid for more than ``MOST``."""
    files = [one for one in form.files.get(FIELD, []) if one.filename]
    if len(files) > MOST:
        message = N_("At most %(n)s photos, please.")
        raise Invalid({FIELD: FieldError(message, domain="returns", n=MOST)})
    return files


async def keep(ctx: TenantCtx, files: Sequence[UploadFile]) -> list[uuid.UUID]:
    """Before the request's transaction, for decoding takes its time; ids of pictures. Raises Invalid."""
    kept: list[uuid.UUID] = []
    for file in files:
        try:
            media_id = await add_picture(ctx, await file.read(), KIND, owner_id=ctx.require_user())
        except ImageRefused as refused:
            raise Invalid({FIELD: refused}) from refused
        if media_id not in kept:
            kept.append(media_id)
    return kept
