"""What is wrong with a brand that somebody wants."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any, Final

import asyncpg

from nakamise.errors import FieldError
from nakamise.mail.errors import BadMail
from nakamise.mail.mime import mail_address
from nakamise.ui.color import parse_color
from nakamise.ui.i18n import N_

TEXT_MAX: Final = {
    "name": 60,
    "name_en": 60,
    "tagline": 120,
    "tagline_en": 120,
    "copyright": 120,
    "mail_name": 80,
}
_RADIUS_MAX: Final = 32


async def faults_of(
    connection: asyncpg.Connection, base_domain: str, tenant_id: uuid.UUID, values: Mapping[str, Any]
) -> dict[str, FieldError]:
    """By field name; empty when all is well."""
    faults = {name: fault for name, value in values.items() if (fault := _fault(name, value))}
    if (sender := values.get("mail_sender")) and "mail_sender" not in faults:
        domain = mail_address(sender).domain
        if await _is_others(connection, base_domain, tenant_id, domain):
            faults["mail_sender"] = FieldError(N_("Mail of this domain belongs to somebody else."))
    return faults


def _fault(name: str, value: Any) -> FieldError | None:
    if name in TEXT_MAX:
        return _text_fault(name, value)
    if name in ("brand", "accent"):
        return _colour_fault(value)
    if name == "radius" and not 0 <= value <= _RADIUS_MAX:
        return FieldError(N_("Please enter a number from %(low)s to %(high)s."), low=0, high=_RADIUS_MAX)
    if name == "tint" and not 0 <= value <= 1:
        return FieldError(N_("Please enter a number from %(low)s to %(high)s."), low=0, high=1)
    return _address_fault(value) if name == "mail_sender" and value else None


def _text_fault(name: str, value: str) -> FieldError | None:
    if name == "name" and not value:
        return FieldError(N_("Please fill this in."))
    if len(value) > TEXT_MAX[name]:
        return FieldError(N_("Please enter at most %(n)s characters."), n=TEXT_MAX[name])
    if not value.isprintable():
        return FieldError(N_("This value cannot be used."))
    return None


def _colour_fault(value: str) -> FieldError | None:
    try:
        parse_color(value)
    except ValueError:
        return FieldError(N_("Please enter a colour such as #b4375c."))
    return None


def _address_fault(value: str) -> FieldError | None:
    try:
        mail_address(value)
    except BadMail:
        return FieldError(N_("Please enter an e-mail address."))
    return None


async def _is_others(
    connection: asyncpg.Connection, base_domain: str, tenant_id: uuid.UUID, domain: str
) -> bool:
    """Another tenant's address, or one below the base domain that is not this tenant's."""
    owners = await connection.fetch(
        "SELECT tenant_id FROM nakamise.tenant_host WHERE host = $1", domain.lower()
    )
    if owners:
        return bool(owners[0]["tenant_id"] != tenant_id)
    return domain.lower() == base_domain or domain.lower().endswith(f".{base_domain}")
