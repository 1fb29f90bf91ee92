"""Why a call did not get an answer."""

from __future__ import annotations

from typing import Literal

from nakamise.errors import NakamiseError

EgressReason = Literal[
    "url", "scheme", "port", "address", "dns", "connect_timeout", "timeout", "tls", "connection", "protocol"
]


class EgressFailed(NakamiseError):
    """No answer; another try may get one. ``reason`` is stable and tells nothing of our network."""

    def __init__(self, reason: EgressReason, detail: str = "") -> None:
        super().__init__(f"{reason}: {detail}" if detail else reason)
        self.reason: EgressReason = reason


class EgressRefused(EgressFailed):
    """We do not call there: not a URL, or a scheme, port or address that is not allowed."""
