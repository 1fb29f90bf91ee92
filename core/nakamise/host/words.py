"""Names of the contract in an administrator's words: places on pages, hooks, reasons to refuse a plugin.

Msgids of the core's catalog.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from nakamise.host.refusal import Why
from nakamise.ui.i18n import N_

_INSTALLER: Final = N_("Tell whoever runs the installation; the plugin's author has to mend it.")
_UPDATE: Final = N_("Whoever runs the installation should install a newer version of this plugin.")
ADVICE: Final[Mapping[Why, str]] = {
    Why.DUPLICATE_ID: N_("Whoever runs the installation should uninstall one of the two packages."),
    Why.IMPORT_FAILED: N_(
        "Often a package that it needs is missing. Whoever runs the installation should install the plugin anew"
        " and look at the server's log."
    ),
    Why.NOT_A_MANIFEST: _INSTALLER,
    Why.WRONG_ID: _INSTALLER,
    Why.BAD_API: _INSTALLER,
    Why.API_TOO_NEW: N_(
        "Whoever runs the installation should update the platform, or install an older version of this plugin."
    ),
    Why.API_TOO_OLD: _UPDATE,
    Why.MISSING_REQUIREMENT: N_(
        "Whoever runs the installation should install the plugin that it needs, or mend that one first."
    ),
    Why.MISSING_SERVICE: N_(
        "Whoever runs the installation should install a plugin that does what this one relies on: ways to pay,"
        " for example."
    ),
    Why.CYCLE: _INSTALLER,
    Why.BROKEN_REFERENCE: N_(
        "The package is incomplete. Whoever runs the installation should install it anew, or a newer version."
    ),
    Why.BAD_HOOKS: _UPDATE,
    Why.BAD_ROUTES: _INSTALLER,
    Why.NO_ACCESS: N_(
        "Its pages would have been open to anybody, so it was not loaded. The plugin's author has to mend it."
    ),
    Why.UNKNOWN_PERMISSION: _INSTALLER,
    Why.BAD_MIGRATIONS: N_(
        "Its tables cannot be made safely, so nothing was touched. The plugin's author has to mend it."
    ),
    Why.BAD_SETTINGS: _INSTALLER,
}
# By the part of a slot's name before the first dot.
PLACES: Final[Mapping[str, str]] = {
    "header": N_("The head of every page"),
    "site": N_("The top of every page"),
    "footer": N_("The foot of every page"),
    "home": N_("The top page"),
    "auth": N_("Logging in and registering"),
    "account": N_("My page"),
    "document": N_("Legal texts and other documents"),
    "error": N_("Error pages"),
    "search": N_("Product search"),
    "shop": N_("Shop pages"),
    "product": N_("Product pages"),
    "cart": N_("The cart"),
    "checkout": N_("Checkout"),
    "order": N_("The customer's orders"),
    "live": N_("Live broadcasts"),
    "admin": N_("The administration"),
    "mail": N_("Mails"),
}
HOOKS: Final[Mapping[str, str]] = {
    "": N_("its work kept everything else waiting"),
    "tenant_enabled": N_("switching it on"),
    "tenant_disabled": N_("switching it off"),
    "tenant_seed": N_("filling a new site"),
    "price_facts": N_("prices"),
    "price_adjust": N_("prices"),
    "checkout_check": N_("checking an order"),
    "checkout_commit": N_("placing an order"),
    "checkout_revert": N_("cancelling an order"),
    "refund_commit": N_("giving money back"),
    "payment_provider": N_("ways to pay"),
    "login_methods": N_("ways to log in"),
    "password_login_allowed": N_("logging in with a password"),
    "chat_judge": N_("checking comments"),
    "slot_context": N_("its parts of other pages"),
}
# What stops when a hook fails while the plugin is on.
CLOSES: Final[Mapping[str, str]] = {
    "price_facts": N_("If its prices fail, checkout closes until they work again or it is switched off."),
    "price_adjust": N_("If its prices fail, checkout closes until they work again or it is switched off."),
    "checkout_check": N_("If its part of checkout fails, that order is not placed and nothing is charged."),
    "checkout_commit": N_("If its part of checkout fails, that order is not placed and nothing is charged."),
    "refund_commit": N_("If its part of a refund fails, that refund is not made."),
    "payment_provider": N_("Its way to pay is not offered while it fails or is off."),
    "password_login_allowed": N_("If it fails, staff cannot log in with a password."),
    "chat_judge": N_("If it fails, nobody can comment until it works again or is switched off."),
}
# What is different at once when it is switched off.
WITHOUT: Final[Mapping[str, str]] = {
    "price_adjust": N_(
        "Prices are reckoned without it: its reductions end, also in carts that are filled already."
    ),
    "checkout_check": N_("Orders are placed without its checks."),
    "checkout_revert": N_(
        "What it took for orders that are cancelled later is given back only while it is on."
    ),
    "payment_provider": N_("Nobody can pay with it; when it is the only way to pay, no order can be placed."),
    "login_methods": N_("Who logs in with it needs a password from then on."),
}


def hook_word(hook: str) -> str:
    """Widgets have names of their own, which begin with their plugin's."""
    return HOOKS.get(hook, N_("its card on the dashboard"))
