"""What a tenant's admin may set; the form is generated from this."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from nakamise.plugin.settings import Money


class TaxInvoiceSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    issue_on: Annotated[
        Literal["payment", "shipment"],
        Meta(
            title="Invoices are issued",
            extra={
                "labels": {"payment": "When the order is paid", "shipment": "When the first parcel leaves"}
            },
        ),
    ] = "payment"
    recipient: Annotated[
        Literal["none", "buyer"],
        Meta(
            title="Recipient of invoices",
            description="Mail-order shops may leave it out: the invoice is then a simplified one.",
            extra={"labels": {"none": "Left out", "buyer": "The buyer's name"}},
        ),
    ] = "none"
    returns_from: Annotated[
        Money,
        Meta(
            title="Return invoices for refunds from",
            description="The law asks for them from ¥10,000. 0 = for every refund.",
        ),
    ] = 0
    mails: Annotated[bool, Meta(title="Tell buyers by mail when a document is ready")] = True
    page_size: Annotated[int, Meta(ge=10, le=200, title="Documents on a page")] = 30
    platform_name: Annotated[
        str,
        Meta(
            max_length=100,
            title="The site's own name on invoices",
            description="For shops for which the site issues in its own name (intermediary).",
        ),
    ] = ""
    platform_number: Annotated[
        str,
        Meta(
            pattern=r"^(T[0-9]{13})?$",
            title="The site's registration number",
            description="T and 13 digits. Without it no shop can be put on the intermediary rule.",
        ),
    ] = ""
