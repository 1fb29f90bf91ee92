"""From a postal code to a place, for address forms. Guests too: a checkout may ask before a login."""

from __future__ import annotations

import asyncio
from typing import Final

from litestar import Response, get
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler

from nakamise.auth import throttle
from nakamise.errors import FieldError, Invalid
from nakamise.japan import InvalidText, Town, parse_postal_code, towns_of
from nakamise.plugin.access import anyone
from nakamise.plugin.context import Ctx
from nakamise.ui.i18n import N_

_MONTH_S: Final = 30 * 24 * 3600


@get("/api/core/postal/{code:str}", opt=anyone(), tags=["core"])
async def postal(ctx: Ctx, code: FromPath[str]) -> Response[list[Town]]:
    """Places with this postal code, usually one; none when there is no such code. Raises Invalid, TooMany."""
    try:
        digits = parse_postal_code(code)
    except InvalidText as error:
        fault = FieldError(N_("Please enter the 7 digits of the postal code."))
        raise Invalid({"postal_code": fault}) from error
    async with ctx.begin() as tx:
        await throttle.take(tx, throttle.POSTAL_NETWORK, throttle.network_of(ctx.http.client), ctx.now())
    found = await asyncio.to_thread(towns_of, digits)
    return Response(found, headers={"cache-control": f"public, max-age={_MONTH_S}"})


route_handlers: Final[list[ControllerRouterHandler]] = [postal]
