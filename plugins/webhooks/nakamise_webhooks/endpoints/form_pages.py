"""Adding and changing an endpoint."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from typing import Any, Final

import msgspec
from litestar import Request, Response, get, post
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler

from nakamise.errors import Conflict, FieldError, Invalid
from nakamise.plugin import Ctx, TenantCtx, requires, sensitive
from nakamise.web import N_, page, read_form, see_other
from nakamise_webhooks.endpoints import service
from nakamise_webhooks.endpoints.pages import LIST, show_secret
from nakamise_webhooks.endpoints.schemas import EndpointInput
from nakamise_webhooks.rights import MANAGE
from nakamise_webhooks.words import say, words

AnyRequest = Request[Any, Any, Any]
FIELDS: Final = {"url": N_("Address"), "description": N_("Description"), "topics": N_("Events")}


class EndpointForm(EndpointInput, kw_only=True):
    """``scope`` "all": every event, whatever else is ticked."""

    scope: str = "all"

    def wanted(self) -> EndpointInput:
        """Raises Invalid: some events are to be chosen, and none is."""
        if self.scope == "some" and not self.topics:
            raise Invalid({"topics": FieldError(N_("Please choose at least one event."), domain="webhooks")})
        topics = self.topics if self.scope == "some" else []
        return EndpointInput(url=self.url, description=self.description, topics=topics)


@get("/new", opt=requires(MANAGE), include_in_schema=False)
async def new(ctx: Ctx) -> Response[bytes]:
    return await _show(ctx, None, {"scope": "all"}, ctx.topics)


@post("/new", opt=sensitive(requires(MANAGE)), include_in_schema=False, status_code=200)
async def create(request: AnyRequest, ctx: Ctx) -> Response[bytes]:
    form = await read_form(request, EndpointForm)
    try:
        async with ctx.begin() as tx:
            made = await service.create(ctx, tx, form.valid().wanted())
    except Invalid as refused:
        return await _show(ctx, None, form.raw, ctx.topics, refused=refused)
    except Conflict as refused:
        return see_other(ctx, LIST, flash=say(ctx, refused), kind="danger")
    return await show_secret(ctx, made, is_new=True)


@get("/{endpoint_id:uuid}/edit", opt=requires(MANAGE), include_in_schema=False)
async def edit(ctx: Ctx, endpoint_id: FromPath[uuid.UUID]) -> Response[bytes]:
    async with ctx.read() as tx:
        found = await service.endpoint(ctx, tx, endpoint_id)
    raw = msgspec.structs.asdict(found) | {"scope": "some" if found.topics else "all"}
    return await _show(ctx, endpoint_id, raw, _offered(ctx, found.topics))


@post("/{endpoint_id:uuid}/edit", opt=sensitive(requires(MANAGE)), include_in_schema=False)
async def change(request: AnyRequest, ctx: Ctx, endpoint_id: FromPath[uuid.UUID]) -> Response[bytes]:
    form = await read_form(request, EndpointForm)
    try:
        async with ctx.begin() as tx:
            await service.change(ctx, tx, endpoint_id, form.valid().wanted())
    except Invalid as refused:
        async with ctx.read() as tx:
            known = (await service.endpoint(ctx, tx, endpoint_id)).topics
        return await _show(ctx, endpoint_id, form.raw, _offered(ctx, known), refused=refused)
    return see_other(ctx, f"{LIST}/{endpoint_id}", flash=words(ctx)(N_("The endpoint is saved.")))


def _offered(ctx: TenantCtx, known: Sequence[str]) -> list[str]:
    return sorted({*ctx.topics, *known})


async def _show(
    ctx: TenantCtx,
    endpoint_id: uuid.UUID | None,
    raw: Mapping[str, Any],
    topics: Sequence[str],
    *,
    refused: Invalid | None = None,
) -> Response[bytes]:
    faults = refused.fields if refused else {}
    base = f"{LIST}/{endpoint_id}" if endpoint_id else LIST
    return await page(
        ctx,
        "webhooks/endpoint_form.html",
        status=422 if refused else 200,
        raw=raw,
        topics=topics,
        chosen=frozenset(raw.get("topics") or ()),
        errors={name: say(ctx, fault) for name, fault in faults.items()},
        names={name: words(ctx)(label) for name, label in FIELDS.items()},
        is_new=endpoint_id is None,
        base=base,
        action=f"{base}/edit" if endpoint_id else f"{LIST}/new",
    )


route_handlers: Final[list[ControllerRouterHandler]] = [new, create, edit, change]
