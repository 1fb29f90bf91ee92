"""From a provider's claims to what the core wants to know."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from nakamise.contracts.login import AdmissionRules, ExternalIdentity
from nakamise_sso.faults import ProviderFault
from nakamise_sso.providers import Provider, RoleRule


def values_of(claims: Mapping[str, Any], path: str) -> frozenset[str]:
    """Of the claim called ``path``, or of the place that it leads to: ``realm_access.roles``."""
    found: Any = claims.get(path)
    if found is None:
        found = claims
        for part in path.split("."):
            found = found.get(part) if isinstance(found, Mapping) else None
    if isinstance(found, (list, tuple)):
        return frozenset(str(one) for one in found if isinstance(one, (str, int)))
    return frozenset([str(found)]) if isinstance(found, (str, int)) else frozenset()


def lacks(claims: Mapping[str, Any], provider: Provider) -> bool:
    """Whether something that is needed may stand in the user info instead."""
    return "email" not in claims or any(not values_of(claims, rule.claim) for rule in provider.rules)


def identity_of(claims: Mapping[str, Any], provider: Provider) -> ExternalIdentity:
    """Raises ProviderFault ``domain``."""
    email = claims.get("email")
    # A few providers send the word instead of the value.
    verified = claims.get("email_verified") is True or claims.get("email_verified") == "true"
    identity = ExternalIdentity(
        issuer=str(claims["iss"]),
        subject=str(claims["sub"]),
        email=email if isinstance(email, str) else "",
        email_verified=verified,
        display_name=_name(claims),
        has_mfa=not provider.mfa_values.isdisjoint(values_of(claims, "acr") | values_of(claims, "amr")),
    )
    domain = identity.email.rpartition("@")[2].lower()
    if provider.email_domains and not (verified and domain in provider.email_domains):
        raise ProviderFault("domain", domain[:100])
    return identity


def _name(claims: Mapping[str, Any]) -> str:
    given = (claims.get(name) for name in ("name", "nickname", "preferred_username"))
    return next((text for text in given if isinstance(text, str) and text.strip()), "")


def admission_of(claims: Mapping[str, Any], provider: Provider) -> AdmissionRules:
    """Roles in the table belong to the provider; all others it leaves alone."""
    return AdmissionRules(
        may_create=provider.may_create,
        managed_roles=frozenset(rule.role for rule in provider.rules),
        roles=frozenset(rule.role for rule in provider.rules if _holds(rule, claims)),
    )


def _holds(rule: RoleRule, claims: Mapping[str, Any]) -> bool:
    return rule.value in values_of(claims, rule.claim)
