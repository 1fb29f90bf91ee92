"""The connection goes to what was checked, is verified, short, and follows nobody elsewhere."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from nakamise.egress import Egress, EgressFailed, EgressReason, EgressRefused
from nakamise.egress.client import BODY_MAX_BYTES
from tests.core.egress.certificates import Authority
from tests.core.egress.nameserver import NameServer, serving_names
from tests.plugins.webhooks.receiver import Receiver, receiving, reply

NAME = "hooks.example"


@pytest.fixture
async def names() -> AsyncIterator[NameServer]:
    async with serving_names() as server:
        yield server


@pytest.fixture
async def inside() -> AsyncIterator[Receiver]:
    """A server that nobody outside is meant to reach."""
    async with receiving() as server:
        yield server


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(Path(tmp_path_factory.mktemp("ca")))


async def reason_of(egress: Egress, url: str, total_s: float = 10.0) -> EgressReason:
    with pytest.raises(EgressFailed) as failed:
        await egress.send("POST", url, headers={}, content=b"{}", total_s=total_s)
    return failed.value.reason


async def test_an_allowed_place_answers(inside: Receiver) -> None:
    inside.replies = [reply(201, "x-note: yes", body=b"made")]
    egress = Egress(https_only=True, allow=[inside.place])
    answer = await egress.send("PUT", inside.url, headers={"x-mine": "1"}, content=b"{}")
    assert (answer.status, answer.body, answer.header("X-Note"), answer.is_cut) == (
        201,
        b"made",
        "yes",
        False,
    )
    assert inside.got[0].line == "PUT /hooks HTTP/1.1"
    assert (inside.got[0].headers["x-mine"], inside.got[0].body) == ("1", b"{}")


async def test_the_name_is_asked_once_and_the_answer_is_what_is_called(
    names: NameServer, inside: Receiver
) -> None:
    """A rebinding server: public when it is checked, ours when it is called. There is no second question."""
    names.answers[NAME] = [["192.0.43.8"], ["127.0.0.1"]]
    egress = Egress(https_only=False, dns=names.place, allow=[f"127.0.0.9:{inside.port}"])
    assert await reason_of(egress, f"http://{NAME}:{inside.port}/", 1.0) in ("timeout", "connection")
    assert names.asked[NAME] == 1
    assert inside.got == []


async def test_the_second_answer_is_judged_too(names: NameServer, inside: Receiver) -> None:
    names.answers[NAME] = [["192.0.43.8"], ["127.0.0.1"]]
    egress = Egress(https_only=False, dns=names.place, allow=[f"127.0.0.9:{inside.port}"])
    await egress.addresses(NAME, inside.port)
    assert await reason_of(egress, f"http://{NAME}:{inside.port}/") == "address"
    assert inside.got == []


@pytest.mark.parametrize(
    "addresses",
    [
        ["127.0.0.1"],
        ["192.0.43.8", "10.0.0.1"],
        ["192.0.43.8", "::1"],
        ["::ffff:192.0.43.8"],
        ["169.254.169.254"],
    ],
)
async def test_a_name_with_one_address_inside_is_refused(names: NameServer, addresses: list[str]) -> None:
    names.answers[NAME] = [addresses]
    egress = Egress(https_only=False, dns=names.place)
    assert await reason_of(egress, f"https://{NAME}/") == "address"


async def test_an_unknown_name(names: NameServer) -> None:
    assert await reason_of(Egress(https_only=True, dns=names.place), f"https://{NAME}/") == "dns"


async def test_a_silent_name_server_costs_no_more_than_the_time_allowed() -> None:
    egress = Egress(https_only=True, dns="127.0.0.1:9")
    assert await reason_of(egress, f"https://{NAME}/", 1.0) in ("dns", "timeout")


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_redirects_are_answers(inside: Receiver, status: int) -> None:
    inside.replies = [reply(status, f"location: http://{inside.place}/admin")]
    egress = Egress(https_only=False, allow=[inside.place])
    answer = await egress.send("POST", inside.url, headers={})
    assert answer.status == status
    assert len(inside.got) == 1


async def test_a_proxy_of_the_environment_is_not_asked(
    inside: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with receiving() as proxy:
        monkeypatch.setenv("HTTP_PROXY", f"http://{proxy.place}")
        monkeypatch.setenv("ALL_PROXY", f"http://{proxy.place}")
        await Egress(https_only=False, allow=[inside.place]).send("POST", inside.url, headers={})
        assert (len(inside.got), len(proxy.got)) == (1, 0)


async def test_a_slow_server_is_left(inside: Receiver) -> None:
    inside.delay_s = 5
    started = asyncio.get_running_loop().time()
    egress = Egress(https_only=False, allow=[inside.place])
    assert await reason_of(egress, inside.url, 0.5) == "timeout"
    assert asyncio.get_running_loop().time() - started < 2


async def test_a_huge_answer_is_cut(inside: Receiver) -> None:
    inside.replies = [reply(200, body=b"x" * 5_000_000)]
    egress = Egress(https_only=False, allow=[inside.place])
    answer = await egress.send("POST", inside.url, headers={})
    assert (len(answer.body), answer.is_cut) == (BODY_MAX_BYTES, True)


async def test_endless_headers_end(inside: Receiver) -> None:
    inside.replies = [b"HTTP/1.1 200 OK\r\n" + b"x-a: " + b"y" * 2_000_000 + b"\r\n\r\n"]
    egress = Egress(https_only=False, allow=[inside.place])
    assert await reason_of(egress, inside.url) == "protocol"


async def test_a_connection_that_breaks(inside: Receiver) -> None:
    inside.cut = True
    egress = Egress(https_only=False, allow=[inside.place])
    assert await reason_of(egress, inside.url) in ("connection", "protocol")


async def test_a_closed_port() -> None:
    egress = Egress(https_only=False, allow=["127.0.0.1:1"])
    assert await reason_of(egress, "http://127.0.0.1:1/") == "connection"


async def test_no_http(inside: Receiver) -> None:
    inside.replies = [b"220 mail.example ESMTP\r\n"]
    egress = Egress(https_only=False, allow=[inside.place])
    assert await reason_of(egress, inside.url) == "protocol"


async def test_tls_goes_by_the_name_while_the_address_was_checked(
    names: NameServer, authority: Authority
) -> None:
    async with receiving(authority.server(NAME)) as server:
        names.answers[NAME] = [["127.0.0.1"]]
        egress = Egress(https_only=True, allow=[server.place], dns=names.place, tls=authority.trusting())
        answer = await egress.send("POST", f"https://{NAME}:{server.port}/hooks", headers={})
        assert answer.status == 200
        assert server.got[0].headers["host"] == f"{NAME}:{server.port}"


@pytest.mark.parametrize("fault", ["name", "expired", "unknown"])
async def test_a_bad_certificate_is_no_answer(names: NameServer, authority: Authority, fault: str) -> None:
    own = authority.server("other.example") if fault == "name" else authority.server(NAME, days=1)
    if fault == "expired":
        own = authority.server(NAME, days=-1)
    async with receiving(own) as server:
        names.answers[NAME] = [["127.0.0.1"]]
        trusted = None if fault == "unknown" else authority.trusting()
        egress = Egress(https_only=True, allow=[server.place], dns=names.place, tls=trusted)
        assert await reason_of(egress, f"https://{NAME}:{server.port}/hooks") == "tls"
        assert server.got == []


async def test_nothing_inside_is_open_by_default(inside: Receiver) -> None:
    with pytest.raises(EgressRefused):
        await Egress(https_only=False).send("POST", inside.url, headers={})
    assert inside.got == []
