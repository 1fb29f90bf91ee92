"""What operators are told to type, typed at an installation of its own."""

from __future__ import annotations

from pathlib import Path

from nakamise.testing.server import throwaway_postgres
from tests.docs.desk import Desk, installation

GUIDES = Path(__file__).parents[2] / "docs" / "how-to"
PAGES = ("back-up.md", "upgrade.md")


def test_commands_for_operators_work(tmp_path: Path) -> None:
    with throwaway_postgres() as server:
        desk = Desk(tmp_path)
        desk.variables = installation(tmp_path, server)
        for page in PAGES:
            desk.follow(GUIDES / page)
