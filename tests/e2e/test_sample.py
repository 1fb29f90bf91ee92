"""The crawl's own parts: each kind of page is drawn somewhere, and a source's faults are found without drawing."""

from __future__ import annotations

import asyncio
from typing import Final

import httpx

from tests.e2e.examine import LEFTOVERS, NOBODY, RAW
from tests.e2e.sample import part
from tests.e2e.source import Here, Source

LINK: Final = b'<a href="/b">b</a>'
PAGE: Final = """<title>t</title><script>undefined</script><template><a href="/never">x</a></template>
<p> None </p><a href="b?x=1&amp;y=2">b</a><a href="/c" download>c</a><a>d</a><p>NaN</p>"""


def test_each_kind_is_opened_in_one_look() -> None:
    kinds = [f"/admin/things/{number}?" for number in range(100)]
    looks = [part(which, 4, "admin", full=False) for which in range(4)]
    opened = [{kind for kind in kinds if opens(kind, 0)} for opens in looks]
    assert set().union(*opened) == set(kinds)
    assert sum(map(len, opened)) == len(kinds)
    assert min(map(len, opened)) > 10
    assert all(opens("/admin?", 0) for opens in looks)
    assert not looks[0]("/admin?", 1)
    assert part(1, 4, "admin", full=True)("/admin?", 1)


def test_a_source_says_what_is_seen_and_where_it_leads() -> None:
    source = Source(httpx.Response(200, html=PAGE, request=httpx.Request("GET", "http://a.test/x/y")))
    assert source.links == ["http://a.test/x/b?x=1&y=2"]
    assert [text for text in source.texts if text in RAW] == ["None"]
    assert [hit[0] for hit in LEFTOVERS.finditer("\n".join(source.texts))] == ["NaN"]
    assert NOBODY.leaks("", [("page", "made with Nakamise")])


async def test_a_name_below_localhost_is_this_machine_and_links_lead_to_the_name() -> None:
    heads: list[bytes] = []

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heads.append(await reader.readuntil(b"\r\n\r\n"))
        writer.write(b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: %d\r\n\r\n" % len(LINK) + LINK)
        await writer.drain()
        writer.close()

    async with await asyncio.start_server(answer, "127.0.0.1", 0) as server:
        origin = f"http://shop.localhost:{server.sockets[0].getsockname()[1]}"
        async with httpx.AsyncClient(transport=Here()) as client:
            source = Source(await client.get(f"{origin}/a"))
    assert source.links == [f"{origin}/b"]
    assert f"Host: {origin.removeprefix('http://')}".encode() in heads[0]
