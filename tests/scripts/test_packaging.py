"""One pyproject.toml holds every plugin; a plugin forgotten in one of its lists half works."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

from scripts import lock
from scripts.assets import ICON_LIST, VENDOR

ROOT = lock.ROOT
PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text())
FOLDERS = sorted(path for path in (ROOT / "plugins").iterdir() if any(path.glob("nakamise_*")))


@pytest.fixture(params=FOLDERS, ids=lambda path: path.name)
def folder(request: pytest.FixtureRequest) -> Path:
    path: Path = request.param
    return path


def test_plugin_is_in_every_list(folder: Path) -> None:
    plugin, package = folder.name, f"nakamise_{folder.name}"
    tool = PROJECT["tool"]

    assert f"plugins/{plugin}/{package}" in tool["hatch"]["build"]["targets"]["wheel"]["packages"]
    assert PROJECT["project"]["entry-points"]["nakamise.plugins"][plugin] == f"{package}:manifest"
    assert f"plugins/{plugin}" in tool["mypy"]["mypy_path"]
    assert f"plugins/{plugin}" in tool["pyright"]["extraPaths"]
    assert package in tool["importlinter"]["root_packages"]
    core, independent, *_others, public = tool["importlinter"]["contracts"]
    assert package in core["forbidden_modules"]
    assert package in independent["modules"]
    assert package in public["source_modules"]


def test_plugin_folder_holds_nothing_else_importable(folder: Path) -> None:
    """The folder itself lands on sys.path, and with it everything beside the package."""
    allowed = {f"nakamise_{folder.name}", "README.md", "__pycache__"}

    assert {path.name for path in folder.iterdir()} <= allowed
    assert (folder / f"nakamise_{folder.name}" / "py.typed").exists()


def test_lock_files_name_no_host() -> None:
    assert lock.addresses() == []


def test_lock_file_that_names_a_host_is_noticed() -> None:
    assert lock.ADDRESS.search("litestar @ https://packages.example/litestar.whl")
    assert lock.ADDRESS.search("litestar @ file:///wheels/litestar.whl")


@pytest.mark.parametrize("words", [("index", "url"), ("extra", "index", "url"), ("find", "links")])
def test_lock_file_that_sets_an_index_is_noticed(words: tuple[str, ...]) -> None:
    option = f"--{'-'.join(words)}"
    assert lock.ADDRESS.search(f"litestar==2.25.0\n{option} packages.example/simple\n")


def test_every_listed_icon_is_in_the_sprite() -> None:
    lines = (ROOT / ICON_LIST).read_text().splitlines()
    names = [line.strip() for line in lines if line.strip() and not line.startswith("#")]
    sprite = (ROOT / VENDOR / "icons.svg").read_text()

    assert names
    assert [name for name in names if f'<symbol id="{name}"' not in sprite] == []
