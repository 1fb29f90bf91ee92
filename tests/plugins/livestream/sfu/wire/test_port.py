"""The UDP port with real ICE agents, and with rubbish."""

from __future__ import annotations

import asyncio
import struct
import time
from collections.abc import AsyncIterator

import pytest
from aioice import stun
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nakamise_livestream.sfu.wire.dtls import Certificate
from nakamise_livestream.sfu.wire.ice import Credentials
from nakamise_livestream.sfu.wire.outlet import PeerOutlet
from nakamise_livestream.sfu.wire.peer import MAX_ADDRESSES, Peer, Security
from nakamise_livestream.sfu.wire.port import UdpPort, segmentation_works
from nakamise_livestream.sfu.wire.stun import Address
from nakamise_livestream.sfu.worker.config import WorkerConfig, announced_addresses
from tests.plugins.livestream.sfu.waiting import until
from tests.plugins.livestream.sfu.wire.clients import Recorder, client

OURS = Certificate.generate()
HOST = announced_addresses(WorkerConfig(control="", token=""))[0]


@pytest.fixture
async def port() -> AsyncIterator[UdpPort]:
    port = UdpPort("0.0.0.0", 0)
    yield port
    port.close()


def _rtp(sequence: int, size: int = 100) -> bytes:
    return struct.pack("!BBHII", 0x80, 96, sequence, 0, 0xCAFE) + bytes(size)


def _peer(port: UdpPort) -> Peer:
    return Peer(port, OURS, Security([("sha-256", OURS.sha256)], "server"), Recorder())


def _request(credentials: Credentials, *, password: str | None = None, nominate: bool = False) -> bytes:
    attributes = {"USERNAME": f"{credentials.ufrag}:theirs", "PRIORITY": 1, "ICE-CONTROLLING": 7}
    if nominate:
        attributes["USE-CANDIDATE"] = None
    message = stun.Message(stun.Method.BINDING, stun.Class.REQUEST, attributes=attributes)
    message.add_message_integrity((password or credentials.password).encode())
    return bytes(message)


async def test_a_client_connects_and_packets_go_both_ways(port: UdpPort) -> None:
    async with client(port, OURS) as one:
        await one.connect(HOST)
        assert one.srtp
        one.send(one.srtp.protect(_rtp(1)))
        one.send(one.srtp.protect_rtcp(struct.pack("!BBHI", 0x80, 201, 1, 5)))
        one.send(b"\x80" * 50)
        await until(lambda: one.recorder.packets and one.recorder.reports)
        assert one.recorder.packets == [_rtp(1)]
        assert one.recorder.srtp
        PeerOutlet(port, one.peer, one.recorder.srtp, segmentation=False).send_rtcp(
            struct.pack("!BBHI", 0x80, 201, 1, 6)
        )
        sealed = await asyncio.wait_for(one.received.get(), 2)
        assert one.srtp.unprotect_rtcp(sealed)[4:8] == b"\0\0\0\6"


@pytest.mark.parametrize("segmentation", [True, False])
async def test_many_datagrams_at_once(port: UdpPort, *, segmentation: bool) -> None:
    assert segmentation_works(port.socket)
    async with client(port, OURS) as one:
        await one.connect(HOST)
        assert one.recorder.srtp
        outlet = PeerOutlet(port, one.peer, one.recorder.srtp, segmentation=segmentation)
        sent = [b"\x80" + bytes([n]) * 999 for n in range(4)] + [b"\x80short"]
        outlet.send_many(memoryview(b"".join(sent)), 1_000)
        assert [await asyncio.wait_for(one.received.get(), 2) for _ in sent] == sent
        outlet.send_many(memoryview(b""), 0)
        assert port.unsent == 0


async def test_segments_that_do_not_fit_are_sent_one_by_one(port: UdpPort) -> None:
    """More than the kernel takes in one call."""
    async with client(port, OURS) as one:
        await one.connect(HOST)
        assert one.recorder.srtp
        outlet = PeerOutlet(port, one.peer, one.recorder.srtp, segmentation=True)
        outlet.send_many(memoryview(b"\x80" * 70_000), 1_000)
        got = [await asyncio.wait_for(one.received.get(), 2) for _ in range(70)]
        assert {len(datagram) for datagram in got} == {1_000}


async def test_another_network_takes_over_by_nomination(port: UdpPort) -> None:
    async with client(port, OURS) as one:
        await one.connect(HOST)
        before = one.peer.address
        await one.check(one.peer.credentials, HOST)
        assert one.peer.address != before


async def test_restart_keeps_the_former_credentials_until_the_new_are_used(port: UdpPort) -> None:
    peer = _peer(port)
    former = peer.credentials
    new = peer.restart()
    assert set(port.by_ufrag) == {former.ufrag, new.ufrag}
    port.receive(_request(former), ("127.0.0.1", 9), time.monotonic())
    assert set(port.by_ufrag) == {former.ufrag, new.ufrag}
    port.receive(_request(new), ("127.0.0.1", 9), time.monotonic())
    assert set(port.by_ufrag) == {new.ufrag}
    await peer.close()
    assert not port.by_ufrag
    assert not port.by_address


async def test_a_wrong_password_is_not_answered(port: UdpPort) -> None:
    peer = _peer(port)
    port.receive(_request(peer.credentials, password="x" * 22), ("127.0.0.1", 9), time.monotonic())
    assert (peer.address, port.by_address) == (None, {})
    await peer.close()


async def test_nobody_takes_the_address_of_another(port: UdpPort) -> None:
    theirs, thief = _peer(port), _peer(port)
    address: Address = ("127.0.0.1", 9)
    now = time.monotonic()
    port.receive(_request(theirs.credentials), address, now)
    port.receive(_request(thief.credentials), address, now + 1)
    assert port.by_address[address] is theirs
    port.receive(_request(thief.credentials), address, now + 60)
    assert port.by_address[address] is thief
    await theirs.close()
    assert port.by_address[address] is thief
    await thief.close()


async def test_a_peer_has_few_addresses(port: UdpPort) -> None:
    peer = _peer(port)
    for number in range(3 * MAX_ADDRESSES):
        port.receive(_request(peer.credentials), ("127.0.0.1", 10_000 + number), time.monotonic())
    assert len(port.by_address) == MAX_ADDRESSES
    assert peer.address == ("127.0.0.1", 10_000)
    assert peer.address in port.by_address
    await peer.close()


async def test_ipv6_and_mapped_ipv4() -> None:
    port = UdpPort("::", 0)
    peer = _peer(port)
    here = UdpPort("127.0.0.1", 0)
    answers: list[stun.Message] = []
    here._loop.remove_reader(here.socket)
    here._loop.add_reader(here.socket, lambda: answers.append(stun.parse_message(here.socket.recv(2_048))))
    here.send(_request(peer.credentials), ("127.0.0.1", port.number))
    await until(lambda: answers)
    assert answers[0].attributes["XOR-MAPPED-ADDRESS"] == ("127.0.0.1", here.number)
    assert answers[0].check_message_integrity(peer.credentials.password.encode())
    await peer.close()
    here.close()
    port.close()


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    datagram=st.binary(max_size=100)
    | st.builds(
        lambda first, rest: bytes([first]) + rest, st.sampled_from([0, 20, 128]), st.binary(max_size=60)
    ),
    cut=st.integers(0, 120),
    at=st.integers(0, 119),
    byte=st.integers(0, 255),
)
async def test_rubbish_is_dropped(port: UdpPort, datagram: bytes, cut: int, at: int, byte: int) -> None:
    """Also from an address that is known, and in requests that were right before."""
    address: Address = ("127.0.0.1", 9)
    peer = _peer(port)
    port.receive(_request(peer.credentials), address, time.monotonic())
    damaged = bytearray(_request(peer.credentials, nominate=True))
    damaged[at % len(damaged)] = byte
    header = struct.pack("!HHI", 1, len(datagram), 0x2112A442) + bytes(12)
    for rubbish in (datagram, bytes(damaged), bytes(damaged[:cut]), header + datagram, datagram * 30):
        port.receive(rubbish, address, time.monotonic())
        port.receive(rubbish, ("127.0.0.1", 10), time.monotonic())
    assert port.by_ufrag == {peer.credentials.ufrag: peer}
    assert set(port.by_address.values()) == {peer}
    # A damaged request that is still right may speak for another address; rubbish never does.
    assert peer.address in port.by_address
    assert len(port.by_address) <= 2
    await peer.close()
