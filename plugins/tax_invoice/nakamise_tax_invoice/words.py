"""The plugin's words in the asked language."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from nakamise.errors import Invalid
from nakamise.plugin import TenantCtx
from nakamise.web import N_, gettext_for
from nakamise_tax_invoice.papers.body import Family, Kind, Mode

DOMAIN: Final = "tax_invoice"
# Short names for lists; the paper's own title is papers.sheet.TITLES.
KINDS: Final = {
    Kind.INVOICE: N_("Qualified invoice"),
    Kind.SIMPLIFIED: N_("Simplified qualified invoice"),
    Kind.ITEMISED: N_("Itemised invoice"),
    Kind.RETURN: N_("Qualified return invoice"),
    Kind.PLAIN_RETURN: N_("Statement of refund"),
    Kind.RECEIPT: N_("Receipt"),
}
FAMILIES: Final = {
    Family.INVOICE: N_("Invoices"),
    Family.RETURN: N_("Refund documents"),
    Family.RECEIPT: N_("Receipts"),
}
MODES: Final = {
    Mode.AGENT: N_("The site hands over the shop's own documents"),
    Mode.OWN: N_("The shop issues its own documents"),
    Mode.INTERMEDIARY: N_("The site issues in its own name (intermediary rule)"),
}


def words(ctx: TenantCtx) -> Callable[..., str]:
    return gettext_for(ctx.locale, DOMAIN)


def kind_names(ctx: TenantCtx) -> dict[str, str]:
    """By kind."""
    _ = words(ctx)
    return {kind.value: _(name) for kind, name in KINDS.items()}


def field_texts(ctx: TenantCtx, refused: Invalid) -> dict[str, str]:
    """What is wrong, by field, in the user's language."""
    return {
        name: gettext_for(ctx.locale, fault.domain)(fault.message, **fault.params)
        for name, fault in refused.fields.items()
    }
