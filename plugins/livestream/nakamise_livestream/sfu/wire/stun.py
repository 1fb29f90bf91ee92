"""Binding requests of ICE (RFC 8445, RFC 8489) as a lite agent answers them."""

from __future__ import annotations

import ipaddress
import struct
from typing import Any, Final

from aioice import stun

Address = tuple[Any, ...]
"""As ``recvfrom`` gives it: (host, port) or, for IPv6, (host, port, flow, scope)."""

MAX_REQUEST: Final = 548


class Check:
    """A connectivity check, not yet authenticated."""

    def __init__(self, message: stun.Message, ufrag: str) -> None:
        self._message = message
        self.ufrag = ufrag
        """Our side's username fragment."""
        self.nominates = "USE-CANDIDATE" in message.attributes

    def signed_with(self, password: str) -> bool:
        return self._message.check_message_integrity(password.encode())

    def answer(self, password: str, address: Address) -> bytes:
        """The success response to ``address``."""
        response = stun.Message(
            message_method=stun.Method.BINDING,
            message_class=stun.Class.RESPONSE,
            transaction_id=self._message.transaction_id,
        )
        response.attributes["XOR-MAPPED-ADDRESS"] = (_unmapped(address[0]), address[1])
        response.add_message_integrity(password.encode())
        return bytes(response)


def read_check(datagram: bytes) -> Check | None:
    """None: it is not a well-formed binding request with a user name."""
    if len(datagram) > MAX_REQUEST:
        return None
    try:
        message = stun.parse_message(datagram)
    except (ValueError, struct.error):
        return None
    username = message.attributes.get("USERNAME")
    if (message.message_method, message.message_class) != (stun.Method.BINDING, stun.Class.REQUEST):
        return None
    if not username:
        return None
    return Check(message, username.partition(":")[0])


def _unmapped(host: str) -> str:
    """The IPv4 address behind ``::ffff:192.0.2.1``, which a dual-stack socket reports."""
    address = ipaddress.ip_address(host.partition("%")[0])
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return str(mapped or address)
