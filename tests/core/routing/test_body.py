"""What is sent slowly, too much or not to its end. No database."""

from __future__ import annotations

import pytest

from nakamise.routing.asgi import Message, Receive
from nakamise.routing.body import replayed, whole_body


def sending(*messages: Message) -> Receive:
    left = list(messages)

    async def receive() -> Message:
        return left.pop(0)

    return receive


def part(body: bytes, *, more: bool) -> Message:
    return {"type": "http.request", "body": body, "more_body": more}


async def test_a_body_is_read_to_its_end_and_given_again() -> None:
    receive = sending(part(b"ab", more=True), part(b"c", more=False), {"type": "http.disconnect"})
    body = await whole_body(receive, 3)
    assert body == b"abc"
    again = replayed(body, receive)
    assert await again() == part(b"abc", more=False)
    assert await again() == {"type": "http.disconnect"}


@pytest.mark.parametrize(
    "messages",
    [
        pytest.param([part(b"abcd", more=True)], id="too much"),
        pytest.param([part(b"a", more=True), {"type": "http.disconnect"}], id="gone"),
    ],
)
async def test_what_is_too_much_or_not_whole_is_not_taken(messages: list[Message]) -> None:
    assert await whole_body(sending(*messages), 3) is None
