"""No spelling of an address that is not public gets through; public ones do."""

from __future__ import annotations

import ipaddress

import pytest

from nakamise.egress import Egress, EgressFailed, EgressRefused
from nakamise.egress.addresses import is_public

# Written as an address, so refused without asking anybody.
LITERALS = """
127.0.0.1 127.0.0.2 127.255.255.255 127.1.2.3 0.0.0.0 0.0.0.1 0.255.255.255 10.0.0.1 10.255.255.255 100.64.0.1
100.127.255.255 169.254.169.254 169.254.0.1 172.16.0.1 172.31.255.255 192.0.0.1 192.0.0.192 192.0.2.1 192.31.196.1
192.52.193.1 192.88.99.1 192.168.0.1 192.168.255.255 192.175.48.1 198.18.0.1 198.19.255.255 198.51.100.1 203.0.113.1
224.0.0.1 239.255.255.255 240.0.0.1 255.255.255.255
[::] [::1] [0:0:0:0:0:0:0:1] [0000::0001] [::ffff:127.0.0.1] [::ffff:7f00:1] [::ffff:10.0.0.1] [::ffff:169.254.169.254]
[::ffff:8.8.8.8] [::127.0.0.1] [::8.8.8.8] [64:ff9b::7f00:1] [64:ff9b::8.8.8.8] [64:ff9b:1::1] [100::1] [2001::1]
[2001:2::1] [2001:10::1] [2001:20::1] [2001:db8::1] [2002:7f00:1::] [2002:a00:1::1] [2002:a9fe:a9fe::] [2620:4f:8000::1]
[3fff::1] [4000::1] [5f00::1] [fc00::1] [fd00::1] [fd00:ec2::254] [fe80::1] [febf::1] [fec0::1] [ff02::1] [ff0e::1]
""".split()
# Spellings that are no address to us but one to some resolvers: what they resolve to is judged.
NAMES = """
localhost LOCALHOST localhost. 127.1 127.0.1 2130706433 0x7f000001 0x7f.0.0.1 0177.0.0.1 017700000001 0 0x0
0x7f.1 127.0.0.1. 0xa9fea9fe 2852039166 0251.0376.0251.0376
""".split()
PUBLIC = """
1.1.1.1 8.8.8.8 9.255.255.255 11.0.0.0 100.63.255.255 100.128.0.0 126.255.255.255 128.0.0.1 169.253.255.255
169.255.0.0 172.15.255.255 172.32.0.0 192.0.1.1 192.167.255.255 192.169.0.0 198.17.255.255 198.20.0.0 223.255.255.255
2001:200::1 2400:cb00::1 2606:4700::1111 2a00:1450::1 2003::1 3ffe::1
""".split()


@pytest.fixture(scope="module")
def egress() -> Egress:
    return Egress(https_only=False)


@pytest.mark.parametrize("host", LITERALS)
async def test_an_address_that_is_not_public_is_refused(egress: Egress, host: str) -> None:
    for url in (f"http://{host}/", f"https://{host}:443/x"):
        with pytest.raises(EgressRefused) as refused:
            egress.check(url)
        assert refused.value.reason == "address"
        with pytest.raises(EgressRefused):
            await egress.send("POST", url, headers={})


@pytest.mark.parametrize("host", NAMES)
async def test_other_spellings_lead_nowhere(egress: Egress, host: str) -> None:
    """Refused, or not a name to this system's resolver; never connected."""
    with pytest.raises(EgressFailed) as failed:
        await egress.send("POST", f"http://{host}/", headers={})
    assert failed.value.reason in ("address", "dns", "url")


@pytest.mark.parametrize("host", PUBLIC)
def test_public_addresses_pass(egress: Egress, host: str) -> None:
    assert is_public(ipaddress.ip_address(host))
    egress.check(f"https://[{host}]/" if ":" in host else f"https://{host}/")


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("ftp://example.com/", "scheme"),
        ("file:///etc/passwd", "scheme"),
        ("gopher://example.com/", "scheme"),
        ("//example.com/", "scheme"),
        ("example.com", "scheme"),
        ("", "scheme"),
        ("https://", "url"),
        ("https://user:password@example.com/", "url"),
        ("https://example.com@127.0.0.1/", "url"),
        ("https://example.com:22/", "port"),
        ("https://example.com:8443/", "port"),
        ("http://example.com:5432/", "port"),
        ("https://example.com:99999/", "port"),
        ("https://exa mple.com/", "url"),
        ("https://[::1/", "url"),
        ("https://[fe80::1%25eth0]/", "address"),
    ],
)
def test_what_is_no_address_of_a_server_is_refused(egress: Egress, url: str, reason: str) -> None:
    with pytest.raises(EgressRefused) as refused:
        egress.check(url)
    assert refused.value.reason in (reason, "url")


def test_production_wants_https() -> None:
    strict = Egress(https_only=True, allow=["127.0.0.1:9000"])
    strict.check("https://example.com/hooks")
    strict.check("http://127.0.0.1:9000/hooks")
    for url, reason in (("http://example.com/", "scheme"), ("http://127.0.0.1:9001/", "address")):
        with pytest.raises(EgressRefused) as refused:
            strict.check(url)
        assert refused.value.reason == reason
