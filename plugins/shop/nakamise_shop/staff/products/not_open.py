"""Why nothing can be published in a shop that is not open."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from nakamise.errors import Conflict
from nakamise.web import N_

_MESSAGE: Final = N_("The shop is not open. Complete its legal notice and open it first.")
# Those that wait for the site's decision, whatever their staff fill in.
_BY_STATE: Final[Mapping[str, str]] = {
    "applied": N_("This shop waits for approval, so its products cannot be published yet."),
    "rejected": N_(
        "This shop's application was rejected, so its products cannot be published. See the reason on the shop's page and"
        " apply again."
    ),
    "suspended": N_("This shop is suspended, so its products cannot be published."),
}


def not_open(shop_state: str) -> Conflict:
    """``shop_state``: any but "open". Code ``shop_not_open``."""
    return Conflict(_BY_STATE.get(shop_state, _MESSAGE), code="shop_not_open", domain="shop")
