"""The server tells of its events by itself, over HTTP, as badly as a network can.

By a clock of its own: who steers it lets time pass, and what is due by then is sent. Every event comes at least once
unless it is lost: late by up to an hour, some by up to three days, so that most come in another order than they
happened; many come again, some eight times at the same moment; some come with a forged signature or cut short besides.
What is not answered with 200 is sent again, later and later, for three days. All of it by a seed.
"""

from __future__ import annotations

import heapq
import http.client
import itertools
import random
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Final, Literal
from urllib.parse import urlsplit

from tests.plugins.payments_stripe.stripe_server.books import Json
from tests.plugins.payments_stripe.stripe_server.server import StripeServer

HOUR: Final = 3600.0
DAY: Final = 24 * HOUR
AT_ONCE: Final = 8
# After so long without an answer, twice as long each time.
AGAIN: Final = HOUR
GIVE_UP: Final = 3 * DAY
Kind = Literal["whole", "forged", "cut"]


@dataclass(frozen=True)
class Chaos:
    """Shares of the events. ``copies`` at most of one that comes again."""

    again: float = 0.30
    copies: int = 10
    lost: float = 0.05
    late: float = 0.10
    forged: float = 0.01
    cut: float = 0.01
    crowd: float = 0.02


@dataclass(order=True)
class Delivery:
    at: float
    number: int
    event: Json = field(compare=False)
    kind: Kind = field(compare=False)
    born: float = field(compare=False)
    tries: int = field(default=0, compare=False)


class Postman:
    """``answers`` counts what was answered to what; ``lost`` are the ids that nobody is told of. While ``is_cut_off``
    nothing can be reached."""

    def __init__(self, server: StripeServer, url: str, host: str, seed: int, chaos: Chaos) -> None:
        self._server = server
        self._url = urlsplit(url)
        self._host = host
        self._random = random.Random(seed)
        self._chaos = chaos
        self._waiting: list[Delivery] = []
        self._numbers = itertools.count()
        self._told = 0
        self.now = 0.0
        self.is_cut_off = False
        self.answers: Counter[tuple[Kind, int]] = Counter()
        self.lost: set[str] = set()

    def pass_time(self, seconds: float) -> None:
        """Send what is due until then; blocks. What happens meanwhile is sent in its turn."""
        until = self.now + seconds
        with ThreadPoolExecutor(AT_ONCE) as hands:
            self._collect()
            while self._waiting and self._waiting[0].at <= until:
                due = list(self._due(until))
                self.now = due[0].at
                for delivery, status in zip(due, hands.map(self._send, due), strict=True):
                    self._note(delivery, status)
                self._collect()
        self.now = until

    def tell_nobody(self) -> None:
        """What has happened since the last time is lost."""
        news = self._server.books.events[self._told :]
        self.lost.update(event["id"] for event in news)
        self._told += len(news)

    def _due(self, until: float) -> Iterator[Delivery]:
        for _ in range(AT_ONCE):
            if self._waiting and self._waiting[0].at <= until:
                yield heapq.heappop(self._waiting)

    def _collect(self) -> None:
        """What has happened since is to be told."""
        events = self._server.books.events
        for event in events[self._told :]:
            for kind, late in self._plan(event):
                self._put(event, kind, self.now + late)
        self._told = len(events)

    def _plan(self, event: Json) -> Iterator[tuple[Kind, float]]:
        """(kind, after how long)."""
        chance, chaos = self._random, self._chaos
        if chance.random() < chaos.forged:
            yield "forged", chance.uniform(0, HOUR)
        if chance.random() < chaos.cut:
            yield "cut", chance.uniform(0, HOUR)
        if chance.random() < chaos.lost:
            self.lost.add(event["id"])
            return
        late = chance.uniform(0, 3 * DAY if chance.random() < chaos.late else HOUR)
        if chance.random() < chaos.crowd:
            for _ in range(AT_ONCE):
                yield "whole", late
        yield "whole", late
        if chance.random() < chaos.again:
            for _ in range(chance.randint(1, chaos.copies - 1)):
                yield "whole", late + chance.uniform(0, 2 * HOUR)

    def _put(self, event: Json, kind: Kind, at: float, tries: int = 0) -> None:
        made = Delivery(at, next(self._numbers), event, kind, self.now, tries)
        heapq.heappush(self._waiting, made)

    def _send(self, one: Delivery) -> int:
        """The status of the answer; 0 without one."""
        if self.is_cut_off:
            return 0
        secret = {"secret": "whsec_of_somebody_else"} if one.kind == "forged" else {}
        body, signature = self._server.signed(one.event, **secret)  # type: ignore[arg-type]
        if one.kind == "cut":
            body = body[: len(body) // 2]
        connection = http.client.HTTPConnection(str(self._url.hostname), self._url.port, timeout=30)
        try:
            headers = {"Host": self._host, "Stripe-Signature": signature, "Content-Type": "application/json"}
            connection.request("POST", self._url.path, body, headers)
            return connection.getresponse().status
        except (OSError, http.client.HTTPException):
            return 0
        finally:
            connection.close()

    def _note(self, one: Delivery, status: int) -> None:
        self.answers[one.kind, status] += 1
        if status == 200:
            one.event["pending_webhooks"] = 0
        elif one.kind == "whole" and self.now - one.born < GIVE_UP:
            self._put(one.event, "whole", self.now + AGAIN * 2**one.tries, one.tries + 1)
