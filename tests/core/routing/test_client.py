"""Whose request it is: an address of IPv4 is the same however the server listens."""

from __future__ import annotations

import pytest

from nakamise.routing.asgi import Scope
from nakamise.routing.client import client_address

PROXY = "192.0.2.1"


def scope_of(peer: str, forwarded: str = "") -> Scope:
    headers = [(b"x-forwarded-for", forwarded.encode())] if forwarded else []
    return {"type": "http", "client": (peer, 40_000), "headers": headers}


@pytest.mark.parametrize(
    ("peer", "forwarded", "client"),
    [
        ("198.51.100.7", "", "198.51.100.7"),
        ("::ffff:198.51.100.7", "", "198.51.100.7"),
        ("::FFFF:192.0.2.1", "203.0.113.9, ::ffff:198.51.100.7", "198.51.100.7"),
        ("2001:db8::ffff:1", "", "2001:db8::ffff:1"),
        ("198.51.100.7", "203.0.113.9", "198.51.100.7"),
    ],
)
def test_the_clients_address(peer: str, forwarded: str, client: str) -> None:
    assert client_address(scope_of(peer, forwarded), {PROXY}) == client
