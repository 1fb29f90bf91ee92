"""Making documents: each once, whoever asks how often."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Annotated, Final, Literal

import msgspec
from msgspec import Meta

from nakamise.contracts.orders import OrderRefund, Orders, OrderView
from nakamise.db import Tx
from nakamise.errors import Conflict, FieldError, Invalid, NotFound
from nakamise.plugin import TenantCtx
from nakamise.web import N_
from nakamise_tax_invoice.issuing import repository, terms
from nakamise_tax_invoice.issuing.numbering import next_version, prefix_of, write
from nakamise_tax_invoice.issuing.schemas import Document, Draft
from nakamise_tax_invoice.papers import writing
from nakamise_tax_invoice.papers.body import Body, Family, Honorific, Issuer, Original
from nakamise_tax_invoice.papers.titles import addressed
from nakamise_tax_invoice.pdf.files import Render
from nakamise_tax_invoice.settings import TaxInvoiceSettings
from nakamise_tax_invoice.words import DOMAIN, words

RENDER: Final = "tax_invoice.render"
# Something of it is still paid.
_PAID: Final = frozenset({"paid", "part_refunded", "closed", "disputed"})
Name = Annotated[str, Meta(min_length=1, max_length=80)]


class WantedReceipt(msgspec.Struct, frozen=True, kw_only=True):
    """宛名 and 但し書き, as the buyer chooses them. ``honorific`` "": by the name, and as before where it stays."""

    recipient: Name
    honorific: Literal["", "様", "御中"] = ""
    note: Annotated[str, Meta(max_length=80)] = ""


class Correction(msgspec.Struct, frozen=True, kw_only=True):
    """What another version says differently. ``as_shop_is_now``: the seller's name and number of today instead of
    those of the day of sale. ``honorific`` as in ``WantedReceipt``."""

    reason: Annotated[str, Meta(min_length=1, max_length=300)]
    recipient: Annotated[str, Meta(max_length=80)] = ""
    honorific: Literal["", "様", "御中"] = ""
    as_shop_is_now: bool = False


async def issue_invoice(ctx: TenantCtx, tx: Tx, order: OrderView) -> uuid.UUID | None:
    """The invoice's id when this call made it. Nothing for an order that cost nothing."""
    if order.total == 0:
        return None
    to = order.buyer_name if ctx.settings(TaxInvoiceSettings).recipient == "buyer" else ""
    issuer = await _issuer(ctx, tx, order)
    name, title = addressed(to)
    body = _titled(writing.invoice(order, issuer, ctx.tenant.zone, await _now(tx), name), title)
    return await _write(ctx, tx, _draft(order, order.id, body))


async def issue_return(ctx: TenantCtx, tx: Tx, order: OrderView, refund: OrderRefund) -> uuid.UUID | None:
    """A return's id when this call made it; nothing for a sale without an invoice or below the setting."""
    sale = await repository.latest(tx, Family.INVOICE, order.id)
    amount = refund.cash + refund.tender
    # Postage is no price: what only gives that back needs no document.
    if (
        sale is None
        or min(amount, amount + refund.postage) <= 0
        or amount < ctx.settings(TaxInvoiceSettings).returns_from
    ):
        return None
    original = Original(number=sale.number, supplied_on=sale.supplied_on)
    to = sale.body.recipient
    issuer = sale.body.issuer
    body = writing.returned(order, refund, issuer, ctx.tenant.zone, await _now(tx), original, to)
    return await _write(ctx, tx, _draft(order, refund.id, _titled(body, sale.body.honorific)))


async def issue_receipt(ctx: TenantCtx, tx: Tx, order_id: uuid.UUID, wanted: WantedReceipt) -> Document:
    """The first one, or another version that says 再発行; asked for the same again, the one that there is.

    Whoever calls checks whose order it is. Raises NotFound; Invalid for a blank name; Conflict for an order that
    nothing was paid for.
    """
    note = bare_note(wanted.note)
    _check_name(addressed(wanted.recipient)[0])
    order = await ctx.service(Orders).get(tx, order_id)
    if order.state not in _PAID or order.charge == 0:
        raise Conflict(N_("There is a receipt as soon as the order is paid."), code="not_paid", domain=DOMAIN)
    issuer = await _issuer(ctx, tx, order)
    zone = ctx.tenant.zone
    await hold(ctx, tx, order.shop_id)
    last = await repository.latest(tx, Family.RECEIPT, order_id)
    name, title = _addressed(wanted, last)
    body = _titled(writing.receipt(order, issuer, zone, await _now(tx), name, note), title)
    draft = _draft(order, order.id, body)
    if last is not None:
        if (last.body.recipient, last.body.honorific, last.body.note) == (name, title, note):
            return last
        reason = words(ctx.in_language(order.locale))(N_("Asked for by the buyer"))
        draft = _following(draft, last, reason)
    await _write(ctx, tx, draft)
    return await _latest(tx, Family.RECEIPT, order_id)


async def reissue(ctx: TenantCtx, tx: Tx, document_id: uuid.UUID, wanted: Correction) -> Document:
    """Another version of the newest one; amounts stay as they were frozen.

    Raises NotFound; Invalid for a receipt without a recipient; Conflict for a version that was replaced already.
    """
    await hold(ctx, tx, (await document(tx, document_id)).shop_id)
    last = await document(tx, document_id)
    name, title = _addressed(wanted, last)
    wanted = msgspec.structs.replace(wanted, recipient=name, honorific=title)
    if last.family is Family.RECEIPT:
        _check_name(wanted.recipient)
    if not last.is_latest:
        raise Conflict(N_("A newer version of this document exists."), code="replaced", domain=DOMAIN)
    order = await ctx.service(Orders).get(tx, last.order_id)
    draft = _draft(order, last.subject_id, await _corrected(ctx, tx, last, wanted))
    await _write(ctx, tx, _following(draft, last, wanted.reason))
    made = await _latest(tx, last.family, last.subject_id)
    await ctx.audit(
        tx,
        "tax_invoice.reissued",
        made.number,
        replaces=last.number,
        reason=wanted.reason,
        order=order.number,
    )
    return made


def bare_note(note: str) -> str:
    """Without what the paper says around it: 但し お品代として is お品代."""
    return note.strip().removeprefix("但し").removesuffix("として").strip()


def _addressed(wanted: WantedReceipt | Correction, last: Document | None) -> tuple[str, Honorific]:
    """The bare name and its title: a name that stays keeps its own, unless another is chosen or typed with it."""
    name, title = addressed(wanted.recipient, wanted.honorific or None)
    if last and not wanted.honorific and name == last.body.recipient == wanted.recipient.strip():
        title = last.body.honorific
    return name, title


def _check_name(recipient: str) -> None:
    if not recipient:
        raise Invalid({"recipient": FieldError(N_("A receipt needs a name."), domain=DOMAIN)})


async def document(tx: Tx, document_id: uuid.UUID) -> Document:
    """Raises NotFound."""
    found = await repository.find(tx, document_id)
    if found is None:
        raise NotFound
    return found


async def _corrected(ctx: TenantCtx, tx: Tx, last: Document, wanted: Correction) -> Body:
    issuer = last.body.issuer
    if wanted.as_shop_is_now:
        shop = await terms.seller(ctx, tx, last.shop_id)
        sold = writing.Sold(name=shop.seller or shop.name, number=shop.invoice_number or "")
        issuer = writing.issuer_of(sold, await terms.terms_of(ctx, tx, last.shop_id))
    kind = writing.kind_for(last.body.family, issuer, wanted.recipient)
    issued_on = (await _now(tx)).astimezone(ctx.tenant.zone).date()
    body = msgspec.structs.replace(
        last.body, kind=kind, issuer=issuer, recipient=wanted.recipient, issued_on=issued_on
    )
    return _titled(body, wanted.honorific or last.body.honorific)


def _titled(body: Body, title: Honorific) -> Body:
    return msgspec.structs.replace(body, honorific=title)


async def _issuer(ctx: TenantCtx, tx: Tx, order: OrderView) -> Issuer:
    return writing.issuer_of(writing.seller_of(order), await terms.terms_of(ctx, tx, order.shop_id))


def _draft(order: OrderView, subject_id: uuid.UUID, body: Body) -> Draft:
    return Draft(
        shop_id=order.shop_id,
        order_id=order.id,
        subject_id=subject_id,
        shop_name=str(order.shop.get("name") or ""),
        partner=body.recipient or order.buyer_name,
        prefix=prefix_of(order.number),
        locale=order.locale,
        body=body,
    )


def _following(draft: Draft, last: Document, reason: str) -> Draft:
    later = next_version(draft, number=last.number, version=last.version)
    return msgspec.structs.replace(later, replaces=last.id, reason=reason)


async def _write(ctx: TenantCtx, tx: Tx, draft: Draft) -> uuid.UUID | None:
    """None when there was such a version already."""
    document_id, is_new = await write(ctx, tx, draft)
    if not is_new:
        return None
    await ctx.enqueue(tx, RENDER, Render(document_id))
    return document_id


async def _latest(tx: Tx, family: Family, subject_id: uuid.UUID) -> Document:
    found = await repository.latest(tx, family, subject_id)
    if found is None:
        raise NotFound
    return found


async def hold(ctx: TenantCtx, tx: Tx, shop_id: uuid.UUID) -> None:
    """Who wants to write for this shop waits for whoever writes: what is read afterwards is the newest."""
    await repository.hold_counter(tx, shop_id, (await _now(tx)).astimezone(ctx.tenant.zone).year)


async def _now(tx: Tx) -> datetime:
    now: datetime = await tx.value("SELECT now()")
    return now
