"""Stripe for the tenant's admin, under /admin/payments_stripe: test the keys, shops' accounts, what came in."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Annotated, Any, Final
from urllib.parse import urlsplit

import msgspec
from litestar import Request, Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect
from litestar.types import ControllerRouterHandler
from msgspec import Meta

from nakamise.contracts.payments import ProviderUnreachable
from nakamise.plugin import Ctx, TenantCtx, requires, sensitive
from nakamise.web import N_, gettext_for, page, read_form, safe_next, see_other
from nakamise_payments_stripe import accounts
from nakamise_payments_stripe.calls import Calls, Refused
from nakamise_payments_stripe.settings import StripeSettings

HERE: Final = "/admin/payments_stripe"
_EVENTS: Final = (
    "SELECT id, type, object_id, received_at, handled_at, attempts, error FROM payments_stripe_event"
    " ORDER BY received_at DESC, id LIMIT 50"
)


class EventRow(msgspec.Struct, frozen=True, kw_only=True):
    id: str
    type: str
    object_id: str
    received_at: datetime
    handled_at: datetime | None
    attempts: int
    error: str


class BackForm(msgspec.Struct, frozen=True):
    back: Annotated[str, Meta(max_length=500)] = HERE


@get("/", opt=requires("payments_stripe.manage"), include_in_schema=False)
async def show(ctx: Ctx) -> Response[bytes]:
    settings = ctx.settings(StripeSettings)
    async with ctx.read() as tx:
        events = await tx.all(EventRow, _EVENTS)
    return await page(
        ctx,
        "payments_stripe/admin.html",
        ready=settings.is_ready,
        signed=bool(settings.webhook_secret),
        test_mode=settings.test_mode,
        webhook=f"{ctx.http.origin}/payments_stripe/webhook",
        events=events,
    )


@post("/check", opt=requires("payments_stripe.manage"), include_in_schema=False)
async def check(ctx: Ctx) -> Response[bytes]:
    """Ask Stripe for the account's balance: the cheapest call that needs a right key."""
    _ = gettext_for(ctx.locale, "payments_stripe")
    if not ctx.settings(StripeSettings).is_ready:
        return _no_keys(ctx, HERE)
    try:
        await Calls(ctx).get("/v1/balance")
    except Refused:
        return see_other(ctx, HERE, flash=_(N_("Stripe refuses the secret key.")), kind="danger")
    except ProviderUnreachable:
        return see_other(ctx, HERE, flash=_(N_("Stripe does not answer. Try again later.")), kind="danger")
    return see_other(ctx, HERE, flash=_(N_("Stripe accepts the keys.")))


@post(
    "/sellers/{seller_id:uuid}/onboard",
    opt=sensitive(requires("payments_stripe.manage")),
    include_in_schema=False,
)
async def onboard(request: Request[Any, Any, Any], ctx: Ctx, seller_id: FromPath[uuid.UUID]) -> Response[Any]:
    """On to Stripe's own pages, where the shop says who it is."""
    form = (await read_form(request, BackForm)).valid()
    back = safe_next(form.back, HERE)
    async with ctx.read() as tx:
        await accounts.must_exist(ctx, tx, seller_id)
    if not ctx.settings(StripeSettings).is_ready:
        return _no_keys(ctx, back)
    try:
        url = await accounts.onboarding_url(ctx, seller_id, f"{ctx.http.origin}{back}")
    except (ProviderUnreachable, Refused):
        return _silent(ctx, back)
    async with ctx.begin() as tx:
        await ctx.audit(tx, "payments_stripe.onboarding", str(seller_id))
    if urlsplit(url).scheme not in ("https", "http"):
        return _silent(ctx, back)
    return Redirect(url, status_code=303)


@post("/sellers/{seller_id:uuid}/refresh", opt=requires("payments_stripe.manage"), include_in_schema=False)
async def refresh(
    request: Request[Any, Any, Any], ctx: Ctx, seller_id: FromPath[uuid.UUID]
) -> Response[bytes]:
    form = (await read_form(request, BackForm)).valid()
    back = safe_next(form.back, HERE)
    async with ctx.read() as tx:
        await accounts.must_exist(ctx, tx, seller_id)
    if not ctx.settings(StripeSettings).is_ready:
        return _no_keys(ctx, back)
    try:
        await accounts.refresh(ctx, seller_id)
    except (ProviderUnreachable, Refused):
        return _silent(ctx, back)
    _ = gettext_for(ctx.locale, "payments_stripe")
    return see_other(ctx, back, flash=_(N_("The account's state was fetched.")))


def _no_keys(ctx: TenantCtx, back: str) -> Response[bytes]:
    _ = gettext_for(ctx.locale, "payments_stripe")
    return see_other(ctx, back, flash=_(N_("Enter both keys in the settings first.")), kind="danger")


def _silent(ctx: TenantCtx, back: str) -> Response[bytes]:
    _ = gettext_for(ctx.locale, "payments_stripe")
    return see_other(ctx, back, flash=_(N_("Stripe does not answer. Try again later.")), kind="danger")


route_handlers: Final[list[ControllerRouterHandler]] = [show, check, onboard, refresh]
