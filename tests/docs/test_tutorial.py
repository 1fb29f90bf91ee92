"""The tutorial, done step by step by somebody who believes every word of it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from nakamise.testing.server import throwaway_postgres
from tests.docs.desk import Desk, installation
from tests.docs.lesson import Command

ROOT = Path(__file__).parents[2]
TUTORIAL = ROOT / "docs" / "tutorial"
JOURNEY = Path(__file__).with_name("wishlist_journey.py")
STALL = ROOT / "tests" / "plugins" / "shop" / "stall.py"


@pytest.mark.req("LC-0.2")
def test_every_step_of_the_tutorial_is_done_and_the_wheel_sells(tmp_path: Path) -> None:
    with throwaway_postgres() as server:
        desk = Desk(tmp_path)
        desk.variables = installation(tmp_path, server)
        ran = [command for page in sorted(TUTORIAL.glob("[0-9]-*.md")) for command in desk.follow(page)]
        assert ran[0] == "nakamise plugin new wishlist"
        assert ran[-1] == "nakamise plugin list flowers"
        shutil.copyfile(JOURNEY, desk.folder / "tests" / "test_journey.py")
        stall = desk.folder / STALL.relative_to(ROOT)
        stall.parent.mkdir(parents=True)
        shutil.copyfile(STALL, stall)
        said = desk.run(Command("pytest -q tests/test_journey.py", (), JOURNEY.name))
        assert "2 passed" in said
