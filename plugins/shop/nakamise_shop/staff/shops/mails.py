"""Mails about a shop's state: to who decides, and to who works for the shop."""

from __future__ import annotations

import uuid
from typing import Final

import msgspec

from nakamise.db import Tx
from nakamise.plugin import TenantCtx
from nakamise.web import N_, gettext_for
from nakamise_shop.legal import LABELS
from nakamise_shop.staff.shops.schemas import StaffShop

TEMPLATE: Final = "mail/notice"
# Where applicants who are no staff see what became of it.
OPENING: Final = "/shop/open"
_BY_STATE: Final = {
    "rejected": (
        N_("Your application for “%(name)s”"),
        N_("We could not approve the shop “%(name)s” this time. You can change it and apply again."),
    ),
    "suspended": (
        N_("The shop “%(name)s” is suspended"),
        N_(
            "Buyers do not find the shop and its products for the time being. Please finish the orders that are there."
        ),
    ),
    "closed": (
        N_("The shop “%(name)s” is closed"),
        N_("Buyers no longer find the shop and its products. Please finish the orders that are there."),
    ),
}
_APPROVED: Final = (
    N_("The shop “%(name)s” is approved"),
    N_("“%(name)s” is open for business. You can publish products now."),
)
_NOW_STAFF: Final = N_(
    "You are the shop's manager from now on: its products, orders and settings are in the administration."
)
_AGAIN: Final = (
    N_("The shop “%(name)s” is open again"),
    N_("Buyers find the shop and its published products again."),
)
# Staff who work for the shop by name, and who applied if that is decided, who may be no staff; not who decided.
# $1 shop, $2 the acting person, $3 whether it is about the application
_READERS: Final = """
SELECT u.id, u.email, u.locale, EXISTS (SELECT 1 FROM core_user_role r WHERE r.user_id = u.id) AS is_staff
FROM core_user u
WHERE u.state = 'active' AND u.email_verified_at IS NOT NULL AND u.id IS DISTINCT FROM $2
  AND (EXISTS (SELECT 1 FROM core_user_role r WHERE r.user_id = u.id)
       OR ($3 AND EXISTS (SELECT 1 FROM shop_people p JOIN shop_shop s ON s.id = p.shop_id
                          WHERE p.user_id = u.id AND p.shop_id = $1 AND s.applied_by = u.id)))
  AND (($3 AND u.id = (SELECT applied_by FROM shop_shop WHERE id = $1))
       OR EXISTS (SELECT 1 FROM shop_people p WHERE p.user_id = u.id AND p.shop_id = $1))
ORDER BY u.id
"""


class _Reader(msgspec.Struct, frozen=True):
    id: uuid.UUID
    email: str
    locale: str
    is_staff: bool


async def tell_admins(ctx: TenantCtx, tx: Tx, found: StaffShop) -> None:
    """An application waits."""
    _ = gettext_for(ctx.tenant.locale, "shop")
    label = LABELS["seller"]
    await ctx.mail_admins(
        tx,
        TEMPLATE,
        subject=_("A shop waits for approval: %(name)s", name=found.name),
        paragraphs=[_("Please look at the shop's data, then approve or reject it.")],
        facts=[(_("Shop"), found.name), (_(label), found.legal.get("seller", "—"))],
        action=_to_the_shop(_("See the application"), found.id),
    )


async def tell_decision(
    ctx: TenantCtx, tx: Tx, found: StaffShop, to: str, reason: str, appointed: uuid.UUID | None = None
) -> None:
    """To each in their language, with the reason. ``found`` is the shop as it was, ``appointed`` who became staff by
    the decision."""
    is_first = found.state in {"pending", "applied"}
    opened = _APPROVED if is_first else _AGAIN
    subject, story = opened if to == "open" else _BY_STATE[to]
    for reader in await tx.all(_Reader, _READERS, found.id, ctx.actor.user_id, is_first):
        _ = gettext_for(reader.locale, "shop")
        await ctx.send_mail(
            tx,
            TEMPLATE,
            reader.email,
            locale=reader.locale,
            subject=_(subject, name=found.name),
            paragraphs=[_(story, name=found.name), *([_(_NOW_STAFF)] if reader.id == appointed else [])],
            facts=[(_("Reason"), reason)] if reason else [],
            action=_to_the_shop(_("See the shop"), found.id)
            if reader.is_staff
            else {"label": _("See the application"), "path": OPENING},
        )


def _to_the_shop(label: str, shop_id: uuid.UUID) -> dict[str, str]:
    return {"label": label, "path": f"/admin/shop/shops/{shop_id}"}
