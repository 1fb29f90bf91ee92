"""Names into addresses, by the system's resolver or the one that the operator set."""

from __future__ import annotations

import asyncio
import ipaddress
import socket
from collections.abc import Sequence
from typing import Final

import dns.asyncresolver
import dns.exception
import dns.rdatatype
import dns.resolver

from nakamise.egress.addresses import Address, literal
from nakamise.egress.errors import EgressFailed

_LIFETIME_S: Final = 5.0
_PORT: Final = 53


async def addresses_of(host: str, server: str | None) -> list[Address]:
    """At least one. ``server``: "address[:port]", None = as the system does it. Raises EgressFailed."""
    if (given := literal(host)) is not None:
        return [given]
    found = await (_by_system(host) if server is None else _by_server(host, server))
    if not found:
        raise EgressFailed("dns", host)
    return found


async def _by_system(host: str) -> list[Address]:
    try:
        rows = await asyncio.get_running_loop().getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise EgressFailed("dns", str(error)) from error
    return _distinct([str(row[4][0]) for row in rows])


async def _by_server(host: str, server: str) -> list[Address]:
    name, _, port = server.partition(":")
    resolver = dns.asyncresolver.Resolver(configure=False)
    resolver.nameservers = [name]
    resolver.port = int(port) if port else _PORT
    found: list[str] = []
    for kind in (dns.rdatatype.A, dns.rdatatype.AAAA):
        try:
            answer = await resolver.resolve(host, kind, lifetime=_LIFETIME_S)
        except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
            continue
        except (dns.exception.DNSException, OSError) as error:
            raise EgressFailed("dns", str(error)) from error
        found += [record.address for record in answer]
    return _distinct(found)


def _distinct(found: Sequence[str]) -> list[Address]:
    return [ipaddress.ip_address(text) for text in dict.fromkeys(found)]
