"""What operators are told to type, typed at an installation of its own."""

from __future__ import annotations

import re
from pathlib import Path

from nakamise.testing.server import throwaway_postgres
from tests.docs.desk import Desk, installation
from tests.docs.lesson import Command

GUIDES = Path(__file__).parents[2] / "docs" / "how-to"
PAGES = ("back-up.md", "upgrade.md")


def test_commands_for_operators_work(tmp_path: Path) -> None:
    with throwaway_postgres() as server:
        desk = Desk(tmp_path)
        desk.variables = installation(tmp_path, server)
        ran = {page: desk.follow(GUIDES / page) for page in PAGES}
        tenants = desk.run(Command("nakamise tenant list", (), "test_operating"))
    assert {page: len(commands) for page, commands in ran.items()} == {"back-up.md": 7, "upgrade.md": 3}
    assert re.search(r"^hanabi\b", tenants, re.MULTILINE)
    assert re.search(r"^hanabi-restored\b", tenants, re.MULTILINE)
    assert (tmp_path / "hanabi.zip").stat().st_size > 0
