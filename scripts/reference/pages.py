"""All generated pages by file name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from scripts.reference import commands, contract, environment, structs, testing

FOLDER: Final = Path(__file__).parents[2] / "docs" / "reference"
_NOTE: Final = "<!-- Written by `python -m scripts.reference`; change the code's docstrings instead. -->\n\n"
_WRITERS: Final[Mapping[str, Callable[[], str]]] = {
    "commands.md": commands.page,
    "conformance.md": testing.conformance,
    "contracts.md": structs.contracts,
    "environment.md": environment.page,
    "errors.md": contract.errors,
    "hooks.md": contract.hooks,
    "manifest.md": structs.manifest,
    "meters.md": contract.meters,
    "settings.md": contract.settings,
    "slots.md": contract.slots,
    "testing.md": testing.fixtures,
}


def pages() -> dict[str, str]:
    return {name: f"{_NOTE}{write().rstrip()}\n" for name, write in _WRITERS.items()}
