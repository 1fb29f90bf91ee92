"""TXT records, asked of the operator's resolver or of the one that was set."""

from __future__ import annotations

from typing import Final

import dns.asyncresolver
import dns.exception
import dns.resolver

from nakamise.errors import NakamiseError
from nakamise.settings import Settings

# For one look, all tries together.
LIFETIME_S: Final = 5.0
_PORT: Final = 53


class DnsUnsure(NakamiseError):
    """Nobody answered, or with a failure: neither proof nor its absence."""


async def txt_values(settings: Settings, name: str) -> frozenset[str]:
    """What stands there now; empty for a name without such records. Raises DnsUnsure."""
    try:
        answer = await _resolver(settings).resolve(name, "TXT", lifetime=LIFETIME_S)
    except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
        return frozenset()
    except (dns.exception.DNSException, OSError) as error:
        raise DnsUnsure(f"{name}: {error}") from error
    # RFC 7208 §3.3: the strings of one record are joined without blanks.
    return frozenset(b"".join(record.strings).decode("utf-8", "replace") for record in answer)


def _resolver(settings: Settings) -> dns.asyncresolver.Resolver:
    if settings.dns is None:
        return dns.asyncresolver.Resolver()
    address, _, port = settings.dns.partition(":")
    resolver = dns.asyncresolver.Resolver(configure=False)
    resolver.nameservers = [address]
    resolver.port = int(port) if port else _PORT
    return resolver
