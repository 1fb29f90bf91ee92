"""Who may call a route. Every route says one of these in its ``opt``; one that says none fails the start.

@get("/orders", opt=requires("shop.orders.read"))
"""

from __future__ import annotations

from typing import Any, Final

import msgspec

OPT_KEY: Final = "access"
OPT_SENSITIVE: Final = "sensitive"
OPT_ESSENTIAL: Final = "in_maintenance"
OPT_BOUNDED: Final = "bounded"


class Access(msgspec.Struct, frozen=True):
    """``permission`` None and not ``public``: any signed-in user."""

    public: bool = False
    permission: str | None = None


def anyone() -> dict[str, Any]:
    """Guests too."""
    return {OPT_KEY: Access(public=True)}


def signed_in() -> dict[str, Any]:
    """Any user of the tenant."""
    return {OPT_KEY: Access()}


def requires(permission: str) -> dict[str, Any]:
    """Users one of whose roles carries ``permission``."""
    return {OPT_KEY: Access(permission=permission)}


def sensitive(access: dict[str, Any]) -> dict[str, Any]:
    """``opt=sensitive(signed_in())``: refused to an agency that acts as the user. For passwords, second
    factors, e-mail addresses, bank accounts, payouts."""
    return {**access, OPT_SENSITIVE: True}


def in_maintenance(access: dict[str, Any]) -> dict[str, Any]:
    """``opt=in_maintenance(anyone())``: goes on working while the site is closed, and for users who have not
    agreed to new terms yet. For payments' webhooks, logging in, legal texts."""
    return {**access, OPT_ESSENTIAL: True}


def bounded(access: dict[str, Any]) -> dict[str, Any]:
    """``opt=bounded(signed_in())``: for what very many people ask at the same moment, at a path without parameters.

    A process takes on as much of it as it can answer soon; who comes beyond that is told to come again before
    anything is looked up: 503 with Retry-After, in a browser with a page that sends the same form again. All
    bounded routes of a plugin share one bound per tenant.
    """
    return {**access, OPT_BOUNDED: True}
