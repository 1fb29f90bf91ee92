"""aiortc is what the fence takes it for."""

from __future__ import annotations

import asyncio
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nakamise_livestream.sfu.wire.dtls import Certificate, DtlsLink, HandshakeFailed, missing_names
from nakamise_livestream.sfu.wire.srtp import Srtp
from tests.plugins.livestream.sfu.waiting import until


def test_aiortc_has_the_names_that_we_use() -> None:
    assert missing_names() == [], "aiortc changed: adapt sfu/wire/dtls.py, the only module that may know"


class Ends:
    """Server and client with a wire between them."""

    def __init__(self) -> None:
        self.left: list[str] = []
        self.certificates = Certificate.generate(), Certificate.generate()
        self.server = DtlsLink(
            self.certificates[0],
            send=self._to_client,
            closed=lambda: self.left.append("client"),
        )
        self.client = DtlsLink(self.certificates[1], send=self.server.feed, role="client")

    def _to_client(self, datagram: bytes) -> None:
        self.client.feed(datagram)

    async def shake(self) -> tuple[Srtp, Srtp]:
        return await asyncio.gather(
            self.server.handshake([("sha-256", self.certificates[1].sha256)]),
            self.client.handshake([("sha-256", self.certificates[0].sha256)]),
        )


async def test_the_server_chooses_gcm_and_both_have_the_keys() -> None:
    server, client = await Ends().shake()
    assert server.aead
    assert client.aead
    packet = bytes([0x80, 96, 0, 1, *range(8), *b"payload"])
    assert client.unprotect(server.protect(packet)) == packet
    assert server.unprotect(client.protect(packet)) == packet
    nonce = (server.salt ^ int.from_bytes(packet[8:12], "big") << 48 ^ 2).to_bytes(12, "big")
    other = packet[:3] + b"\2" + packet[4:12]
    assert client.unprotect(other + server.aead.encrypt(nonce, b"payload", other)) == other + b"payload"


async def test_the_certificate_must_be_the_announced_one() -> None:
    ends = Ends()
    client = asyncio.create_task(ends.client.handshake([("sha-256", ends.certificates[0].sha256)]))
    with pytest.raises(HandshakeFailed):
        await ends.server.handshake([("sha-256", ends.certificates[0].sha256)])
    client.cancel()


async def test_a_close_is_told_once() -> None:
    ends = Ends()
    await ends.shake()
    await ends.client.close()
    await until(lambda: ends.left)
    await ends.server.close()
    assert ends.left == ["client"]


async def test_a_flood_before_the_handshake_is_dropped() -> None:
    ends = Ends()
    for _ in range(1_000):
        ends.server.feed(b"\x16\xfe\xff" + bytes(50))
    ends.client.feed(b"\x17" * 1_400)
    server = asyncio.create_task(ends.server.handshake([("sha-256", ends.certificates[1].sha256)]))
    client = await ends.client.handshake([("sha-256", ends.certificates[0].sha256)])
    assert client.aead
    assert (await server).aead


RECORD = st.builds(
    lambda first, version, rest: bytes([first]) + version + rest,
    st.integers(20, 63),
    st.sampled_from([b"\xfe\xfd", b"\xfe\xff", b"\0\0"]),
    st.binary(max_size=60),
)


@settings(max_examples=30, deadline=None)
@given(st.lists(RECORD, min_size=1, max_size=20))
async def test_rubbish_after_the_handshake_changes_nothing(records: list[bytes]) -> None:
    ends = Ends()
    server, client = await ends.shake()
    for record in records:
        ends.server.feed(record)
    await asyncio.sleep(0)
    assert ends.left == []
    packet = bytes([0x80, 96, 0, 1, *range(8), *b"payload"])
    assert client.unprotect(server.protect(packet)) == packet
    await ends.client.close()
    await until(lambda: ends.left)
    await ends.server.close()


@settings(max_examples=30, deadline=None)
@given(st.lists(RECORD, min_size=1, max_size=20))
async def test_rubbish_in_the_handshake_is_survived_or_fails_it(records: list[bytes]) -> None:
    ends = Ends()
    for record in records:
        ends.server.feed(record)
    client = asyncio.create_task(ends.client.handshake([("sha-256", ends.certificates[0].sha256)]))
    with suppress(HandshakeFailed):
        keys = await ends.server.handshake([("sha-256", ends.certificates[1].sha256)])
        packet = bytes([0x80, 96, 0, 1, *range(8), *b"payload"])
        assert (await client).unprotect(keys.protect(packet)) == packet
    client.cancel()
    await asyncio.wait([client])
    await ends.client.close()
    await ends.server.close()
