"""Addresses of a site: add, prove, choose the main one, remove."""

from __future__ import annotations

import uuid
from typing import Annotated, Any, Final

import msgspec
from litestar import Request, Response, get, post
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler
from msgspec import Meta

from nakamise.contracts.control import HostClaim
from nakamise.errors import Conflict, Invalid
from nakamise.plugin import Ctx, TenantCtx, requires
from nakamise.web import N_, gettext_for, read_form, see_other
from nakamise_agency.acting import acted
from nakamise_agency.plane import plane
from nakamise_agency.rights import MANAGE, READ
from nakamise_agency.tenants.frame import path_of, tenant_page
from nakamise_agency.words import HOST_STATES, badges, say, words

AnyRequest = Request[Any, Any, Any]
DOMAINS: Final = "/domains"


class HostInput(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """``host`` without a scheme, such as ``shop.example.jp``."""

    host: Annotated[str, Meta(min_length=1, max_length=253)]


@get("/tenants/{tenant_id:uuid}/domains", opt=requires(READ), include_in_schema=False)
async def domain_list(ctx: Ctx, tenant_id: FromPath[uuid.UUID]) -> Response[bytes]:
    return await _show(ctx, tenant_id)


async def _show(
    ctx: TenantCtx, tenant_id: uuid.UUID, *, status: int = 200, error: str = "", typed: str = ""
) -> Response[bytes]:
    control = plane(ctx)
    found = await control.tenant(tenant_id)
    core = gettext_for(ctx.locale, "core")
    hosts = await control.hosts(tenant_id)
    return await tenant_page(
        ctx,
        "agency/tenant_domains.html",
        DOMAINS,
        found,
        status=status,
        hosts=hosts,
        faults={one.host: core(one.error) for one in hosts if one.error},
        host_states=badges(ctx, HOST_STATES),
        may_manage=ctx.actor.can(MANAGE),
        error=error,
        typed=typed,
    )


@post("/tenants/{tenant_id:uuid}/domains", opt=requires(MANAGE), include_in_schema=False)
async def claim(request: AnyRequest, ctx: Ctx, tenant_id: FromPath[uuid.UUID]) -> Response[bytes]:
    form = await read_form(request, HostInput)
    try:
        claimed = await plane(ctx).claim_host(tenant_id, form.valid().host)
    except (Invalid, Conflict) as refused:
        fault = next(iter(refused.fields.values()), refused) if isinstance(refused, Invalid) else refused
        typed = str(form.raw.get("host", ""))
        return await _show(ctx, tenant_id, status=refused.status, error=say(ctx, fault), typed=typed)
    return see_other(ctx, path_of(tenant_id, DOMAINS), flash=_claimed(ctx, claimed))


def _claimed(ctx: TenantCtx, claimed: HostClaim) -> str:
    _ = words(ctx)
    if claimed.state == "served":
        return _("%(host)s leads to the site now.", host=claimed.host)
    return _("Now put the record below into the DNS of %(host)s.", host=claimed.host)


@post("/tenants/{tenant_id:uuid}/domains/verify", opt=requires(MANAGE), include_in_schema=False)
async def verify(request: AnyRequest, ctx: Ctx, tenant_id: FromPath[uuid.UUID]) -> Response[bytes]:
    host = (await read_form(request, HostInput)).valid().host
    found = await plane(ctx).verify_host(tenant_id, host)
    _ = words(ctx)
    back = path_of(tenant_id, DOMAINS)
    if found.state == "served":
        return see_other(ctx, back, flash=_("%(host)s is proved and leads to the site now.", host=host))
    said = _("The record was not found yet. New records can take an hour until they are seen.")
    return see_other(ctx, back, flash=said, kind="warn")


@post("/tenants/{tenant_id:uuid}/domains/canonical", opt=requires(MANAGE), include_in_schema=False)
async def make_canonical(request: AnyRequest, ctx: Ctx, tenant_id: FromPath[uuid.UUID]) -> Response[bytes]:
    host = (await read_form(request, HostInput)).valid().host
    said = words(ctx)(N_("%(host)s is the main address now."), host=host)
    return await acted(ctx, plane(ctx).set_canonical(tenant_id, host), path_of(tenant_id, DOMAINS), said)


@post("/tenants/{tenant_id:uuid}/domains/remove", opt=requires(MANAGE), include_in_schema=False)
async def release(request: AnyRequest, ctx: Ctx, tenant_id: FromPath[uuid.UUID]) -> Response[bytes]:
    host = (await read_form(request, HostInput)).valid().host
    said = words(ctx)(N_("%(host)s is removed."), host=host)
    return await acted(ctx, plane(ctx).release_host(tenant_id, host), path_of(tenant_id, DOMAINS), said)


route_handlers: Final[list[ControllerRouterHandler]] = [
    domain_list,
    claim,
    verify,
    make_canonical,
    release,
]
