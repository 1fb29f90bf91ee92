"""One call, to an address that was checked."""

from __future__ import annotations

import asyncio
import ssl
import time
from collections.abc import Iterable, Mapping
from typing import Any, Final, cast

import httpcore
import httpx
import msgspec

from nakamise.egress.addresses import Address, is_public, literal
from nakamise.egress.errors import EgressFailed, EgressRefused
from nakamise.egress.names import addresses_of

CONNECT_S: Final = 5.0
TOTAL_S: Final = 10.0
BODY_MAX_BYTES: Final = 64 * 1024
_PORTS: Final = {"http": 80, "https": 443}
_TRIED_MAX: Final = 3


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """``headers`` with lower-case names, as they came; ``is_cut``: the body was longer than was read."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes
    is_cut: bool
    ms: int

    def header(self, name: str) -> str:
        """The first of that name, or ""."""
        return next((value for key, value in self.headers if key == name.lower()), "")


class Egress:
    """``allow``: "address:port" that may be called although it is not public; ``dns`` as in Settings."""

    def __init__(
        self,
        *,
        https_only: bool,
        allow: Iterable[str] = (),
        dns: str | None = None,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self._https_only = https_only
        self._allow = frozenset(allow)
        self._dns = dns
        self._tls = tls

    def check(self, url: str) -> None:
        """What can be told without asking anybody, for forms. Raises EgressRefused."""
        self._parsed(url)

    async def send(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str],
        content: bytes = b"",
        total_s: float = TOTAL_S,
        body_max: int = BODY_MAX_BYTES,
    ) -> Answer:
        """Any status is an answer, redirects too. Raises EgressFailed, EgressRefused."""
        target = self._parsed(url)
        try:
            async with asyncio.timeout(total_s):
                return await self._exchange(method, target, headers, content, body_max)
        except TimeoutError as error:
            raise EgressFailed("timeout") from error
        except httpcore.ConnectTimeout as error:
            raise EgressFailed("connect_timeout") from error
        except (httpcore.ProtocolError, httpcore.UnsupportedProtocol) as error:
            raise EgressFailed("protocol", str(error)) from error
        except httpcore.NetworkError as error:
            raise EgressFailed("tls" if _is_tls(error) else "connection", str(error)) from error

    async def addresses(self, host: str, port: int) -> list[Address]:
        """All of ``host``, every one of them allowed. Raises EgressFailed, EgressRefused."""
        found = await addresses_of(host, self._dns)
        if not all(is_public(one) or _place(one, port) in self._allow for one in found):
            raise EgressRefused("address", host)
        return found

    async def _exchange(
        self, method: str, target: httpx.URL, headers: Mapping[str, str], content: bytes, body_max: int
    ) -> Answer:
        started = time.monotonic()
        pool = httpcore.AsyncConnectionPool(
            ssl_context=self._context(), max_connections=1, network_backend=_Checked(self)
        )
        async with (
            pool,
            pool.stream(
                method,
                httpcore.URL(
                    scheme=target.raw_scheme,
                    host=target.raw_host,
                    port=target.port,
                    target=target.raw_path,
                ),
                headers=[(name.encode(), value.encode()) for name, value in headers.items()],
                content=content,
                extensions={"timeout": {"connect": CONNECT_S}},
            ) as response,
        ):
            body, is_cut = await _read(response, body_max)
        return Answer(
            status=response.status,
            headers=tuple((name.decode("latin-1").lower(), _text(value)) for name, value in response.headers),
            body=body,
            is_cut=is_cut,
            ms=int((time.monotonic() - started) * 1000),
        )

    def _context(self) -> ssl.SSLContext:
        if self._tls is None:
            self._tls = ssl.create_default_context()
        return self._tls

    def _parsed(self, url: str) -> httpx.URL:
        try:
            target = httpx.URL(url)
        except (httpx.InvalidURL, ValueError) as error:
            raise EgressRefused("url", str(error)) from error
        if target.scheme not in _PORTS:
            raise EgressRefused("scheme")
        if not target.host or target.userinfo or "%" in target.host:
            raise EgressRefused("url")
        port = target.port or _PORTS[target.scheme]
        given = literal(target.host)
        is_allowed = given is not None and _place(given, port) in self._allow
        if given is not None and not (is_public(given) or is_allowed):
            raise EgressRefused("address")
        if port not in _PORTS.values() and port not in self._allowed_ports():
            raise EgressRefused("port")
        if self._https_only and target.scheme != "https" and not is_allowed:
            raise EgressRefused("scheme")
        return target

    def _allowed_ports(self) -> set[int]:
        return {int(place.rpartition(":")[2]) for place in self._allow}


class _Checked(httpcore.AsyncNetworkBackend):
    """Connects to checked addresses; the name stays what TLS and the Host header go by."""

    def __init__(self, egress: Egress) -> None:
        self._egress = egress
        # httpcore chooses at import whether this class is the real one, so checkers cannot tell.
        self._inner = cast("httpcore.AsyncNetworkBackend", httpcore.AnyIOBackend())

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        addresses = (await self._egress.addresses(host, port))[:_TRIED_MAX]
        for address in addresses[:-1]:
            try:
                return await self._inner.connect_tcp(str(address), port, timeout=timeout)
            except (httpcore.ConnectError, httpcore.ConnectTimeout):
                continue
        return await self._inner.connect_tcp(str(addresses[-1]), port, timeout=timeout)


async def _read(response: httpcore.Response, body_max: int) -> tuple[bytes, bool]:
    body = bytearray()
    async for piece in response.aiter_stream():
        body += piece
        if len(body) > body_max:
            return bytes(body[:body_max]), True
    return bytes(body), False


def _place(address: Address, port: int) -> str:
    return f"{address}:{port}" if address.version == 4 else f"[{address}]:{port}"


def _text(value: bytes) -> str:
    return value.decode("utf-8", "replace")


def _is_tls(error: BaseException | None) -> bool:
    while error is not None:
        if isinstance(error, ssl.SSLError):
            return True
        error = error.__cause__ or error.__context__
    return False
