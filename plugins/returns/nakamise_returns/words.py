"""Words for states, reasons and the like: msgids."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from nakamise.plugin import TenantCtx
from nakamise.web import N_, gettext_for
from nakamise_returns.states import State

# (text, kind of badge)
STATES: Final[Mapping[str, tuple[str, str]]] = {
    State.REQUESTED: (N_("Asked for"), "warn"),
    State.APPROVED: (N_("Approved, waiting for the parcel"), "info"),
    State.RECEIVED: (N_("Goods received"), "brand"),
    State.REFUNDED: (N_("Refunded"), "ok"),
    State.EXCHANGED: (N_("Replacement sent"), "ok"),
    State.REJECTED: (N_("Rejected"), "danger"),
    State.CANCELLED: (N_("Withdrawn by the buyer"), "outline"),
    State.LAPSED: (N_("Closed: no parcel came"), "outline"),
}
REASONS: Final[Mapping[str, str]] = {
    "changed_mind": N_("Changed my mind"),
    "defect": N_("Faulty or damaged"),
    "wrong_item": N_("Not what I ordered"),
    "other": N_("Something else"),
}
WISHES: Final[Mapping[str, str]] = {
    "refund": N_("Money back"),
    "exchange": N_("An exchange"),
}
CONDITIONS: Final[Mapping[str, str]] = {
    "unused": N_("Unused"),
    "worn": N_("Worn"),
    "damaged": N_("Damaged"),
}
PAYERS: Final[Mapping[str, str]] = {"buyer": N_("The buyer"), "shop": N_("The shop")}
CARRIERS: Final[Mapping[str, str]] = {
    "yamato": N_("Yamato Transport"),
    "sagawa": N_("Sagawa Express"),
    "japan_post": N_("Japan Post"),
    "other": N_("Other carrier"),
}


def labels(ctx: TenantCtx, texts: Mapping[str, str]) -> dict[str, str]:
    _ = gettext_for(ctx.locale, "returns")
    return {str(key): _(text) for key, text in texts.items()}


def choices(ctx: TenantCtx, texts: Mapping[str, str]) -> list[tuple[str, str]]:
    """As ``ui.select`` takes them."""
    return list(labels(ctx, texts).items())


def badges(ctx: TenantCtx) -> dict[str, tuple[str, str]]:
    """(text, kind of badge) by state."""
    _ = gettext_for(ctx.locale, "returns")
    return {str(state): (_(text), kind) for state, (text, kind) in STATES.items()}
