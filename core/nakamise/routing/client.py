"""The client's address and scheme: forwarded headers count only when the peer is a named proxy."""

from __future__ import annotations

from collections.abc import Collection

from nakamise.routing.asgi import Scope


def client_address(scope: Scope, trusted: Collection[str]) -> str:
    """The last address in X-Forwarded-For that is not one of ours, or the peer's own."""
    peer = _peer(scope)
    if peer not in trusted:
        return peer
    hops = [_plain(hop.strip()) for hop in _header(scope, b"x-forwarded-for").split(",") if hop.strip()]
    return next((hop for hop in reversed(hops) if hop not in trusted), peer)


def is_secure(scope: Scope, trusted: Collection[str]) -> bool:
    peer = _peer(scope)
    if peer in trusted:
        return _header(scope, b"x-forwarded-proto").strip().lower() == "https"
    return scope.get("scheme") in ("https", "wss")


def _peer(scope: Scope) -> str:
    client = scope.get("client")
    return _plain(str(client[0])) if client else ""


def _plain(address: str) -> str:
    """A server that listens on :: sees IPv4's clients as ::ffff:192.0.2.1 (RFC 4291 2.5.5.2); all of them would share
    the limits of one network."""
    inner = address.lower().removeprefix("::ffff:")
    return inner if "." in inner else address


def _header(scope: Scope, name: bytes) -> str:
    return ",".join(value.decode("latin-1") for key, value in scope["headers"] if key == name)
