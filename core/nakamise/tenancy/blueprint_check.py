"""Everything that is wrong with a blueprint, at once, each with file, line and column."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

import msgspec

from nakamise.runtime import Runtime
from nakamise.tenancy.blueprint_file import TENANT_FILE, BlueprintError
from nakamise.tenancy.blueprint_rules import rules, taken
from nakamise.tenancy.blueprint_shape import Found, closest
from nakamise.tenancy.toml_places import Places

_AT: Final = re.compile(r" \(at line (\d+), column (\d+)\)")


class Fault(msgspec.Struct, frozen=True):
    """One line for the author: ``file:line:column: message (hint)``."""

    file: str
    line: int
    column: int
    message: str
    hint: str = ""

    def __str__(self) -> str:
        hint = f" ({self.hint})" if self.hint else ""
        return f"{self.file}:{self.line}:{self.column}: {self.message}{hint}"


class BlueprintFaults(BlueprintError):
    def __init__(self, faults: list[Fault]) -> None:
        super().__init__("\n".join(map(str, faults)))
        self.faults = faults


async def check_blueprint(runtime: Runtime, folder: Path) -> list[Fault]:
    """In the order of the files' lines; changes nothing."""
    found, data = _read(runtime, folder)
    if data is not None:
        found += _placed(folder / TENANT_FILE, [*rules(runtime, folder, data), *await taken(runtime, data)])
    return sorted(set(found), key=lambda fault: (fault.file, fault.line, fault.column, fault.message))


def _read(runtime: Runtime, folder: Path) -> tuple[list[Fault], dict[str, Any] | None]:
    """Faults of syntax and of names, and what ``tenant.toml`` says if it can be read."""
    found: list[Fault] = []
    plugins = [manifest.id for manifest in runtime.host.usable]
    for path in sorted(folder.glob("*.toml")):
        if path.name != TENANT_FILE:
            _parsed(path, found)
            if path.stem not in plugins:
                hint = closest(path.stem, plugins)
                found.append(Fault(str(path), 1, 1, f"there is no plugin {path.stem}", hint))
    return found, _parsed(folder / TENANT_FILE, found)


def _placed(path: Path, found: Iterable[Found]) -> list[Fault]:
    places = Places(path.read_text(encoding="utf-8"))
    faults = []
    for one in found:
        place = places.of(one.path)
        key = ".".join(map(str, one.path))
        faults.append(Fault(str(path), place.line, place.column, f"{key}: {one.message}", one.hint))
    return faults


def _parsed(path: Path, found: list[Fault]) -> dict[str, Any] | None:
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        found.append(Fault(str(path), 1, 1, str(error)))
        return None
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        at = _AT.search(str(error))
        # Without a place it is "at end of document".
        line, column = (int(at[1]), int(at[2])) if at else (text.count("\n") + 1, 1)
        found.append(Fault(str(path), line, column, _AT.sub("", str(error))))
    return None
