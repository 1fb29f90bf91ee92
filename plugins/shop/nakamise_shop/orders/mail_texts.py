"""The words of the shop's mails to buyers, which a tenant may put into its own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from nakamise.plugin import MailText
from nakamise.web import N_

ORDER_WAITING: Final = "shop.order_waiting"
ORDER_PAID: Final = "shop.order_paid"
ORDER_SHIPPED: Final = "shop.order_shipped"
ORDER_CANCELLED: Final = "shop.order_cancelled"
ORDER_REFUNDED: Final = "shop.order_refunded"
_NUMBER: Final = N_("Order number")


def _text(
    id_: str,
    label: str,
    subject: str,
    paragraphs: tuple[str, ...],
    values: Mapping[str, tuple[str, str]],
    required: tuple[str, ...],
) -> MailText:
    """``values``: name → label and example."""
    return MailText(
        id=id_,
        label=label,
        subject=subject,
        paragraphs=paragraphs,
        variables={name: label for name, (label, _) in values.items()},
        samples={name: sample for name, (_, sample) in values.items()},
        required=required,
    )


MAIL_TEXTS: Final = (
    _text(
        ORDER_WAITING,
        N_("Order received, to be paid at a convenience store or by bank transfer"),
        N_("We received your order %(number)s"),
        (N_("Please pay %(amount)s by %(time)s. Your items are held until then."), "%(codes)s"),
        {
            "number": (_NUMBER, "H-2611-00042"),
            "amount": (N_("Amount"), "¥7,920"),
            "time": (N_("Pay by"), N_("3 December 2026, 23:59")),
            "codes": (N_("Payment numbers, or the account to transfer to"), N_("Lawson: 123 456")),
        },
        ("amount", "time", "codes"),
    ),
    _text(
        ORDER_PAID,
        N_("Order confirmed and paid"),
        N_("Thank you for your order %(number)s"),
        ("%(payment)s", N_("The shop will now prepare your parcel.")),
        {
            "number": (_NUMBER, "H-2611-00042"),
            "payment": (N_("What became of the payment"), N_("Your payment has arrived.")),
        },
        ("payment",),
    ),
    _text(
        ORDER_SHIPPED,
        N_("Shipped"),
        N_("Order %(number)s is on its way"),
        (N_("%(carrier)s, tracking number %(tracking)s"),),
        {
            "number": (_NUMBER, "H-2611-00042"),
            "carrier": (N_("Carrier"), N_("Yamato Transport")),
            "tracking": (N_("Tracking number"), "1234-5678-9012"),
        },
        ("carrier", "tracking"),
    ),
    _text(
        ORDER_CANCELLED,
        N_("Cancelled"),
        N_("Order %(number)s was cancelled"),
        ("%(why)s", "%(payment)s"),
        {
            "number": (_NUMBER, "H-2611-00042"),
            "why": (N_("Who cancelled it, and the reason"), N_("The shop cancelled your order.")),
            "payment": (
                N_("What becomes of the payment"),
                N_("The amount will be refunded the way you paid."),
            ),
        },
        ("why", "payment"),
    ),
    _text(
        ORDER_REFUNDED,
        N_("Refund"),
        N_("Refund for order %(number)s"),
        (N_("Refund for order %(number)s."), "%(refund)s"),
        {
            "number": (_NUMBER, "H-2611-00042"),
            "refund": (
                N_("The reason, and how the money comes"),
                N_("The amount will be refunded the way you paid."),
            ),
        },
        ("refund",),
    ),
)
