"""A rendered plugin as a wheel, unpacked where nothing else lies: installed, as far as Python can tell."""

from __future__ import annotations

import sys
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib import metadata
from pathlib import Path

from hatchling.builders.wheel import WheelBuilder

from nakamise.scaffold.render import render


class Edit:
    """One change of one file of the package: ``old`` must be there."""

    def __init__(self, file: str, old: str, new: str) -> None:
        self.file = file
        self.old = old
        self.new = new

    def apply(self, package: Path) -> None:
        path = package / self.file
        text = path.read_text(encoding="utf-8")
        assert self.old in text, f"{self.file} has no {self.old!r}"
        path.write_text(text.replace(self.old, self.new), encoding="utf-8")


def edited(name: str, parent: Path, edits: Sequence[Edit]) -> Path:
    """The project's folder."""
    project = render(name, parent)
    for edit in edits:
        edit.apply(project if edit.file == "pyproject.toml" else project / f"nakamise_{name}")
    return project


def wheel_of(project: Path) -> Path:
    return Path(next(iter(WheelBuilder(str(project)).build(directory=str(project / "dist")))))


@contextmanager
def installed(project: Path) -> Iterator[metadata.EntryPoint]:
    """Its entry point, found by its own metadata; the folder is on ``sys.path`` meanwhile."""
    site = project / "site"
    with zipfile.ZipFile(wheel_of(project)) as wheel:
        wheel.extractall(site)
    sys.path.append(str(site))
    try:
        [distribution] = metadata.distributions(path=[str(site)])
        [entry_point] = distribution.entry_points.select(group="nakamise.plugins")
        yield entry_point
    finally:
        sys.path.remove(str(site))
