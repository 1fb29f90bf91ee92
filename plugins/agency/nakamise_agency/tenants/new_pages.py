"""Create a site: one form, then a page that says what happens next."""

from __future__ import annotations

import uuid
from typing import Any, Final

from litestar import Request, Response, get, post
from litestar.params import FromPath, FromQuery
from litestar.types import ControllerRouterHandler

from nakamise.errors import Conflict, FieldError, Invalid, Problem
from nakamise.plugin import Ctx, TenantCtx, requires
from nakamise.web import N_, Form, fragment, page, read_form, see_other
from nakamise_agency.plane import plane
from nakamise_agency.rights import MANAGE
from nakamise_agency.tenants.new_form import FIELDS, NewTenantForm, slug_state
from nakamise_agency.uploads import picture_in
from nakamise_agency.words import FONTS, LOCALES, SCHEMES, choices, say, words

NEW: Final = "/admin/agency/tenants/new"
TENANTS: Final = "/admin/agency/tenants"
_EMPTY: Final[Form[NewTenantForm]] = Form(None, {}, {})


@get("/tenants/new", opt=requires(MANAGE), include_in_schema=False)
async def new_tenant(ctx: Ctx) -> Response[bytes]:
    return await _show(ctx, _EMPTY)


@get("/tenants/slug", opt=requires(MANAGE), include_in_schema=False)
async def check_slug(ctx: Ctx, slug: FromQuery[str] = "") -> Response[bytes]:
    """Whether the address is free, while it is typed."""
    state = await slug_state(ctx, slug.strip())
    return await fragment(ctx, "agency/tenant_new.html", "slug_state", slug_state=state)


@post("/tenants/new", opt=requires(MANAGE), include_in_schema=False)
async def create(request: Request[Any, Any, Any], ctx: Ctx) -> Response[bytes]:
    form = await read_form(request, NewTenantForm)
    if form.value is None:
        return await _show(ctx, form, status=422)
    try:
        made = await plane(ctx).create(form.value.request())
    except (Invalid, Conflict) as refused:
        form.errors.update(await _faults(ctx, form.value, refused))
        return await _show(ctx, form, status=refused.status)
    said = await _place_logo(ctx, made.summary.id, form)
    back = f"{TENANTS}/{made.summary.id}/created"
    return see_other(ctx, back, flash=said, kind="warn") if said else see_other(ctx, back)


async def _faults(ctx: TenantCtx, given: NewTenantForm, refused: Invalid | Conflict) -> dict[str, FieldError]:
    """A conflict is about the short name's address, or else about another domain."""
    if isinstance(refused, Invalid):
        return {name.removeprefix("brand."): fault for name, fault in refused.fields.items()}
    field = "hosts" if await plane(ctx).is_slug_free(given.slug.lower()) else "slug"
    return {field: FieldError(refused.message, domain=refused.domain, **refused.params)}


async def _place_logo(ctx: TenantCtx, tenant_id: uuid.UUID, form: Form[NewTenantForm]) -> str:
    """What to tell when the picture was refused: the site is there all the same."""
    data = await picture_in(form, "logo")
    if not data:
        return ""
    try:
        await plane(ctx).set_picture(tenant_id, "logo", data)
    except Problem as refused:
        fault = next(iter(refused.fields.values()), None) if isinstance(refused, Invalid) else None
        why = say(ctx, fault or refused)
        return words(ctx)(
            N_("The logo was not taken: %(why)s You can upload another one under Brand."), why=why
        )
    return ""


async def _show(ctx: TenantCtx, form: Form[NewTenantForm], *, status: int = 200) -> Response[bytes]:
    control = plane(ctx)
    me = await control.me()
    slug = form.raw.get("slug", "")
    return await page(
        ctx,
        "agency/tenant_new.html",
        status=status,
        me=me,
        raw=form.raw,
        errors={name: say(ctx, fault) for name, fault in form.errors.items()},
        names={name: words(ctx)(label) for name, label in FIELDS.items()},
        blueprints=await control.blueprints(),
        plans=[(plan.id, plan.name) for plan in await control.plans()],
        agencies=[(str(one.id), one.name) for one in await control.agencies()] if me.is_operator else [],
        locales=choices(ctx, LOCALES),
        schemes=choices(ctx, SCHEMES),
        fonts=choices(ctx, FONTS),
        base_domain=base_domain(ctx),
        slug_state=await slug_state(ctx, slug) if slug and "slug" not in form.errors else None,
    )


def base_domain(ctx: TenantCtx) -> str:
    """Below which every new site gets its first address."""
    return ctx.tenant.canonical_host.partition(".")[2]


@get("/tenants/{tenant_id:uuid}/created", opt=requires(MANAGE), include_in_schema=False)
async def created(ctx: Ctx, tenant_id: FromPath[uuid.UUID]) -> Response[bytes]:
    found = await plane(ctx).tenant(tenant_id)
    return await page(ctx, "agency/tenant_created.html", found=found, tenant=found.summary)


route_handlers: Final[list[ControllerRouterHandler]] = [new_tenant, check_slug, create, created]
