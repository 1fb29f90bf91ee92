"""How many come in: of one process, one tenant, one network, one person."""

from __future__ import annotations

import resource
import subprocess
import sys
import uuid
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from nakamise.errors import TooMany, Unavailable
from nakamise.rooms import limits
from nakamise.rooms.limits import NETWORK_MAX, OTHER_FILES, PERSON_MAX, Doors, listeners_max

ONE, TWO = uuid.uuid4(), uuid.uuid4()
_RAISED = """
import resource
hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
resource.setrlimit(resource.RLIMIT_NOFILE, (1024, hard))
from nakamise.cli.serve import OPEN_FILES, allow_open_files
allow_open_files()
print(resource.getrlimit(resource.RLIMIT_NOFILE)[0], min(OPEN_FILES, hard))
"""


@pytest.fixture
def inside() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


def enter(inside: ExitStack, doors: Doors, n: int, tenant: uuid.UUID = ONE, address: str = "") -> None:
    inside.enter_context(doors.passed(tenant, address or f"192.0.2.{n}", b"%d" % n))


def test_one_tenant_leaves_room_for_the_others(inside: ExitStack) -> None:
    doors = Doors(10)
    for n in range(8):
        enter(inside, doors, n)
    with pytest.raises(Unavailable):
        enter(inside, doors, 8)
    for n in (9, 10):
        enter(inside, doors, n, TWO)
    with pytest.raises(Unavailable):
        enter(inside, doors, 11, TWO)


def test_addresses_of_one_network_are_one(inside: ExitStack) -> None:
    doors = Doors(10_000)
    for n in range(NETWORK_MAX):
        enter(inside, doors, n, address=f"2001:db8:1:2::{n:x}")
    with pytest.raises(TooMany):
        enter(inside, doors, 9_999, address="2001:db8:1:2:ffff::1")
    enter(inside, doors, 9_999, address="2001:db8:1:3::1")


def test_whoever_leaves_makes_room() -> None:
    doors = Doors(10_000)
    for _ in range(3):
        with ExitStack() as inside:
            for _ in range(PERSON_MAX):
                enter(inside, doors, 1)
            with pytest.raises(TooMany):
                enter(inside, doors, 1)


def test_some_open_files_are_left_for_everything_else(monkeypatch: pytest.MonkeyPatch) -> None:
    assert listeners_max() <= limits.LISTENERS_MAX
    monkeypatch.setattr(limits, "LISTENERS_MAX", 10**9)
    assert listeners_max() == resource.getrlimit(resource.RLIMIT_NOFILE)[0] - OTHER_FILES


def test_the_server_takes_more_than_a_shell_gives() -> None:
    said = subprocess.run([sys.executable, "-c", _RAISED], check=True, capture_output=True, text=True)
    raised, wanted = said.stdout.split()
    assert raised == wanted
