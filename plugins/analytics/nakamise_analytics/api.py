"""Sales reports as JSON, under /api/analytics."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Final

from litestar import get
from litestar.params import FromQuery, QueryParameter
from litestar.types import ControllerRouterHandler

from nakamise.plugin import Ctx, requires
from nakamise_analytics.periods import Kind, Wanted
from nakamise_analytics.report import report
from nakamise_analytics.schemas import Report


@get("/sales", opt=requires("analytics.read"), tags=["analytics"], operation_id="analytics_get_sales")
async def get_sales(
    ctx: Ctx,
    kind: FromQuery[Kind] = Kind.MONTH,
    day: FromQuery[date | None] = None,
    first: FromQuery[date | None] = None,
    last: FromQuery[date | None] = None,
    shop: Annotated[str, QueryParameter(max_length=36)] = "",
) -> Report:
    """The figures of the page, of one snapshot; ``day`` is any day of the week, month or year."""
    return await report(ctx, Wanted(kind=kind, day=day, first=first, last=last, shop=shop))


route_handlers: Final[list[ControllerRouterHandler]] = [get_sales]
