"""Pages of single sign-on in the administration."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from itertools import zip_longest
from typing import Any, Final

import msgspec
from litestar import Request, Response, get, post
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler

from nakamise.contracts.login import ExternalLogin
from nakamise.errors import Conflict, FieldError, Forbidden, Invalid, Problem
from nakamise.plugin import Ctx, TenantCtx, requires, sensitive
from nakamise.web import N_, gettext_for, page, read_form, see_other
from nakamise_sso.admin import saving
from nakamise_sso.admin.diagnosis import Finding, diagnose
from nakamise_sso.admin.inputs import ProviderForm
from nakamise_sso.policy import Policy, policy_of, save_policy
from nakamise_sso.providers import Provider, RoleRule, all_providers, provider_of
from nakamise_sso.rights import MANAGE

AnyRequest = Request[Any, Any, Any]
ProviderId = FromPath[uuid.UUID]
ROOT: Final = "/admin/sso"
_ACCESS: Final = sensitive(requires(MANAGE))
_BLANK_RULES: Final = 3


class PolicyForm(msgspec.Struct, frozen=True):
    """``break_glass``: a user's id."""

    staff_only: bool = False
    break_glass: uuid.UUID | None = None


@get("/", opt=_ACCESS, include_in_schema=False)
async def overview(ctx: Ctx) -> Response[bytes]:
    async with ctx.read() as tx:
        policy = await policy_of(tx)
    return await _overview(ctx, policy, {}, 200)


async def _overview(
    ctx: TenantCtx, policy: Policy, errors: Mapping[str, str], status: int
) -> Response[bytes]:
    async with ctx.read() as tx:
        providers = await all_providers(tx)
    staff = await ctx.service(ExternalLogin).staff()
    chosen = next((one for one in staff if one.id == policy.break_glass), None)
    return await page(
        ctx,
        "sso/overview.html",
        status=status,
        providers=providers,
        policy=policy,
        managers=[(str(one.id), f"{one.display_name} ({one.email})") for one in staff if one.is_manager],
        lost=policy.staff_only and not (chosen and chosen.is_manager),
        without_totp=chosen is not None and not chosen.has_totp,
        errors=errors,
    )


@post("/policy", opt=_ACCESS, include_in_schema=False)
async def change_policy(request: AnyRequest, ctx: Ctx) -> Response[bytes]:
    form = (await read_form(request, PolicyForm)).valid()
    given = Policy(form.staff_only, form.break_glass)
    try:
        await save_policy(ctx, given)
    except Invalid as invalid:
        return await _overview(ctx, given, _texts(ctx, invalid), 422)
    except Forbidden as refused:
        return see_other(ctx, ROOT, flash=_say(ctx, refused), kind="danger")
    return see_other(ctx, ROOT, flash=gettext_for(ctx.locale, "sso")(N_("Saved.")))


@get("/new", opt=_ACCESS, include_in_schema=False)
async def new_page(ctx: Ctx) -> Response[bytes]:
    return await _form(ctx, None, _empty(), ())


@post("/new", opt=_ACCESS, include_in_schema=False)
async def add(request: AnyRequest, ctx: Ctx) -> Response[bytes]:
    return await _save(request, ctx, None)


@get("/{provider_id:uuid}", opt=_ACCESS, include_in_schema=False)
async def provider_page(ctx: Ctx, provider_id: ProviderId) -> Response[bytes]:
    found = await _find(ctx, provider_id)
    return await _form(ctx, found, _shown(found), found.rules)


@post("/{provider_id:uuid}", opt=_ACCESS, include_in_schema=False)
async def change(request: AnyRequest, ctx: Ctx, provider_id: ProviderId) -> Response[bytes]:
    return await _save(request, ctx, await _find(ctx, provider_id))


@post("/{provider_id:uuid}/test", opt=_ACCESS, include_in_schema=False)
async def test(ctx: Ctx, provider_id: ProviderId) -> Response[bytes]:
    found = await _find(ctx, provider_id)
    return await _form(ctx, found, _shown(found), found.rules, findings=await diagnose(ctx, found))


@post("/{provider_id:uuid}/remove", opt=_ACCESS, include_in_schema=False)
async def remove(ctx: Ctx, provider_id: ProviderId) -> Response[bytes]:
    try:
        await saving.remove(ctx, provider_id)
    except (Conflict, Forbidden) as refused:
        return see_other(ctx, f"{ROOT}/{provider_id}", flash=_say(ctx, refused), kind="danger")
    return see_other(ctx, ROOT, flash=gettext_for(ctx.locale, "sso")(N_("The provider is removed.")))


async def _save(request: AnyRequest, ctx: TenantCtx, found: Provider | None) -> Response[bytes]:
    form = await read_form(request, ProviderForm)
    rules = await _typed_rules(request)
    try:
        saved = await saving.save(ctx, found.id if found else None, form.valid().given(rules))
    except Invalid as invalid:
        return await _form(ctx, found, form.raw, rules, errors=_texts(ctx, invalid), status=422)
    except (Conflict, Forbidden) as refused:
        errors = {"": _say(ctx, refused)}
        return await _form(ctx, found, form.raw, rules, errors=errors, status=refused.status)
    text = gettext_for(ctx.locale, "sso")(N_("Saved. Now test the connection."))
    return see_other(ctx, f"{ROOT}/{saved}", flash=text)


async def _typed_rules(request: AnyRequest) -> list[RoleRule]:
    """Rows that are not empty."""
    data = await request.form()
    columns = [data.getall(name, []) for name in ("rule_claim", "rule_value", "rule_role")]
    rows = [[str(cell).strip() for cell in row] for row in zip_longest(*columns, fillvalue="")]
    return [RoleRule(claim, value, role) for claim, value, role in rows if value or role]


async def _find(ctx: TenantCtx, provider_id: uuid.UUID) -> Provider:
    """Raises NotFound."""
    async with ctx.read() as tx:
        return await provider_of(tx, provider_id)


def _empty() -> dict[str, Any]:
    return {"scopes": "openid email profile", "is_on": True}


def _shown(found: Provider) -> dict[str, Any]:
    return {
        "label": found.label,
        "discovery_url": found.discovery_url,
        "client_id": found.client_id,
        "no_secret": not found.client_secret,
        "scopes": found.scopes,
        "email_domains": " ".join(sorted(found.email_domains)),
        "mfa_values": " ".join(sorted(found.mfa_values)),
        "may_create": found.may_create,
        "is_on": found.is_on,
    }


async def _form(
    ctx: TenantCtx,
    found: Provider | None,
    shown: Mapping[str, Any],
    rules: Sequence[RoleRule],
    *,
    errors: Mapping[str, str] | None = None,
    findings: Sequence[Finding] = (),
    status: int = 200,
) -> Response[bytes]:
    roles = await ctx.service(ExternalLogin).roles()
    return await page(
        ctx,
        "sso/provider.html",
        status=status,
        provider=found,
        shown=shown,
        rules=[*rules, *[RoleRule("groups", "", "")] * _BLANK_RULES],
        roles=[(one.id, one.label) for one in roles],
        errors=errors or {},
        findings=findings,
        redirect_uri=ctx.url(found.callback_path) if found else "",
    )


def _texts(ctx: TenantCtx, invalid: Invalid) -> dict[str, str]:
    return {name: _say(ctx, fault) for name, fault in invalid.fields.items()}


def _say(ctx: TenantCtx, refusal: Problem | FieldError) -> str:
    return gettext_for(ctx.locale, refusal.domain)(refusal.message, **refusal.params)


route_handlers: Final[list[ControllerRouterHandler]] = [
    overview,
    change_policy,
    new_page,
    add,
    provider_page,
    change,
    test,
    remove,
]
