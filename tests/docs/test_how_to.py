"""Every how-to for plugins holds a whole small plugin with its tests; all of them are installed and run."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.docs.desk import Desk
from tests.docs.lesson import Command, blocks, write

PAGES = sorted((Path(__file__).parents[2] / "docs" / "how-to" / "plugins").glob("*.md"))
PYPROJECT = """\
[build-system]
requires = ["hatchling>=1.27"]
build-backend = "hatchling.build"

[project]
name = "how-to"
version = "1.0"

[project.entry-points."nakamise.plugins"]
{entry_points}

[tool.hatch.build.targets.wheel]
packages = [{packages}]

[tool.pytest.ini_options]
asyncio_mode = "auto"
asyncio_default_fixture_loop_scope = "session"
asyncio_default_test_loop_scope = "session"
filterwarnings = ["error"]
nakamise_plugins = [{ids}]

[tool.mypy]
strict = true
disable_error_code = ["type-abstract"]

[tool.ruff]
line-length = 120
"""


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """All plugins of all pages as one wheel, installed."""
    folder = tmp_path_factory.mktemp("desk")
    desk = Desk(folder)
    desk.folder = folder / "how-to"
    for page in PAGES:
        for block in blocks(page):
            if block.title:
                assert not (desk.folder / block.title).exists(), f"{block.place}: {block.title} is taken"
                write(block, desk.folder)
    for migrations in desk.folder.glob("*/migrations"):
        (migrations / "__init__.py").touch()
    (desk.folder / "pyproject.toml").write_text(_project(desk.folder))
    desk.run(Command("pip install .", (), "test_how_to"))
    return desk


def _project(folder: Path) -> str:
    ids = [path.name.removeprefix("nakamise_") for path in sorted(folder.glob("nakamise_*"))]
    return PYPROJECT.format(
        entry_points="\n".join(f'{id_} = "nakamise_{id_}:manifest"' for id_ in ids),
        packages=", ".join(f'"nakamise_{id_}"' for id_ in ids),
        ids=", ".join(f'"{id_}"' for id_ in ids),
    )


def test_their_code_runs(desk: Desk) -> None:
    said = desk.run(Command("pytest -q", (), "test_how_to"))
    tests = sum(len(re.findall(r"^(?:async )?def test_", page.read_text(), re.MULTILINE)) for page in PAGES)
    assert f"{tests} passed" in said


def test_their_types_are_right(desk: Desk) -> None:
    said = desk.run(Command("mypy . && ruff check .", (), "test_how_to"))
    files = len(list(desk.folder.rglob("*.py")))
    assert f"no issues found in {files} source files" in said
    assert "All checks passed!" in said
