"""What a worker is told at its start."""

from __future__ import annotations

import ipaddress
from typing import Final

import ifaddr
import msgspec

WILDCARDS: Final = ("0.0.0.0", "::")  # noqa: S104 - compared with, not bound to


class WorkerConfig(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``control`` is ``unix:<path>`` or ``tcp:127.0.0.1:<port>``; whoever knows ``token`` may use it.

    ``udp_port`` 0 takes a free one. ``addresses`` are announced to clients, best first: needed behind NAT; empty
    means what the machine has. Times are in seconds.
    """

    control: str
    token: str
    udp_host: str = "0.0.0.0"  # noqa: S104 - clients come from everywhere
    udp_port: int = 0
    addresses: tuple[str, ...] = ()
    max_sessions: int = 3_000
    max_group_sessions: int = 2_000
    """Of all streams whose ids are alike up to "~": one customer leaves room for the others."""
    connect_timeout: float = 20.0
    """A session whose client does not get a connection up ends."""
    silence_timeout: float = 12.0
    """A session that was not heard for so long ends; clients in use check consent every 2.5 to 6 seconds."""
    stall_after: float = 2.0
    """A publisher without packets for so long is stalled and may be replaced by another."""
    linger: float | None = None
    """Without a control connection for so long it ends, ten times later if it has sessions; None: it stays."""


def announced_addresses(config: WorkerConfig) -> tuple[str, ...]:
    """Where clients reach the UDP port; never empty."""
    if config.addresses:
        return config.addresses
    if config.udp_host not in WILDCARDS:
        return (config.udp_host,)
    return _of_this_machine(with_ipv6=config.udp_host == "::") or ("127.0.0.1",)


def _of_this_machine(*, with_ipv6: bool) -> tuple[str, ...]:
    texts = [
        ip.ip if isinstance(ip.ip, str) else ip.ip[0] for card in ifaddr.get_adapters() for ip in card.ips
    ]
    addresses = sorted((ipaddress.ip_address(text) for text in texts), key=lambda a: a.version)
    return tuple(
        str(address)
        for address in addresses
        if not address.is_loopback and not address.is_link_local and (with_ipv6 or address.version == 4)
    )
