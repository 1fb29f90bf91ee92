"""What can go wrong with a provider: a stable code, and a sentence for each reader."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal

from nakamise.errors import NakamiseError
from nakamise.web import N_

Code = Literal[
    "unreachable",
    "answer",
    "issuer",
    "endpoint",
    "keys",
    "client",
    "code",
    "token",
    "mix_up",
    "state",
    "denied",
    "provider",
    "domain",
    "secret",
]


class ProviderFault(NakamiseError):
    """``detail`` is for the log and for the site's staff; the person who logs in sees the sentence only."""

    def __init__(self, code: Code, detail: str = "") -> None:
        super().__init__(f"{code}: {detail}" if detail else code)
        self.code: Code = code
        self.detail = detail


class UnknownKey(ProviderFault):
    """Signed with a key that the provider had not published when we last looked."""

    def __init__(self) -> None:
        super().__init__("token", "unknown key")


_TRY_AGAIN: Final = N_("The login took too long or was done already. Please start again.")
_BROKEN: Final = N_("The login service gave an answer that cannot be trusted. Please tell the site's staff.")
FOR_VISITORS: Final[Mapping[Code, str]] = {
    "unreachable": N_("The login service does not answer at the moment. Please try again later."),
    "answer": _BROKEN,
    "issuer": _BROKEN,
    "endpoint": _BROKEN,
    "keys": _BROKEN,
    "client": N_("The login service does not accept this site at the moment. Please tell the site's staff."),
    "code": _TRY_AGAIN,
    "token": _BROKEN,
    "mix_up": _BROKEN,
    "state": _TRY_AGAIN,
    "denied": N_("You cancelled the login, or the login service did not allow it."),
    "provider": N_("The login service reported a fault. Please try again later."),
    "domain": N_("Addresses of this domain may not log in here. Please use your work address."),
    "secret": N_("The login service is not set up completely. Please tell the site's staff."),
}
FOR_STAFF: Final[Mapping[Code, str]] = {
    "unreachable": N_("The provider does not answer. Check the address; it must be reachable by https."),
    "answer": N_("This is not the address of an OpenID Connect provider. Check the discovery URL."),
    "issuer": N_(
        "The provider calls itself by another name (issuer) than its address says. Copy the URL exactly."
    ),
    "endpoint": N_("The provider names endpoints that cannot be used here. They must be https addresses."),
    "keys": N_("The provider has no signing key that is accepted here (RS256, ES256 or EdDSA)."),
    "client": N_("The provider refuses the client ID or the client secret. Copy both again."),
    "code": N_("The provider does not accept its own code. Check the redirect URI that is registered there."),
    "token": N_("The provider's ID token is not valid."),
    "mix_up": N_("The answer came from another provider than the one that was asked."),
    "state": N_("The answer does not belong to a login that was begun in this browser."),
    "denied": N_("The person or the provider refused the login."),
    "provider": N_("The provider reported a fault."),
    "domain": N_("The e-mail domain is not among the allowed ones."),
    "secret": N_("The stored client secret cannot be opened. Enter it again."),
}
