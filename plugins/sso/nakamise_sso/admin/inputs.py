"""What staff say of a provider."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

import msgspec

from nakamise.errors import FieldError, Invalid
from nakamise.web import N_
from nakamise_sso.oidc.metadata import discovery_url
from nakamise_sso.providers import RoleRule

RULES_MAX: Final = 100
_DOMAIN: Final = re.compile(r"[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)+")
_MISSING: Final = N_("Please fill this in.")
_TOO_LONG: Final = N_("Please enter at most %(n)s characters.")


class ProviderInput(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """``client_secret`` None keeps the stored one, "" is for a client without one.

    ``discovery_url`` may be the issuer. ``email_domains`` and ``mfa_values``: empty = any domain, no second
    factor counts. Raises Invalid.
    """

    label: str = ""
    discovery_url: str = ""
    client_id: str = ""
    client_secret: str | None = None
    scopes: str = "openid email profile"
    email_domains: list[str] = []
    mfa_values: list[str] = []
    may_create: bool = False
    is_on: bool = True
    rules: list[RoleRule] = []

    def __post_init__(self) -> None:
        self.label, self.client_id = self.label.strip(), self.client_id.strip()
        self.discovery_url = discovery_url(self.discovery_url) if self.discovery_url.strip() else ""
        self.scopes = " ".join(dict.fromkeys(["openid", *self.scopes.split()]))
        self.email_domains = [one.strip().lstrip("@").lower() for one in self.email_domains]
        faults = {
            "label": _length(self.label, 40),
            "discovery_url": _length(self.discovery_url, 600),
            "client_id": _length(self.client_id, 255),
            "client_secret": _at_most(self.client_secret or "", 1000),
            "scopes": _at_most(self.scopes, 300),
            "email_domains": _domains(self.email_domains),
            "rules": _rules(self.rules),
        }
        found = {name: fault for name, fault in faults.items() if fault is not None}
        if found:
            raise Invalid(found)


class ProviderForm(msgspec.Struct, kw_only=True):
    """As the page sends it: lists are words in one field; an empty secret keeps the stored one."""

    label: str = ""
    discovery_url: str = ""
    client_id: str = ""
    client_secret: str = ""
    no_secret: bool = False
    scopes: str = ""
    email_domains: str = ""
    mfa_values: str = ""
    may_create: bool = False
    is_on: bool = False

    def given(self, rules: Sequence[RoleRule]) -> ProviderInput:
        """Raises Invalid."""
        return ProviderInput(
            label=self.label,
            discovery_url=self.discovery_url,
            client_id=self.client_id,
            client_secret="" if self.no_secret else self.client_secret or None,
            scopes=self.scopes,
            email_domains=_words(self.email_domains),
            mfa_values=_words(self.mfa_values),
            may_create=self.may_create,
            is_on=self.is_on,
            rules=list(rules),
        )


def _words(text: str) -> list[str]:
    return [word for word in re.split(r"[\s,、]+", text) if word]


def _length(text: str, most: int) -> FieldError | None:
    return _at_most(text, most) if text else FieldError(_MISSING, domain="sso")


def _at_most(text: str, most: int) -> FieldError | None:
    return FieldError(_TOO_LONG, domain="sso", n=most) if len(text) > most else None


def _domains(domains: Sequence[str]) -> FieldError | None:
    if all(_DOMAIN.fullmatch(one) for one in domains):
        return None
    return FieldError(N_("Please enter domains such as example.co.jp."), domain="sso")


def _rules(rules: Sequence[RoleRule]) -> FieldError | None:
    if len(rules) > RULES_MAX:
        return FieldError(N_("Please enter at most %(n)s rules."), domain="sso", n=RULES_MAX)
    fine = all(1 <= len(one.claim) <= 100 and 1 <= len(one.value) <= 200 and one.role for one in rules)
    return None if fine else FieldError(N_("Each rule needs a claim, a value and a role."), domain="sso")
