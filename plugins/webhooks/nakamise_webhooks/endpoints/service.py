"""Everything that can be done to an endpoint, for pages and API."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Final

from nakamise.db import Tx
from nakamise.egress import EgressReason, EgressRefused
from nakamise.errors import Conflict, FieldError, Invalid, NotFound
from nakamise.ids import uuid7
from nakamise.plugin import TenantCtx
from nakamise.web import N_
from nakamise_webhooks.endpoints.schemas import ENDPOINTS_MAX, Endpoint, EndpointInput, EndpointWithSecret
from nakamise_webhooks.signing import new_secret

# So long two secrets sign, after a change.
OVERLAP: Final = timedelta(hours=24)
_SELECT: Final = """
SELECT e.id, e.url, e.description, e.topics, e.is_on, e.off_why, e.failing_since, e.created_at,
    CASE WHEN e.old_secret_until > $1 THEN e.old_secret_until END AS old_secret_until,
    count(d.id) FILTER (WHERE d.state = 'delivered') AS delivered,
    count(d.id) FILTER (WHERE d.state = 'waiting') AS waiting,
    count(d.id) FILTER (WHERE d.state = 'dead') AS dead, max(d.settled_at) AS last_at
FROM webhooks_endpoint e LEFT JOIN webhooks_delivery d ON d.endpoint_id = e.id
"""
_LIST: Final = _SELECT + "GROUP BY e.id ORDER BY e.created_at, e.id"
_ONE: Final = _SELECT + "WHERE e.id = $2 GROUP BY e.id"
_INSERT: Final = """
WITH known AS (SELECT count(*) AS n FROM webhooks_endpoint)
INSERT INTO webhooks_endpoint (id, url, description, topics, secret, created_by_user_id, created_at)
SELECT $1, $2, $3, $4, $5, $6, $7 FROM known WHERE n < $8
"""
_UPDATE: Final = "UPDATE webhooks_endpoint SET url = $2, description = $3, topics = $4 WHERE id = $1"
_ROTATE: Final = (
    "UPDATE webhooks_endpoint SET secret = $2, old_secret = $3, old_secret_until = $4 WHERE id = $1"
)
_ON: Final = "UPDATE webhooks_endpoint SET is_on = true, off_why = '', failing_since = NULL WHERE id = $1"
_OFF: Final = "UPDATE webhooks_endpoint SET is_on = false, off_why = 'staff' WHERE id = $1 AND is_on"
_URL_FAULTS: Final[dict[EgressReason, str]] = {
    "url": N_("Please enter an address such as https://example.com/hooks, without a user name."),
    "scheme": N_("Please use an address that begins with https://."),
    "port": N_("Only the ports 443 and 80 can be used."),
    "address": N_("This address is not on the public Internet."),
}


async def endpoints(ctx: TenantCtx, tx: Tx) -> list[Endpoint]:
    return await tx.all(Endpoint, _LIST, ctx.now())


async def endpoint(ctx: TenantCtx, tx: Tx, endpoint_id: uuid.UUID) -> Endpoint:
    """Raises NotFound."""
    found = await tx.first(Endpoint, _ONE, ctx.now(), endpoint_id)
    if found is None:
        raise NotFound
    return found


async def create(ctx: TenantCtx, tx: Tx, wanted: EndpointInput) -> EndpointWithSecret:
    """Raises Invalid, Conflict."""
    _check(ctx, wanted, known=())
    id_, secret = uuid7(), new_secret()
    full = Conflict(
        N_("No more than %(n)s endpoints fit."),
        code="too_many_endpoints",
        domain="webhooks",
        params={"n": ENDPOINTS_MAX},
    )
    await tx.must_touch_one(
        full,
        _INSERT,
        id_,
        wanted.url,
        wanted.description,
        _distinct(wanted.topics),
        ctx.seal(secret_place(id_), secret),
        ctx.actor.user_id,
        ctx.now(),
        ENDPOINTS_MAX,
    )
    await ctx.audit(tx, "webhooks.endpoint.created", str(id_), url=wanted.url, topics=wanted.topics)
    return EndpointWithSecret(endpoint=await endpoint(ctx, tx, id_), secret=secret)


async def change(ctx: TenantCtx, tx: Tx, endpoint_id: uuid.UUID, wanted: EndpointInput) -> Endpoint:
    """Raises NotFound, Invalid."""
    before = await endpoint(ctx, tx, endpoint_id)
    _check(ctx, wanted, known=before.topics)
    await tx.execute(_UPDATE, endpoint_id, wanted.url, wanted.description, _distinct(wanted.topics))
    await ctx.audit(
        tx,
        "webhooks.endpoint.changed",
        str(endpoint_id),
        url=wanted.url,
        topics=wanted.topics,
        was=before.url,
    )
    return await endpoint(ctx, tx, endpoint_id)


async def rotate(ctx: TenantCtx, tx: Tx, endpoint_id: uuid.UUID) -> EndpointWithSecret:
    """The former secret signs too for a day. Raises NotFound."""
    sealed = await tx.value("SELECT secret FROM webhooks_endpoint WHERE id = $1 FOR UPDATE", endpoint_id)
    if sealed is None:
        raise NotFound
    place, secret = secret_place(endpoint_id), new_secret()
    old = ctx.seal(old_secret_place(endpoint_id), ctx.unseal(place, str(sealed)))
    await tx.execute(_ROTATE, endpoint_id, ctx.seal(place, secret), old, ctx.now() + OVERLAP)
    await ctx.audit(tx, "webhooks.secret.rotated", str(endpoint_id))
    return EndpointWithSecret(endpoint=await endpoint(ctx, tx, endpoint_id), secret=secret)


async def switch(ctx: TenantCtx, tx: Tx, endpoint_id: uuid.UUID, *, on: bool) -> Endpoint:
    """Raises NotFound."""
    await endpoint(ctx, tx, endpoint_id)
    await tx.execute(_ON if on else _OFF, endpoint_id)
    await ctx.audit(tx, "webhooks.endpoint.on" if on else "webhooks.endpoint.off", str(endpoint_id))
    return await endpoint(ctx, tx, endpoint_id)


async def remove(ctx: TenantCtx, tx: Tx, endpoint_id: uuid.UUID) -> None:
    """With its log. Raises NotFound."""
    found = await endpoint(ctx, tx, endpoint_id)
    await tx.execute("DELETE FROM webhooks_endpoint WHERE id = $1", endpoint_id)
    await ctx.audit(tx, "webhooks.endpoint.removed", str(endpoint_id), url=found.url)


def secret_place(endpoint_id: uuid.UUID) -> str:
    return f"webhooks_endpoint.secret/{endpoint_id}"


def old_secret_place(endpoint_id: uuid.UUID) -> str:
    return f"webhooks_endpoint.old_secret/{endpoint_id}"


def as_input(found: Endpoint) -> EndpointInput:
    return EndpointInput(url=found.url, description=found.description, topics=found.topics)


def _check(ctx: TenantCtx, wanted: EndpointInput, known: list[str] | tuple[str, ...]) -> None:
    """``known`` topics may stay although their plugin is off."""
    faults: dict[str, FieldError] = {}
    try:
        ctx.egress.check(wanted.url)
    except EgressRefused as refused:
        faults["url"] = FieldError(_URL_FAULTS[refused.reason], domain="webhooks")
    if strange := sorted(set(wanted.topics) - {*ctx.topics, *known}):
        message = N_("Nothing here publishes: %(topics)s")
        faults["topics"] = FieldError(message, domain="webhooks", topics=", ".join(strange))
    if faults:
        raise Invalid(faults)


def _distinct(topics: list[str]) -> list[str]:
    return list(dict.fromkeys(topics))
