"""Asking who a seller is, and deciding."""

from __future__ import annotations

import uuid
from typing import Final

import msgspec

from nakamise.db import Tx
from nakamise.errors import Conflict, FieldError, Invalid, NotFound
from nakamise.ids import uuid7
from nakamise.plugin import TenantCtx
from nakamise.web import N_, gettext_for
from nakamise_shop.disclosure.schemas import (
    CHECKS,
    CLAIM_OVER,
    DAYS,
    AskDisclosure,
    DecideDisclosure,
    Disclosure,
    DisclosurePage,
    OwnDisclosure,
)
from nakamise_shop.legal import is_on_request
from nakamise_shop.on_request.keeping import WHOLE
from nakamise_shop.orders import repository as orders
from nakamise_shop.orders.mails import TEMPLATE
from nakamise_shop.orders.schemas import OrderHeader

PAGE_SIZE: Final = 30
_NOTICE: Final = f"SELECT {WHOLE} FROM shop_shop WHERE id = $1"  # noqa: S608
_TOLD: Final = ("seller", "representative", "address", "phone", "email")
_ROWS: Final = """
SELECT d.id, d.order_id, o.number AS order_number, d.shop_id, s.name AS shop_name, d.user_id, o.buyer_name,
       p.email, p.locale, d.claim, d.reason, d.state, d.due_on,
       d.state = 'open' AND d.due_on < (now() AT TIME ZONE $1)::date AS is_late,
       d.checks, d.told, d.answer, d.decided_by, d.decided_at, d.created_at
FROM shop_disclosure d JOIN shop_order o ON o.id = d.order_id JOIN shop_purchase p ON p.id = o.purchase_id
JOIN shop_shop s ON s.id = d.shop_id
"""
_ASK: Final = """
INSERT INTO shop_disclosure (id, order_id, shop_id, user_id, claim, reason, due_on)
VALUES ($1, $2, $3, $4, $5, $6, (now() AT TIME ZONE $7)::date + $8::int)
ON CONFLICT (order_id) WHERE state = 'open' DO NOTHING
"""
_DECIDE: Final = """
UPDATE shop_disclosure SET state = $2, checks = $3, told = $4, answer = $5, decided_by = $6, decided_at = now()
WHERE id = $1 AND state = 'open'
"""


async def ask(ctx: TenantCtx, tx: Tx, number: str, wanted: AskDisclosure) -> uuid.UUID:
    """Of the actor's own order. Raises NotFound; Invalid for a claim that the law does not cover; Conflict for a
    second open request, and for an order that was never paid."""
    order = await own_order(ctx, tx, number)
    _check(wanted)
    if order.paid_at is None:
        raise Conflict(N_("Only for orders that were paid."), code="not_paid", domain="shop")
    request_id = uuid7()
    row = (request_id, order.id, order.shop_id, order.buyer_id, wanted.claim, wanted.reason)
    twice = Conflict(N_("There is an open request for this order already."), code="twice", domain="shop")
    await tx.must_touch_one(twice, _ASK, *row, ctx.tenant.timezone, DAYS)
    await ctx.audit(tx, "shop.disclosure_asked", order.number, claim=wanted.claim)
    return request_id


def _check(wanted: AskDisclosure) -> None:
    faults: dict[str, FieldError] = {}
    if wanted.claim <= CLAIM_OVER:
        faults["claim"] = FieldError(N_("The claim must be for more than ¥10,000."), domain="shop")
    if not wanted.is_honest:
        faults["is_honest"] = FieldError(N_("Please confirm this."), domain="shop")
    if faults:
        raise Invalid(faults)


async def own_order(ctx: TenantCtx, tx: Tx, number: str) -> OrderHeader:
    """Raises NotFound for anybody else's."""
    found = await orders.header_by_number(tx, number)
    if found is None or found.buyer_id != ctx.require_user():
        raise NotFound
    return found


async def of_order(ctx: TenantCtx, tx: Tx, order_id: uuid.UUID) -> list[Disclosure]:
    """The newest first."""
    return await tx.all(
        Disclosure,
        f"{_ROWS} WHERE d.order_id = $2 ORDER BY d.created_at DESC, d.id",
        *(ctx.tenant.timezone, order_id),
    )


def as_own(one: Disclosure) -> OwnDisclosure:
    """Without what concerns only those who decide."""
    return msgspec.convert(one, OwnDisclosure, from_attributes=True)


async def found_page(ctx: TenantCtx, tx: Tx, number: int) -> DisclosurePage:
    return DisclosurePage(
        items=await tx.all(
            Disclosure,
            f"{_ROWS} ORDER BY d.state <> 'open', CASE WHEN d.state = 'open' THEN d.due_on END, d.created_at DESC,"
            " d.id LIMIT $2 OFFSET $3",
            *(ctx.tenant.timezone, PAGE_SIZE, (number - 1) * PAGE_SIZE),
        ),
        total=int(await tx.value("SELECT count(*) FROM shop_disclosure")),
        page=number,
        page_size=PAGE_SIZE,
    )


async def one(ctx: TenantCtx, tx: Tx, request_id: uuid.UUID) -> Disclosure:
    """Raises NotFound."""
    found = await tx.first(Disclosure, f"{_ROWS} WHERE d.id = $2", ctx.tenant.timezone, request_id)
    if found is None:
        raise NotFound
    return found


async def decide(ctx: TenantCtx, tx: Tx, request_id: uuid.UUID, given: DecideDisclosure) -> Disclosure:
    """Once; the buyer is told by mail. Raises NotFound; Invalid for a check that was not made or a refusal without
    a reason; Conflict for one that is decided, and for a seller whose notice lacks name or address."""
    asked = await one(ctx, tx, request_id)
    told = await _checked(tx, asked, given)
    decided = Conflict(N_("This request was decided already."), code="decided", domain="shop")
    checks = {name: name in given.checks for name in CHECKS}
    by = ctx.actor.name_in_log
    await tx.must_touch_one(decided, _DECIDE, request_id, given.decision, checks, told, given.answer, by)
    await ctx.audit(
        tx,
        "shop.disclosure_decided",
        asked.order_number,
        decision=given.decision,
        checks=sorted(given.checks),
    )
    done = await one(ctx, tx, request_id)
    await _tell(ctx, tx, done)
    return done


async def _checked(tx: Tx, asked: Disclosure, given: DecideDisclosure) -> dict[str, str]:
    """What is told."""
    if given.decision == "refused":
        if not given.answer.strip():
            raise Invalid({"answer": FieldError(N_("Please say why."), domain="shop")})
        return {}
    if set(CHECKS) - set(given.checks):
        raise Invalid({"checks": FieldError(N_("Make every check before you disclose."), domain="shop")})
    legal = await tx.value(_NOTICE, asked.shop_id)
    # "Told on request" is no answer: this is the request.
    told = {
        name: str(legal[name]) for name in _TOLD if legal.get(name) and not is_on_request(name, legal[name])
    }
    if not {"seller", "address"} <= told.keys():
        message = N_("The shop's legal notice has no name or address. Please have the shop enter it first.")
        raise Conflict(message, code="nothing_to_tell", domain="shop")
    return told


async def _tell(ctx: TenantCtx, tx: Tx, done: Disclosure) -> None:
    """The seller's data stand on the page behind the login, not in the mail."""
    _ = gettext_for(done.locale, "shop")
    was_told = done.state.value == "disclosed"
    said = _("You find the seller's name and address on this page.") if was_told else done.answer
    await ctx.send_mail(
        tx,
        TEMPLATE,
        done.email,
        locale=done.locale,
        subject=_("Your request about the seller of order %(number)s was decided", number=done.order_number),
        greeting=_("Dear %(name)s,", name=done.buyer_name),
        paragraphs=[said],
        lines=[],
        bill=[],
        facts=[(_("Order number"), done.order_number), (_("Shop"), done.shop_name)],
        action={"path": f"/shop/orders/{done.order_number}/seller", "label": _("See the answer")},
    )
