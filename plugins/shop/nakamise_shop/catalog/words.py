"""States as people read them; a raw state never stands on a page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from nakamise.web import N_

SHOP_STATES: Final[Mapping[str, str]] = {
    "pending": N_("In preparation"),
    "applied": N_("Waiting for approval"),
    "rejected": N_("Rejected"),
    "open": N_("Open for business"),
    "suspended": N_("Suspended"),
    "closed": N_("Closed"),
}
