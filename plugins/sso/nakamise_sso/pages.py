"""The two ends of a login: out to the provider, and back."""

from __future__ import annotations

import logging
import uuid
from typing import Any, Final

from litestar import Request, Response, get
from litestar.params import FromPath, FromQuery
from litestar.types import ControllerRouterHandler

from nakamise.contracts.login import ExternalLogin, LoginRefused
from nakamise.errors import NotFound
from nakamise.plugin import Ctx, TenantCtx, anyone, in_maintenance
from nakamise.web import cookie, gettext_for, page, safe_next, see_other
from nakamise_sso import flow as flows
from nakamise_sso.claims import admission_of, identity_of
from nakamise_sso.faults import FOR_VISITORS, ProviderFault
from nakamise_sso.oidc.metadata import discover
from nakamise_sso.providers import Provider, provider_of
from nakamise_sso.recognise import ProviderAnswer, recognise

AnyRequest = Request[Any, Any, Any]
log: Final = logging.getLogger("nakamise_sso")


@get("/login/{provider_id:uuid}", opt=in_maintenance(anyone()), include_in_schema=False)
async def start(ctx: Ctx, provider_id: FromPath[uuid.UUID], next: FromQuery[str] = "") -> Response[bytes]:  # noqa: A002
    """Begins on the site's main address, because the answer will come there."""
    if ctx.http.origin != ctx.url(""):
        return see_other(ctx, ctx.url(f"{ctx.http.path}?{ctx.http.query}".rstrip("?")))
    provider = await _provider(ctx, provider_id)
    try:
        metadata = await discover(ctx, provider.discovery_url)
    except ProviderFault as fault:
        return await _failed(ctx, provider, fault, "")
    begun = flows.begin(ctx, provider, safe_next(next, ""))
    answer = see_other(ctx, flows.authorization_url(ctx, provider, metadata, begun))
    name, life = flows.cookie_of(ctx, begun.state), int(flows.LIFETIME.total_seconds())
    answer.set_cookie(cookie(ctx, name, flows.packed(ctx, begun), max_age_s=life))
    answer.headers["cache-control"] = "no-store"
    return answer


@get("/callback/{provider_id:uuid}", opt=in_maintenance(anyone()), include_in_schema=False)
async def callback(request: AnyRequest, ctx: Ctx, provider_id: FromPath[uuid.UUID]) -> Response[bytes]:
    provider = await _provider(ctx, provider_id)
    # By hand, because a parameter called "state" means something else to the framework.
    query = request.query_params
    state = query.get("state", "")
    given = ProviderAnswer(code=query.get("code", ""), iss=query.get("iss", ""), error=query.get("error", ""))
    try:
        begun = await flows.resume(ctx, provider_id, state)
    except ProviderFault as fault:
        return await _failed(ctx, provider, fault, "")
    answer = await _sign_in(ctx, provider, begun, given)
    answer.set_cookie(cookie(ctx, flows.cookie_of(ctx, state), "", max_age_s=0))
    answer.headers["cache-control"] = "no-store"
    return answer


async def _sign_in(
    ctx: TenantCtx, provider: Provider, begun: flows.Flow, given: ProviderAnswer
) -> Response[bytes]:
    try:
        claims = await recognise(ctx, provider, begun, given)
        identity = identity_of(claims, provider)
        rules = admission_of(claims, provider)
        return await ctx.service(ExternalLogin).sign_in(identity, rules, begun.next_path)
    except ProviderFault as fault:
        async with ctx.begin() as tx:
            await ctx.audit(tx, "sso.login.failed", str(provider.id), why=fault.code, detail=fault.detail)
        return await _failed(ctx, provider, fault, begun.next_path)
    except LoginRefused as refused:
        text = gettext_for(ctx.locale, refused.domain)(refused.message, **refused.params)
        return await _explained(ctx, provider, text, refused.code, begun.next_path, status=403)


async def _provider(ctx: TenantCtx, provider_id: uuid.UUID) -> Provider:
    """Raises NotFound, also for one that is switched off."""
    async with ctx.read() as tx:
        found = await provider_of(tx, provider_id)
    if not found.is_on:
        raise NotFound
    return found


async def _failed(
    ctx: TenantCtx, provider: Provider, fault: ProviderFault, next_path: str
) -> Response[bytes]:
    log.warning("login by %s failed: %s", provider.id, fault)
    text = gettext_for(ctx.locale, "sso")(FOR_VISITORS[fault.code])
    return await _explained(ctx, provider, text, fault.code, next_path)


async def _explained(
    ctx: TenantCtx, provider: Provider, text: str, code: str, next_path: str, *, status: int = 400
) -> Response[bytes]:
    answer = await page(
        ctx, "sso/failed.html", status=status, text=text, code=code, provider=provider, next=next_path
    )
    answer.headers["referrer-policy"] = "no-referrer"
    return answer


route_handlers: Final[list[ControllerRouterHandler]] = [start, callback]
