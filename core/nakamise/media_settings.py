"""What an operator sets about live video; a part of `Settings`."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping
from typing import Final

import msgspec

# Where a worker is asked: "10.0.0.7:7000", "[fd00::7]:7000", "media.internal:7000" or "unix:/run/media.sock".
_PLACE: Final = re.compile(r"unix:/.+|(\[[0-9a-fA-F:]+\]|[\w.-]+):\d{1,5}")
_ENDPOINT: Final = re.compile(r"https?://[^\s{}]+\{stream\}[^\s{}]*")


class SettingsError(Exception):
    """An environment variable holds what it must not; the message says which and what to do."""


class MediaSettings(msgspec.Struct, frozen=True, kw_only=True):
    """Without any of it: one media worker on a free UDP port of this machine, started when it is needed first.

    ``addresses`` are announced to clients, best first; empty means those of the machine. ``workers`` are the places
    where `nakamise media` processes are asked; then none is started by web processes. ``whip_url`` and ``whep_url``
    belong to another WHIP and WHEP server, with ``{stream}`` where it wants the name; ``token`` is the bearer token
    that it gets, ``redirect``: viewers are sent there (307) instead of asked for.
    """

    udp_port: int = 0
    addresses: tuple[str, ...] = ()
    workers: tuple[str, ...] = ()
    whip_url: str | None = None
    whep_url: str | None = None
    token: str = ""
    redirect: bool = False

    @classmethod
    def from_env(cls, env: Mapping[str, str]) -> MediaSettings:
        """Raises SettingsError."""
        made = cls(
            udp_port=number(env, "NAKAMISE_MEDIA_UDP_PORT", 0, range(65536)),
            addresses=_addresses(env),
            workers=_workers(env),
            whip_url=_endpoint(env, "NAKAMISE_MEDIA_WHIP_URL"),
            whep_url=_endpoint(env, "NAKAMISE_MEDIA_WHEP_URL"),
            token=env.get("NAKAMISE_MEDIA_TOKEN", ""),
            redirect=env.get("NAKAMISE_MEDIA_REDIRECT") == "1",
        )
        if (made.whip_url is None) != (made.whep_url is None):
            raise SettingsError("NAKAMISE_MEDIA_WHIP_URL and NAKAMISE_MEDIA_WHEP_URL are set together.")
        if made.whep_url and made.workers:
            raise SettingsError("NAKAMISE_MEDIA_WORKERS and NAKAMISE_MEDIA_WHEP_URL exclude each other.")
        return made


def number(env: Mapping[str, str], name: str, default: int, allowed: range) -> int:
    """Raises SettingsError."""
    text = env.get(name) or str(default)
    if not text.isdecimal() or int(text) not in allowed:
        raise SettingsError(f"{name} is {text!r}: use a number from {allowed[0]} to {allowed[-1]}.")
    return int(text)


def _listed(env: Mapping[str, str], name: str) -> tuple[str, ...]:
    return tuple(filter(None, (part.strip() for part in env.get(name, "").split(","))))


def _addresses(env: Mapping[str, str]) -> tuple[str, ...]:
    listed = _listed(env, "NAKAMISE_MEDIA_ADDRESSES")
    for text in listed:
        try:
            ipaddress.ip_address(text)
        except ValueError as error:
            raise SettingsError(
                f"NAKAMISE_MEDIA_ADDRESSES has {text!r}: use IP addresses, separated by commas."
            ) from error
    return listed


def _workers(env: Mapping[str, str]) -> tuple[str, ...]:
    listed = _listed(env, "NAKAMISE_MEDIA_WORKERS")
    for text in listed:
        if not _PLACE.fullmatch(text):
            raise SettingsError(
                f"NAKAMISE_MEDIA_WORKERS has {text!r}: use host:port or unix:/path, separated by commas."
            )
    return listed


def _endpoint(env: Mapping[str, str], name: str) -> str | None:
    url = env.get(name) or None
    if url is not None and not _ENDPOINT.fullmatch(url):
        # Not the value: it may hold a password.
        raise SettingsError(f"{name} begins with http:// or https:// and has {{stream}} in it once.")
    return url
