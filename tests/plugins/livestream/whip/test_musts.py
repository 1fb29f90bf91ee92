"""musts.toml leaves out nothing and names no test that does not exist; some of its tests."""

from __future__ import annotations

import ast
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest

from nakamise.testing.fixtures import ClientFor
from nakamise.testing.people import Person
from tests.plugins.livestream.sfu.rtc import publisher, viewer
from tests.plugins.livestream.stage import Stage, on_air
from tests.plugins.livestream.whip.rtc import post, send
from tests.plugins.livestream.whip.test_protocol import LIST
from tests.plugins.livestream.whip.test_publish_and_watch import whep, whip

HERE: Final = Path(__file__).parent
MUSTS: Final[dict[str, Any]] = tomllib.loads((HERE / "musts.toml").read_text())


def sentences(ranges: list[str]) -> Iterator[tuple[str, int]]:
    """``"Trickle ICE 2-3"`` is the second and the third."""
    for text in ranges:
        section, _, numbers = text.rpartition(" ")
        first, _, last = numbers.partition("-")
        for number in range(int(first), int(last or first) + 1):
            yield section, number


@pytest.mark.req("LC-0.13")
@pytest.mark.parametrize("protocol", ["whip", "whep"])
def test_every_sentence_is_ours_or_somebody_elses(protocol: str) -> None:
    demanded = {
        (section, number)
        for section, count in MUSTS["sentences"][protocol].items()
        for number in range(1, count + 1)
    }
    ours = {one for must in MUSTS["must"] for one in sentences(must.get(protocol, []))}
    others = {one for ranges in MUSTS["others"][protocol].values() for one in sentences(ranges)}
    assert ours | others == demanded
    assert not ours & others


@pytest.mark.parametrize("must", MUSTS["must"], ids=lambda must: str(must["says"]))
def test_every_must_has_a_test(must: dict[str, Any]) -> None:
    file, _, name = must["test"].partition(": ")
    if name in LIST:
        assert file == "test_protocol.py"
        return
    tree = ast.parse((HERE / file).read_text())
    assert name in {
        node.name for node in tree.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    }


def test_every_check_is_a_musts_or_says_why_not() -> None:
    """The list of test_protocol.py has nothing that nobody demands, but what pages need to read."""
    named = {must["test"].partition(": ")[2] for must in MUSTS["must"]}
    assert set(LIST) - named == {"what a page may read: Location, ETag, Link"}


async def test_nothing_to_play_yet(stage: Stage, presenter: Person, client: ClientFor) -> None:
    broadcast = await on_air(presenter)
    async with viewer() as seer:
        answer = await post(client(stage.tenant), whep(broadcast), await seer.offer())
    assert answer.status_code == 409
    assert int(answer.headers["retry-after"]) > 0


async def test_a_player_may_show_a_token(stage: Stage, presenter: Person, client: ClientFor) -> None:
    """Its own, here the broadcaster's."""
    broadcast = await on_air(presenter)
    token = presenter.client.headers.get("authorization", "")
    async with publisher() as sender, viewer() as seer:
        await send(presenter.client, whip(broadcast), sender)
        bearing = stage.client_for(stage.tenant)
        bearing.headers["Authorization"] = token or f"Bearer {presenter.token}"
        answer = await post(bearing, whep(broadcast), await seer.offer())
    assert answer.status_code == 201
