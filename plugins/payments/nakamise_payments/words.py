"""States, kinds and troubles in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from nakamise.contracts.payment_movements import DisputeState
from nakamise.contracts.payments import ChargeState, OpKind
from nakamise.plugin import TenantCtx
from nakamise.web import N_, gettext_for, yen
from nakamise_payments.schemas import Difference, Op, OpState, Trouble

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
    Trouble.TWICE: N_("It happened twice at the provider"),
    Trouble.OVERDUE: N_("No final answer for too long"),
    Trouble.MOVED: N_("The provider's balance moved by another amount"),
    Trouble.NOT_MOVED: N_("In the ledger, and the provider's balance did not move"),
    Trouble.ONLY_MOVED: N_("The provider's balance moved, and the ledger does not know it"),
    Trouble.PAID_OUT: N_("More was paid out than the ledger holds"),
}
# (label, badge kind, icon)
OUTCOMES: Final[Mapping[DisputeState, tuple[str, str, str]]] = {
    DisputeState.WON: (N_("Won"), "ok", "circle-check"),
    DisputeState.LOST: (N_("Lost"), "danger", "circle-alert"),
}
ASK_BACK: Final = N_("You paid this share yourselves, and the order was refunded afterwards. Ask the shop to pay the amount back.")  # fmt: skip

# What the two sides of a difference are.
_STATES: Final = frozenset({Trouble.STATE, Trouble.OVERDUE})
_AMOUNTS: Final = frozenset(
    {
        Trouble.AMOUNT,
        Trouble.NOT_BOOKED,
        Trouble.BOOKED_WRONG,
        Trouble.MOVED,
        Trouble.NOT_MOVED,
        Trouble.ONLY_MOVED,
        Trouble.PAID_OUT,
    }
)


def states(ctx: TenantCtx) -> dict[OpState, tuple[str, str, str]]:
    _ = gettext_for(ctx.locale, "payments")
    return {key: (_(label), kind, icon) for key, (label, kind, icon) in STATES.items()}


def outcomes(ctx: TenantCtx) -> dict[DisputeState, tuple[str, str, str]]:
    """How a dispute ended."""
    _ = gettext_for(ctx.locale, "payments")
    return {key: (_(label), kind, icon) for key, (label, kind, icon) in OUTCOMES.items()}


def kinds(ctx: TenantCtx) -> dict[OpKind, str]:
    _ = gettext_for(ctx.locale, "payments")
    return {key: _(label) for key, label in KINDS.items()}


def troubles(ctx: TenantCtx) -> dict[Trouble, str]:
    _ = gettext_for(ctx.locale, "payments")
    return {key: _(label) for key, label in TROUBLES.items()}


def sides(ctx: TenantCtx, difference: Difference) -> tuple[str, str]:
    """What stands here and at the provider, as people say it; "–" where there is nothing."""
    return _side(ctx, difference.trouble, difference.here), _side(ctx, difference.trouble, difference.there)


def _side(ctx: TenantCtx, trouble: Trouble, value: str) -> str:
    if not value:
        return "–"
    if trouble in _AMOUNTS:
        return yen(int(value))
    if trouble in _STATES:
        # What the provider is still processing is being checked here, as `settling` books it.
        own = OpState.UNKNOWN if value == ChargeState.PROCESSING else OpState(value)
        return states(ctx)[own][0]
    return value


def failure(ctx: TenantCtx, op: Op) -> str:
    """In the asked language: it is the provider's sentence, or one of ours; "" without one."""
    return failure_of(ctx, op.provider_id, op.failure)


def failure_of(ctx: TenantCtx, provider_id: str, failure: str | None) -> str:
    """As ``failure``, of a row that is no op."""
    if failure is None:
        return ""
    said = gettext_for(ctx.locale, provider_id)(failure)
    return said if said != failure else gettext_for(ctx.locale, "payments")(failure)
