"""Every spelling of a Host header that is known to have fooled somebody."""

from __future__ import annotations

import pytest

from nakamise.tenancy.hosts import HostRefused, host_of

KANON = "kanon.localhost"
# Header value → the normalised host; None = refused with 400.
SPELLINGS: list[tuple[bytes, str | None]] = [
    (b"kanon.localhost", KANON),
    (b"KANON.LOCALHOST", KANON),
    (b"Kanon.LocalHost", KANON),
    (b"kanon.localhost:8000", KANON),
    (b"kanon.localhost:80", KANON),
    (b"kanon.localhost:443", KANON),
    (b"kanon.localhost:0", KANON),
    (b"kanon.localhost:", KANON),
    (b"kanon.localhost.", KANON),
    (b"KANON.localhost.:8000", KANON),
    ("花音.example".encode(), "xn--jh1a884b.example"),
    (b"xn--jh1a884b.example", "xn--jh1a884b.example"),
    (b"XN--JH1A884B.EXAMPLE.", "xn--jh1a884b.example"),
    ("花音.example:8000".encode(), "xn--jh1a884b.example"),
    ("花音。example".encode(), "xn--jh1a884b.example"),
    ("ｋａｎｏｎ.localhost".encode(), KANON),
    ("BÜCHER.example".encode(), "xn--bcher-kva.example"),
    ("faß.example".encode(), "xn--fa-hia.example"),
    (b"www.kanon.localhost", "www.kanon.localhost"),
    (b"kanon", "kanon"),
    (b"a_b.example", "a_b.example"),
    (b"127.0.0.1", "127.0.0.1"),
    (b"127.0.0.1:8000", "127.0.0.1"),
    (b"0x7f.1", "0x7f.1"),
    (b"evil.example", "evil.example"),
    (b"kanon.localhost.evil.example", "kanon.localhost.evil.example"),
    (b"a" * 63 + b".example", "a" * 63 + ".example"),
    (b"kanon.localhost:00080", KANON),
    (b"", None),
    (b" ", None),
    (b".", None),
    (b":8000", None),
    (b"..", None),
    (b"kanon.localhost..", None),
    (b".kanon.localhost", None),
    (b"kanon..localhost", None),
    (b" kanon.localhost", None),
    (b"kanon.localhost ", None),
    (b"kanon .localhost", None),
    (b"\tkanon.localhost", None),
    (b"kanon.localhost\x00", None),
    (b"kanon.localhost\x00.evil.example", None),
    (b"kanon.localhost\r\nX: y", None),
    (b"kanon.localhost/", None),
    (b"kanon.localhost/admin", None),
    (b"evil.example/kanon.localhost", None),
    (b"kanon.localhost\\evil.example", None),
    (b"kanon.localhost?x", None),
    (b"kanon.localhost#x", None),
    (b"user@kanon.localhost", None),
    (b"user:pw@kanon.localhost", None),
    (b"kanon.localhost@evil.example", None),
    (b"http://kanon.localhost", None),
    (b"kanon.localhost, evil.example", None),
    (b"kanon.localhost,evil.example", None),
    (b"kanon.localhost;evil.example", None),
    (b"[::1]", None),
    (b"[::1]:8000", None),
    (b"::1", None),
    (b"[kanon.localhost]", None),
    (b"kanon.localhost:8000:8000", None),
    (b"kanon.localhost:abc", None),
    (b"kanon.localhost:-1", None),
    (b"kanon.localhost:800000", None),
    (b"kanon%2elocalhost", None),
    (b"kanon.localhost%00", None),
    (b"<script>.localhost", None),
    (b"'kanon'.localhost", None),
    (b"*.localhost", None),
    (b"a" * 64 + b".example", None),
    (b".".join([b"a" * 50] * 6), None),
    (b"\xff\xfe.localhost", None),
    (b"kanon\xcc.localhost", None),
    ("ka\u200bnon..localhost".encode(), None),
    ("\u202elocalhost".encode(), None),
    ("xn--\u82b1.example".encode(), None),
    ("-花音.example".encode(), None),
]


def _scope(kind: str, *hosts: bytes, **headers: bytes) -> dict[str, object]:
    listed = [(b"host", value) for value in hosts]
    listed += [(name.replace("_", "-").encode(), value) for name, value in headers.items()]
    return {"type": kind, "headers": listed}


@pytest.mark.parametrize("kind", ["http", "websocket"])
@pytest.mark.parametrize(("raw", "expected"), SPELLINGS, ids=[repr(raw)[2:40] for raw, _ in SPELLINGS])
def test_spelling(kind: str, raw: bytes, expected: str | None) -> None:
    if expected is not None:
        assert host_of(_scope(kind, raw)) == expected
        return
    with pytest.raises(HostRefused) as refused:
        host_of(_scope(kind, raw))
    assert refused.value.status == 400


@pytest.mark.parametrize("kind", ["http", "websocket"])
@pytest.mark.parametrize(
    "hosts",
    [
        (b"kanon.localhost", b"gear.localhost"),
        (b"kanon.localhost", b"kanon.localhost"),
        (b"kanon.localhost", b""),
        (),
    ],
)
def test_not_exactly_one_host(kind: str, hosts: tuple[bytes, ...]) -> None:
    with pytest.raises(HostRefused) as refused:
        host_of(_scope(kind, *hosts))
    assert refused.value.status == 400


def test_host_in_capitals_counts_as_a_second_one() -> None:
    scope = _scope("http", b"kanon.localhost")
    scope["headers"] = [*scope["headers"], (b"Host", b"gear.localhost")]  # type: ignore[misc]
    with pytest.raises(HostRefused):
        host_of(scope)


@pytest.mark.parametrize(
    "name", ["x_forwarded_host", "forwarded", "x_host", "x_original_host", "x_forwarded_server"]
)
def test_forwarded_hosts_are_never_believed(name: str) -> None:
    assert host_of(_scope("http", b"kanon.localhost", **{name: b"gear.localhost"})) == KANON
