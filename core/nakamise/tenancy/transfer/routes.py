"""``/transfers/<id>``: the file of an export, for who holds a signed URL, on the host of who asked for it."""

from __future__ import annotations

import uuid
from typing import Annotated, Final

from litestar import get
from litestar.params import FromPath, QueryParameter
from litestar.response import File

from nakamise.errors import NotFound
from nakamise.plugin.access import anyone
from nakamise.plugin.context import Ctx
from nakamise.storage import UrlSigner
from nakamise.tenancy.transfer.service import file_of, signed_name, transfer


@get("/transfers/{transfer_id:uuid}", opt=anyone(), include_in_schema=False)
async def download(
    ctx: Ctx,
    transfer_id: FromPath[uuid.UUID],
    expires: Annotated[str, QueryParameter(name="expires")] = "",
    signature: Annotated[str, QueryParameter(name="signature")] = "",
) -> File:
    """NotFound for every reason to refuse."""
    signer = UrlSigner(ctx.runtime.settings.secret_key, ctx.runtime.clock)
    if not signer.verify(signed_name(ctx.tenant, transfer_id), expires, signature):
        raise NotFound
    one = await transfer(ctx.runtime, transfer_id)
    path = file_of(ctx.runtime, transfer_id)
    if one.state != "done" or not path.is_file():
        raise NotFound
    return File(
        path,
        filename=f"export-{one.created_at:%Y%m%d-%H%M%S}.zip",
        media_type="application/zip",
        headers={"Cache-Control": "private, no-store", "X-Content-Type-Options": "nosniff"},
    )


route_handlers: Final = [download]
