"""Staff's pages of rates: the table of fees, days, hours, gifts, the carrier; and a trial."""

from __future__ import annotations

import uuid
from typing import Annotated, Any, Final, Literal

import msgspec
from litestar import Request, Response, get, post
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler
from msgspec import Meta

from nakamise.contracts.pricing import Destination
from nakamise.errors import Conflict, Invalid
from nakamise.japan import Prefecture
from nakamise.plugin import Ctx, TenantCtx, requires
from nakamise.web import N_, filter_of, gettext_for, page, read_form, see_other
from nakamise_shipping.carriers.layout import all_layouts
from nakamise_shipping.domain.config import ShopShipping, Temperature
from nakamise_shipping.domain.rates import Piece
from nakamise_shipping.domain.sizes import Centimetres, Grams, Measure
from nakamise_shipping.rates import service
from nakamise_shipping.rates.form import STEPS_MAX, read_config, typed_of
from nakamise_shipping.rates.measuring import read_measures
from nakamise_shipping.saying import say, texts
from nakamise_shipping.words import MIXINGS, TEMPERATURES, labels

AnyRequest = Request[Any, Any, Any]
BASE: Final = "/admin/shipping/shops"
MANAGE: Final = "shipping.manage"
WEEKDAYS: Final = (N_("Monday"), N_("Tuesday"), N_("Wednesday"), N_("Thursday"), N_("Friday"), N_("Saturday"), N_("Sunday"))  # fmt: skip


class TryForm(msgspec.Struct, frozen=True):
    """The trial's fields, from the address."""

    goods: Annotated[int, Meta(ge=0, le=10_000_000)] | None = None
    prefecture: Annotated[str, Meta(max_length=4)] = ""
    postal_code: Annotated[str, Meta(max_length=8)] = ""
    temperature: Temperature = Temperature.NORMAL
    cm: Centimetres | None = None
    grams: Grams | None = None


class Preset(msgspec.Struct, frozen=True):
    version: int
    preset: Literal["regions", "country", "sizes"]


class Cold(msgspec.Struct, frozen=True):
    temperature: Temperature
    back: Annotated[str, Meta(pattern="^/admin/shop/products/[0-9a-f-]{36}$")]


@get("/shops", opt=requires(MANAGE), include_in_schema=False)
async def shop_list(ctx: Ctx) -> Response[bytes]:
    async with ctx.read() as tx:
        found = await service.shops(ctx, tx)
    return await page(ctx, "shipping/rates_shops.html", shops=found)


@get("/shops/{shop_id:uuid}", opt=requires(MANAGE), include_in_schema=False)
async def edit(request: AnyRequest, ctx: Ctx, shop_id: FromPath[uuid.UUID]) -> Response[bytes]:
    tried = filter_of(TryForm, request.query_params)
    async with ctx.read() as tx:
        found = await service.shop(ctx, tx, shop_id)
    return await _show(ctx, found, typed_of(found.config), tried=tried)


@post("/shops/{shop_id:uuid}", opt=requires(MANAGE), include_in_schema=False)
async def save(request: AnyRequest, ctx: Ctx, shop_id: FromPath[uuid.UUID]) -> Response[bytes]:
    data = await request.form()
    raw: dict[str, list[str]] = {}
    for name, value in data.multi_items():
        raw.setdefault(name, []).append(str(value))
    version = raw.get("version", ["0"])[-1]
    try:
        config = read_config(raw)
        async with ctx.begin() as tx:
            await service.change(ctx, tx, shop_id, int(version) if version.isdecimal() else -1, config)
    except (Invalid, Conflict) as refused:
        async with ctx.read() as tx:
            found = await service.shop(ctx, tx, shop_id)
        errors = (
            texts(ctx, refused.fields) if isinstance(refused, Invalid) else {"version": say(ctx, refused)}
        )
        typed: dict[str, Any] = {
            name: values if name == "closed_weekdays" else values[-1] for name, values in raw.items()
        }
        return await _show(ctx, found, typed, errors=errors, status=refused.status)
    return _back(ctx, shop_id, N_("Saved."))


async def _show(
    ctx: TenantCtx,
    found: service.Kept,
    typed: dict[str, Any],
    *,
    tried: TryForm | None = None,
    errors: dict[str, str] | None = None,
    status: int = 200,
) -> Response[bytes]:
    steps = [n for n in range(STEPS_MAX) if n == 0 or str(typed.get(f"step{n}", "")) != ""]
    rows = [n for n in range(48) if typed.get(f"z{n}.name") or typed.get(f"z{n}.prefectures")]
    return await page(
        ctx,
        "shipping/rates_edit.html",
        status=status,
        found=found,
        typed=typed,
        steps=[*steps, len(steps)] if len(steps) < STEPS_MAX else steps,
        rows=[*rows, (rows[-1] + 1) if rows else 0],
        errors=errors or {},
        mixings=list(labels(ctx, MIXINGS).items()),
        temperatures=list(labels(ctx, TEMPERATURES).items()),
        layouts=[(one.id, one.title) for one in all_layouts()],
        codes={one.id: one.hours for one in all_layouts()},
        weekdays=[(str(n), gettext_for(ctx.locale, "shipping")(name)) for n, name in enumerate(WEEKDAYS)],
        prefectures=[(one.ja, one.ja if ctx.locale == "ja" else one.en) for one in Prefecture],
        tried=tried or TryForm(),
        trial=_trial(ctx, found.config, tried),
    )


def _trial(ctx: TenantCtx, config: ShopShipping, tried: TryForm | None) -> service.Trial | None:
    if tried is None or tried.goods is None or not tried.prefecture:
        return None
    to = Destination(postal_code=tried.postal_code.replace("-", ""), prefecture=tried.prefecture)
    parcel = Piece(tried.temperature, Measure(tried.cm, tried.grams))
    return service.trial(ctx, config, tried.goods, to, parcel)


@post("/shops/{shop_id:uuid}/preset", opt=requires(MANAGE), include_in_schema=False)
async def preset(request: AnyRequest, ctx: Ctx, shop_id: FromPath[uuid.UUID]) -> Response[bytes]:
    form = (await read_form(request, Preset)).valid()
    try:
        async with ctx.begin() as tx:
            found = await service.shop(ctx, tx, shop_id)
            config = service.with_preset(ctx, found.config, form.preset)
            await service.change(ctx, tx, shop_id, form.version, config)
    except Conflict as refused:
        return see_other(ctx, f"{BASE}/{shop_id}", flash=say(ctx, refused), kind="danger")
    if form.preset == "sizes":
        return _back(ctx, shop_id, N_("The sizes are filled in. Please enter what each costs more."))
    return _back(ctx, shop_id, N_("The zones are filled in. Please check the fees."))


@post("/shops/{shop_id:uuid}/remove", opt=requires(MANAGE), include_in_schema=False)
async def remove(ctx: Ctx, shop_id: FromPath[uuid.UUID]) -> Response[bytes]:
    async with ctx.begin() as tx:
        await service.remove(ctx, tx, shop_id)
    return _back(ctx, shop_id, N_("The shop's flat fee holds again."))


@post("/products/{product_id:uuid}", opt=requires(MANAGE), include_in_schema=False)
async def set_temperature(request: AnyRequest, ctx: Ctx, product_id: FromPath[uuid.UUID]) -> Response[bytes]:
    form = (await read_form(request, Cold)).valid()
    async with ctx.begin() as tx:
        await service.set_temperature(ctx, tx, product_id, form.temperature)
    return see_other(ctx, form.back, flash=gettext_for(ctx.locale, "shipping")(N_("Saved.")))


@post("/products/{product_id:uuid}/measures", opt=requires(MANAGE), include_in_schema=False)
async def set_measures(request: AnyRequest, ctx: Ctx, product_id: FromPath[uuid.UUID]) -> Response[bytes]:
    """Fields ``cm.<variant>`` and ``grams.<variant>``; empty = not known."""
    back = f"/admin/shop/products/{product_id}"
    try:
        found = read_measures({name: str(value) for name, value in (await request.form()).multi_items()})
        async with ctx.begin() as tx:
            await service.set_measures(ctx, tx, product_id, found)
    except Invalid as refused:
        said = next(iter(texts(ctx, refused.fields).values()))
        return see_other(ctx, back, flash=said, kind="danger")
    return see_other(ctx, back, flash=gettext_for(ctx.locale, "shipping")(N_("Saved.")))


def _back(ctx: TenantCtx, shop_id: uuid.UUID, said: str) -> Response[bytes]:
    return see_other(ctx, f"{BASE}/{shop_id}", flash=gettext_for(ctx.locale, "shipping")(said))


route_handlers: Final[list[ControllerRouterHandler]] = [
    shop_list,
    edit,
    save,
    preset,
    remove,
    set_temperature,
    set_measures,
]
