"""States, kinds and troubles in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from nakamise.contracts.payments import OpKind
from nakamise.plugin import TenantCtx
from nakamise.web import N_, gettext_for
from nakamise_payments.schemas import Op, OpState, Trouble

# (label, badge kind, icon)
STATES: Final[Mapping[OpState, tuple[str, str, str]]] = {
    OpState.NEW: (N_("Waiting"), "outline", "clock"),
    OpState.SENDING: (N_("Being sent"), "info", "clock"),
    OpState.UNKNOWN: (N_("Being checked"), "warn", "clock"),
    OpState.REQUIRES_ACTION: (N_("Waiting for the buyer"), "info", "shield-check"),
    OpState.AUTHORIZED: (N_("Reserved (authorised)"), "warn", "lock"),
    OpState.BY_HAND: (N_("To pay by hand"), "danger", "circle-alert"),
    OpState.SUCCEEDED: (N_("Succeeded"), "ok", "circle-check"),
    OpState.FAILED: (N_("Failed"), "danger", "circle-alert"),
    OpState.CANCELED: (N_("Cancelled"), "outline", "x"),
}
KINDS: Final[Mapping[OpKind, str]] = {
    OpKind.CHARGE: N_("Payment"),
    OpKind.CAPTURE: N_("Taking of a reserved amount"),
    OpKind.RELEASE: N_("Part that is not taken"),
    OpKind.REFUND: N_("Refund"),
    OpKind.TRANSFER: N_("Share of a shop"),
    OpKind.REVERSAL: N_("Share taken back"),
}
TROUBLES: Final[Mapping[Trouble, str]] = {
    Trouble.MISSING_HERE: N_("Only the provider knows it"),
    Trouble.MISSING_THERE: N_("The provider does not know it"),
    Trouble.STATE: N_("The states differ"),
    Trouble.AMOUNT: N_("The amounts differ"),
    Trouble.CURRENCY: N_("The currencies differ"),
    Trouble.NOT_BOOKED: N_("Not in the ledger"),
    Trouble.BOOKED_WRONG: N_("Wrong in the ledger"),
    Trouble.OVERDUE: N_("No final answer for too long"),
}


def states(ctx: TenantCtx) -> dict[OpState, tuple[str, str, str]]:
    _ = gettext_for(ctx.locale, "payments")
    return {key: (_(label), kind, icon) for key, (label, kind, icon) in STATES.items()}


def kinds(ctx: TenantCtx) -> dict[OpKind, str]:
    _ = gettext_for(ctx.locale, "payments")
    return {key: _(label) for key, label in KINDS.items()}


def troubles(ctx: TenantCtx) -> dict[Trouble, str]:
    _ = gettext_for(ctx.locale, "payments")
    return {key: _(label) for key, label in TROUBLES.items()}


def failure(ctx: TenantCtx, op: Op) -> str:
    """In the asked language: it is the provider's sentence, or one of ours; "" without one."""
    if op.failure is None:
        return ""
    said = gettext_for(ctx.locale, op.provider_id)(op.failure)
    return said if said != op.failure else gettext_for(ctx.locale, "payments")(op.failure)
