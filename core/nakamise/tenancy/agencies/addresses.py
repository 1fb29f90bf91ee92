"""Which addresses a tenant may ask for, and how each one stands."""

from __future__ import annotations

import ipaddress
import uuid
from datetime import datetime
from typing import Final

import asyncpg
import msgspec

from nakamise.contracts.control import HostClaim, HostState
from nakamise.errors import Conflict, FieldError, Invalid, NotFound
from nakamise.tenancy.hosts import normal_host
from nakamise.ui.i18n import N_

# Neutral on purpose: the record stands in a tenant's DNS for everybody to see.
CHALLENGE: Final = "_site-challenge"
HOSTS_MAX: Final = 20
# The same words as in the table's rule for slugs: mail, DNS and our own names live there.
RESERVED: Final = frozenset(
    """account admin api app assets auth autoconfig autodiscover blog cdn control dev dns docs ftp help imap
    live localhost login mail media mx nakamise ns ns1 ns2 pop rtc smtp static status support test turn webmail
    wpad ws www""".split()
)
_HOSTS: Final = """
SELECT coalesce(h.host, c.host) AS host, h.host IS NOT NULL AS is_served, coalesce(h.canonical, false) AS is_canonical,
       coalesce(c.token, '') AS token, c.checked_at, coalesce(c.error, '') AS error
FROM (SELECT host, canonical FROM nakamise.tenant_host WHERE tenant_id = $1) h
FULL JOIN (SELECT host, token, checked_at, error FROM nakamise.host_claim WHERE tenant_id = $1) c USING (host)
ORDER BY is_canonical DESC, is_served DESC, host
"""


class _Row(msgspec.Struct, frozen=True, kw_only=True):
    host: str
    is_served: bool
    is_canonical: bool
    token: str
    checked_at: datetime | None
    error: str


async def addresses_of(connection: asyncpg.Connection, tenant_id: uuid.UUID) -> tuple[HostClaim, ...]:
    """The canonical one first; on the shared schema."""
    rows = await connection.fetch(_HOSTS, tenant_id)
    return tuple(_claim(msgspec.convert(dict(row), _Row)) for row in rows)


async def address_of(connection: asyncpg.Connection, tenant_id: uuid.UUID, host: str) -> HostClaim:
    """Raises NotFound."""
    for claim in await addresses_of(connection, tenant_id):
        if claim.host == host:
            return claim
    raise NotFound


def _claim(row: _Row) -> HostClaim:
    pending: HostState = "failed" if row.error else "pending"
    return HostClaim(
        host=row.host,
        state="served" if row.is_served else pending,
        is_canonical=row.is_canonical,
        txt_name=challenge_name(row.host) if row.token else "",
        txt_value=row.token,
        checked_at=row.checked_at,
        error=row.error,
    )


def challenge_name(host: str) -> str:
    return f"{CHALLENGE}.{host}"


def clean_host(text: str, base_domain: str) -> str:
    """Raises Invalid for what is no name of a site, and for names that are nobody's to have."""
    try:
        host = normal_host(text.strip())
    except ValueError:
        raise _invalid(N_("Please enter a host name such as shop.example.jp.")) from None
    if "." not in host or "_" in host or _is_ip(host):
        raise _invalid(N_("Please enter a host name such as shop.example.jp."))
    if host == base_domain:
        raise _invalid(N_("This address is reserved."))
    label = host.removesuffix(f".{base_domain}")
    if is_below(host, base_domain) and ("." in label or label in RESERVED):
        raise _invalid(N_("This address is reserved."))
    return host


def is_below(host: str, base_domain: str) -> bool:
    """Ours, so that it needs no proof."""
    return host.endswith(f".{base_domain}")


async def refuse_others(connection: asyncpg.Connection, tenant_id: uuid.UUID, host: str) -> None:
    """Raises Conflict for a host that is another tenant's, or rests after another tenant's release."""
    owner = await connection.fetchval("SELECT tenant_id FROM nakamise.tenant_host WHERE host = $1", host)
    if owner is not None and owner != tenant_id:
        raise Conflict(N_("This address is taken."), code="host_taken")
    rests = await connection.fetchval(
        "SELECT until FROM nakamise.host_rest WHERE host = $1 AND tenant_id <> $2 AND until > now()",
        host,
        tenant_id,
    )
    if rests is not None:
        raise Conflict(
            N_("This address was given up and rests until %(day)s."),
            code="host_rests",
            params={"day": rests.date().isoformat()},
        )


def _is_ip(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _invalid(message: str) -> Invalid:
    return Invalid({"host": FieldError(message)})
