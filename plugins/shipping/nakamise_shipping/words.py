"""Words for codes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from nakamise.plugin import TenantCtx
from nakamise.web import N_, gettext_for

TEMPERATURES: Final = {
    "normal": N_("Normal temperature"),
    "cool": N_("Cool (refrigerated)"),
    "frozen": N_("Frozen"),
}
MIXINGS: Final = {
    "coldest": N_("One parcel, as cold as the coldest item"),
    "separate": N_("One parcel and one fee for each temperature"),
    "refuse": N_("They cannot be ordered together"),
}
REMARKS: Final = {
    "missing": N_("Missing"),
    "too_long": N_("Too long"),
    "unknown": N_("Characters that the carrier cannot print: %(before)s"),
    "swapped": N_("“%(before)s” is written as “%(now)s”"),
    "split": N_("Spread over several fields: %(now)s"),
    "unknown_hours": N_(
        "The carrier has no hours with the code %(before)s, perhaps because the shop changed carriers. Change the buyer's wish on the order's page."
    ),
    "closed_day": N_("%(before)s is a day on which the shop sends nothing."),
    "past_day": N_("%(before)s is over."),
    "delayed": N_("This parcel was to leave on %(before)s."),
    "late": N_(
        "The buyer wished for %(before)s; sent on this day it arrives on %(now)s at the earliest. Please tell the buyer, or change the wish."
    ),
}
# (label, kind of badge)
VERDICTS: Final = {
    "ship": (N_("Will be sent"), "ok"),
    "renumber": (N_("Other number: will be changed"), "warn"),
    "same": (N_("Noted already"), ""),
    "repeated": (N_("Twice in this file: done once"), ""),
    "duplicate": (N_("Twice"), "danger"),
    "unmatched": (N_("No such order"), "danger"),
    "invalid": (N_("No valid number"), "danger"),
    "empty": (N_("No number yet"), ""),
    "closed": (N_("Cannot be sent any more"), "danger"),
    "shipped": (N_("Sent"), "ok"),
    "renumbered": (N_("Number changed"), "ok"),
    "refused": (N_("Refused"), "danger"),
}
CARRIERS: Final = {"yamato": N_("Yamato Transport"), "sagawa": N_("Sagawa Express")}


def labels(ctx: TenantCtx, words: Mapping[str, str]) -> dict[str, str]:
    _ = gettext_for(ctx.locale, "shipping")
    return {key: str(_(label)) for key, label in words.items()}
