"""The grid of prices and stock: a form that works without scripts, and the same as JSON."""

from __future__ import annotations

import re
import unicodedata
import uuid
from collections.abc import Mapping
from typing import Any, Final

import msgspec
from litestar import Request, Response, get, post, put
from litestar.params import JSONBody
from litestar.types import ControllerRouterHandler

from nakamise.plugin import Ctx, TenantCtx, requires
from nakamise.web import N_, ngettext_for, page, see_other, yen
from nakamise_shop.paging import address, filter_of, page_base
from nakamise_shop.staff.products import grid, repository
from nakamise_shop.staff.products.grid import (
    STOCK_MAX,
    CellResult,
    Field,
    GridChange,
    GridRow,
    Outcome,
    PriceCell,
    StockCell,
)
from nakamise_shop.staff.products.pages import LIST, MANAGE, READ
from nakamise_shop.staff.products.schemas import StaffProductFilter
from nakamise_shop.staff.text import words

AnyRequest = Request[Any, Any, Any]
GRID: Final = f"{LIST}/grid"
TAGS: Final = ["shop staff"]
PRICE_MAX: Final = 99_999_999
_NOISE: Final = str.maketrans({"¥": "", "円": "", ",": "", "、": "", " ": "", "−": "-", "―": "-"})
_NUMBER: Final = re.compile(r"[0-9]{1,9}")
_STEP: Final = re.compile(r"[+-][0-9]{1,7}")


class Shown(msgspec.Struct, frozen=True, kw_only=True):
    """A cell that was not written: what was typed stays, ``says`` is why, with what is stored now."""

    typed: str
    says: str


@get("/products/grid", opt=requires(READ), include_in_schema=False)
async def show_grid(request: AnyRequest, ctx: Ctx) -> Response[bytes]:
    return await _show(ctx, filter_of(StaffProductFilter, request.query_params))


@post("/products/grid", opt=requires(MANAGE), include_in_schema=False)
async def save_grid(request: AnyRequest, ctx: Ctx) -> Response[bytes]:
    """Every cell for itself; what is not written is shown with what is stored."""
    wanted = filter_of(StaffProductFilter, request.query_params)
    form = {name: str(value) for name, value in (await request.form()).items()}
    wrong, given = _read(ctx, form)
    async with ctx.begin() as tx:
        results = await grid.change(ctx, tx, given)
    left = {**wrong, **_left(ctx, results, form)}
    saved = sum(one.outcome is Outcome.SAVED for one in results)
    said = ngettext_for(ctx.locale, "shop")("%(num)s cell saved.", "%(num)s cells saved.", saved)
    if not left:
        text = said if saved else words(ctx)(N_("Nothing was changed."))
        return see_other(ctx, address(GRID, wanted, page=wanted.page), flash=text)
    is_stale = any(one.outcome is Outcome.STALE for one in results)
    return await _show(ctx, wanted, left, said if saved else "", 409 if is_stale else 422)


def _read(ctx: TenantCtx, form: Mapping[str, str]) -> tuple[dict[str, Shown], GridChange]:
    """Cells whose text is not what was shown."""
    wrong: dict[str, Shown] = {}
    prices: list[PriceCell] = []
    stocks: list[StockCell] = []
    for name, value in form.items():
        field, _, id_ = name.partition(".")
        seen = _whole(form.get(f"seen_{name}", ""))
        text = unicodedata.normalize("NFKC", value).translate(_NOISE)
        if field not in ("price", "stock") or seen is None or text == str(seen):
            continue
        try:
            variant_id = uuid.UUID(id_)
        except ValueError:
            continue
        if field == "price" and (price := _whole(text, PRICE_MAX)) is not None:
            prices.append(PriceCell(variant_id=variant_id, seen=seen, price=price))
        elif field == "stock" and _STEP.fullmatch(text):
            stocks.append(StockCell(variant_id=variant_id, by=int(text)))
        elif field == "stock" and (number := _whole(text, STOCK_MAX)) is not None:
            stocks.append(StockCell(variant_id=variant_id, seen=seen, on_hand=number))
        else:
            wrong[name] = Shown(typed=value, says=words(ctx)(N_("Please enter a whole number.")))
    return wrong, GridChange(prices=prices, stocks=stocks)


def _whole(text: str, most: int = PRICE_MAX) -> int | None:
    return int(text) if _NUMBER.fullmatch(text) and int(text) <= most else None


def _left(ctx: TenantCtx, results: list[CellResult], form: Mapping[str, str]) -> dict[str, Shown]:
    found = {}
    for one in results:
        name = f"{one.field}.{one.variant_id}"
        if one.outcome is not Outcome.SAVED:
            found[name] = Shown(typed=form.get(name, ""), says=_why(ctx, one))
    return found


def _why(ctx: TenantCtx, one: CellResult) -> str:
    _ = words(ctx)
    now = yen(one.now) if one.field is Field.PRICE else str(one.now)
    if one.outcome is Outcome.GONE:
        return _(N_("This variant is no longer there."))
    if one.outcome is Outcome.STALE:
        return _(N_("Somebody else changed it to %(now)s. Save again to put yours over it."), now=now)
    if one.field is Field.PRICE:
        return _(N_("The former price must be higher than the price."))
    return _(N_("%(n)s are reserved by orders; the stock cannot be less."), n=one.reserved)


async def _show(
    ctx: TenantCtx,
    wanted: StaffProductFilter,
    left: Mapping[str, Shown] | None = None,
    said: str = "",
    status: int = 200,
) -> Response[bytes]:
    async with ctx.read() as tx:
        rows = await grid.rows(ctx, tx, wanted)
        categories = await repository.category_choices(tx)
    total = rows[0].total if rows else 0
    return await page(
        ctx,
        "shop/staff_grid.html",
        status=status,
        rows=rows,
        total=total,
        wanted=wanted,
        categories=categories,
        left=left or {},
        said=said,
        here=address(GRID, wanted, page=wanted.page),
        paging=page_base(address(GRID, wanted)),
        page_count=max(1, -(-total // grid.PAGE_SIZE)),
        back=address(LIST, wanted),
        may_manage=ctx.actor.can(MANAGE),
    )


@get("/staff/variants", opt=requires(READ), tags=TAGS, operation_id="shop_staff_list_variants")
async def list_variants(request: AnyRequest, ctx: Ctx) -> list[GridRow]:
    """One page of 50; filters as of the product list (``q``, ``category``, ``shop``, ``state``, ``low``, ``page``)."""
    async with ctx.read() as tx:
        return await grid.rows(ctx, tx, filter_of(StaffProductFilter, request.query_params))


@put("/staff/variants", opt=requires(MANAGE), tags=TAGS, operation_id="shop_staff_change_variants")
async def change_variants(ctx: Ctx, data: JSONBody[GridChange]) -> list[CellResult]:
    """Every cell for itself: look at each ``outcome``."""
    async with ctx.begin() as tx:
        return await grid.change(ctx, tx, data)


page_handlers: Final[list[ControllerRouterHandler]] = [show_grid, save_grid]
api_handlers: Final[list[ControllerRouterHandler]] = [list_variants, change_variants]
