"""Any WHIP and WHEP server as the media engine: offers are passed on to it, and its answers back.

Such a server tells nothing of itself: no events, no numbers, nothing to record. Who publishes is known from the
requests that come through here.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Final

import httpx

from nakamise.plugin import MediaSettings
from nakamise_livestream.media import (
    AlreadyPublishing,
    Answer,
    BadFragment,
    EngineAway,
    EngineBusy,
    MalformedOffer,
    MediaEvent,
    MediaRefusal,
    NotLive,
    Patched,
    Published,
    SessionGone,
    StreamStats,
    TagMismatch,
    TagMissing,
    TapItem,
    UnacceptableOffer,
    Usage,
    ViewerStats,
    WorkerState,
)
from nakamise_livestream.sfu.hub import EventHub
from nakamise_livestream.whip.answers import FRAGMENT, SDP

# Clients in use wait eight seconds for an answer.
ANSWER_S: Final = 6.0
_LONGEST: Final = 200_000
_COMMON: Final[dict[int, type[MediaRefusal]]] = {412: TagMismatch, 428: TagMissing, 503: EngineBusy}
_OFFERED: Final = {**_COMMON, 400: MalformedOffer, 406: UnacceptableOffer, 422: UnacceptableOffer}
_TO_PUBLISH: Final = {**_OFFERED, 409: AlreadyPublishing}
_TO_PLAY: Final = {**_OFFERED, 404: NotLive, 409: NotLive}
_TO_CHANGE: Final = {**_COMMON, 400: BadFragment, 404: SessionGone, 405: BadFragment, 422: BadFragment}


class ExternalEngine:
    """A session is the URL that the server gave it. ``whip_url`` and ``whep_url`` of ``settings`` are set."""

    def __init__(self, settings: MediaSettings) -> None:
        self._settings = settings
        headers = {"Authorization": f"Bearer {settings.token}"} if settings.token else {}
        self._client = httpx.AsyncClient(headers=headers, timeout=ANSWER_S, follow_redirects=False)

    async def stop(self) -> None:
        await self._client.aclose()

    # --- MediaEngine --------------------------------------------------------------------------

    async def publish(self, stream: str, offer: str) -> Answer:
        return await self._offer(self._settings.whip_url or "", stream, offer, _TO_PUBLISH)

    async def play(self, stream: str, offer: str) -> Answer:
        return await self._offer(self._settings.whep_url or "", stream, offer, _TO_PLAY)

    async def patch(self, session: str, fragment: str, if_match: str | None = None) -> Patched:
        headers = {"Content-Type": FRAGMENT, **({"If-Match": if_match} if if_match else {})}
        answer = await self._ask("PATCH", session, _TO_CHANGE, fragment, headers)
        if answer.status_code != 200:
            return Patched()
        return Patched(etag=answer.headers.get("etag"), fragment=answer.text)

    async def close(self, session: str) -> None:
        await self._ask("DELETE", session, _TO_CHANGE)

    async def check(self, session: str) -> None:
        """Not known; the connection itself tells its two ends."""

    async def end(self, stream: str, reason: str = "ended") -> None:
        """Servers have no such request: whoever remembers its publisher closes that session."""

    async def stats(self, stream: str) -> StreamStats | None:
        return None

    async def viewers(self, stream: str) -> dict[str, ViewerStats]:
        return {}

    async def usage(self, stream: str) -> tuple[Usage, ...]:
        return ()

    async def published(self) -> tuple[Published, ...]:
        return ()

    async def health(self) -> tuple[WorkerState, ...]:
        """Empty: of itself the server tells nothing. See :meth:`reachable`."""
        return ()

    async def reachable(self) -> bool:
        """Whether anything of HTTP answers there, be it a refusal."""
        try:
            answer = await self._client.options((self._settings.whip_url or "").format(stream="none"))
        except httpx.HTTPError:
            return False
        return answer.status_code < 500

    async def request_keyframe(self, stream: str) -> None:
        raise NotLive(f"{stream} is at a server that takes no such wish")

    def tap(self, stream: str) -> AsyncIterator[TapItem]:
        raise NotLive(f"{stream} is at a server that cannot be read from")

    def events(self) -> AsyncIterator[MediaEvent]:
        return EventHub().listen()

    # --- inside -------------------------------------------------------------------------------

    async def _offer(
        self, url: str, stream: str, offer: str, refusals: dict[int, type[MediaRefusal]]
    ) -> Answer:
        answer = await self._ask("POST", url.format(stream=stream), refusals, offer, {"Content-Type": SDP})
        location = answer.headers.get("location")
        if answer.status_code != 201 or not location:
            raise EngineAway("the media server does not answer as WHIP and WHEP want it")
        session = str(answer.url.join(location))
        return Answer(session=session, etag=answer.headers.get("etag", '"0"'), sdp=answer.text)

    async def _ask(
        self,
        method: str,
        url: str,
        refusals: dict[int, type[MediaRefusal]],
        body: str = "",
        headers: dict[str, str] | None = None,
    ) -> httpx.Response:
        """Raises :class:`MediaRefusal` for what the server refuses, and :class:`EngineAway`."""
        try:
            answer = await self._client.request(method, url, content=body.encode(), headers=headers)
        except httpx.HTTPError as error:
            raise EngineAway("the media server cannot be reached") from error
        if answer.is_success and len(answer.content) <= _LONGEST:
            return answer
        refused = refusals.get(answer.status_code, EngineAway)
        raise refused(f"the media server answers {answer.status_code}")
