"""A page as it comes over the wire: what it says and where it leads, without drawing it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from html.parser import HTMLParser
from typing import Final

import httpx

from tests.e2e.visitor import Visitor

_UNSEEN: Final = frozenset({"script", "style", "noscript", "template"})


class Source(HTMLParser):
    """``texts``: what a reader sees, piece by piece; ``links``: absolute, without downloads; ``ids``: as they come."""

    def __init__(self, answer: httpx.Response) -> None:
        super().__init__()
        self.answer = answer
        self.texts: list[str] = []
        self.links: list[str] = []
        self.ids: list[str] = []
        self._unseen = 0
        self.feed(answer.text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._unseen += tag in _UNSEEN
        given = dict(attrs)
        if (own := given.get("id")) is not None and not self._unseen:
            self.ids.append(own)
        href = given.get("href")
        if tag == "a" and href is not None and "download" not in given and not self._unseen:
            self.links.append(str(self.answer.url.join(href)))

    def handle_endtag(self, tag: str) -> None:
        self._unseen -= tag in _UNSEEN

    def handle_data(self, data: str) -> None:
        if not self._unseen and (text := data.strip()):
            self.texts.append(text)


class Here(httpx.AsyncHTTPTransport):
    """Names below localhost are this machine, which not every resolver knows."""

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        # A request of its own: the answer's URL, which links are relative to, is the one that was asked for.
        here = httpx.Request(
            request.method,
            request.url.copy_with(host="127.0.0.1"),
            headers=request.headers,
            stream=request.stream,
            extensions=request.extensions,
        )
        return await super().handle_async_request(here)


class Reader:
    """Fetches pages with the cookies and the language of ``visitor``, who hears of refusals."""

    def __init__(self, visitor: Visitor, client: httpx.AsyncClient) -> None:
        self._visitor = visitor
        self._client = client

    async def fetch(self, path: str) -> Source:
        url = self._visitor.demo.url(self._visitor.slug, path)
        cookies = await self._visitor.page.context.cookies(url)
        sent = "; ".join(f"{cookie.get('name')}={cookie.get('value')}" for cookie in cookies)
        answer = await self._client.get(url, headers={"cookie": sent})
        if answer.status_code >= httpx.codes.BAD_REQUEST:
            self._visitor.said.append(f"{answer.status_code}: {url}")
        return Source(answer)


@asynccontextmanager
async def reading(visitor: Visitor) -> AsyncIterator[Reader]:
    headers = {"accept": "text/html", "accept-language": visitor.locale}
    async with httpx.AsyncClient(
        transport=Here(), headers=headers, follow_redirects=True, timeout=20
    ) as client:
        yield Reader(visitor, client)
