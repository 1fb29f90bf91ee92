"""Mails to the shop's administrators, in the tenant's language."""

from __future__ import annotations

from nakamise.db import Tx
from nakamise.plugin import TenantCtx
from nakamise.web import N_, gettext_for, minute, yen
from nakamise_payments import words
from nakamise_payments.schemas import Dispute, Op


async def disputed(ctx: TenantCtx, tx: Tx, opened: Dispute) -> None:
    _ = gettext_for(ctx.tenant.locale, "payments")
    facts = [(_(N_("Amount")), yen(opened.amount))]
    if opened.respond_by:
        until = minute(opened.respond_by, ctx.tenant.locale, ctx.tenant.timezone)
        facts.append((_(N_("Answer until")), until))
    await ctx.mail_admins(
        tx,
        "mail/notice",
        subject=_(N_("A buyer disputes a payment")),
        paragraphs=[
            _(
                N_(
                    "Answer at the payment provider. Until it is decided nothing of this payment can be refunded."
                )
            ),
        ],
        facts=facts,
        action={"label": _(N_("See the payments")), "path": "/admin/payments#disputes"},
    )


async def refund_failed(
    ctx: TenantCtx, tx: Tx, op: Op, *, came_back: bool, disputed: bool, has_rail: bool
) -> None:
    """``came_back``: it had arrived, and the bank sent it back; else the provider refused it. What staff can do now:
    nothing while the payment is ``disputed``, send it once more only where it ``has_rail``."""
    _ = gettext_for(ctx.tenant.locale, "payments")
    if came_back:
        why = _(N_("The buyer's bank has sent a refund back. The buyer does not have the money."))
    else:
        why = _(N_("The payment provider refused a refund. The buyer does not have the money."))
    await ctx.mail_admins(
        tx,
        "mail/notice",
        subject=_(N_("A refund did not reach the buyer")),
        paragraphs=[why, _(_to_do(disputed=disputed, has_rail=has_rail))],
        facts=[(_(N_("Amount")), yen(op.amount))],
        action={"label": _(N_("See the refunds to pay")), "path": "/admin/payments?state=by_hand"},
    )


def _to_do(*, disputed: bool, has_rail: bool) -> str:
    if disputed:
        return N_("A dispute about this payment is open: wait for its end before you pay.")
    if has_rail:
        return N_("Pay it another way and write down how, or send it once more.")
    return N_("Pay it another way and write down how.")


async def share_failed(ctx: TenantCtx, tx: Tx, op: Op) -> None:
    """A shop's share, or its taking back, that the provider refused."""
    _ = gettext_for(ctx.tenant.locale, "payments")
    facts = [(_(N_("Amount")), yen(op.amount))]
    if why := words.failure(ctx, op):
        facts.append((_(N_("Reason")), why))
    await ctx.mail_admins(
        tx,
        "mail/notice",
        subject=_(N_("A shop's share did not go through")),
        paragraphs=[_(N_("See why, and send it once more."))],
        facts=facts,
        action={"label": _(N_("See the shares")), "path": "/admin/payments#shares"},
    )


async def taken_short(ctx: TenantCtx, tx: Tx, charge: Op, missing: int) -> None:
    """Somebody took less of a payment at the provider than was to be taken."""
    _ = gettext_for(ctx.tenant.locale, "payments")
    await ctx.mail_admins(
        tx,
        "mail/notice",
        subject=_(N_("Less was taken of a payment than was to be")),
        paragraphs=[
            _(
                N_(
                    "Refunds, and the shares of shops, are reckoned with what was really taken."
                    " Look at the payment at the provider: what is missing cannot be taken any more."
                )
            ),
        ],
        facts=[
            (_(N_("Taken")), yen(charge.captured)),
            (_(N_("Missing")), yen(missing)),
        ],
        action={"label": _(N_("See the payments")), "path": "/admin/payments"},
    )


async def share_owed(ctx: TenantCtx, tx: Tx, amount: int) -> None:
    """What a shop has too much since staff paid its share by hand."""
    _ = gettext_for(ctx.tenant.locale, "payments")
    await ctx.mail_admins(
        tx,
        "mail/notice",
        subject=_(N_("A shop has too much of a share that you paid")),
        paragraphs=[_(words.ASK_BACK)],
        facts=[(_(N_("Amount")), yen(amount))],
        action={"label": _(N_("See the shares")), "path": "/admin/payments#shares"},
    )
