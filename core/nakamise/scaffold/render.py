"""A new plugin from templates: it passes its own tests and the conformance suite before you change a line."""

from __future__ import annotations

import keyword
from collections.abc import Iterator, Mapping
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path, PurePath
from typing import Final

from nakamise.errors import NakamiseError
from nakamise.plugin.manifest import ID_PATTERN, RESERVED_IDS

_SUFFIX: Final = ".tmpl"


class ScaffoldError(NakamiseError):
    """Nothing was written; the message says what to do."""


def check_name(name: str) -> None:
    """Raises ScaffoldError for what cannot be a plugin's id."""
    if ID_PATTERN.match(name) is None:
        raise ScaffoldError(
            f"{name!r} cannot be a plugin's id: use 2 to 30 characters of a-z, 0-9 and _, a letter first."
        )
    if name in RESERVED_IDS or keyword.iskeyword(name):
        raise ScaffoldError(f"{name!r} is a reserved word: choose another name.")


def render(name: str, parent: Path) -> Path:
    """Write the plugin ``name`` to a new folder ``nakamise-<name>`` in ``parent``; the folder.

    Raises ScaffoldError.
    """
    check_name(name)
    words = _words(name)
    target = parent / words["@dist@"]
    if target.exists():
        raise ScaffoldError(f"{target} exists already: choose another name, or --dir.")
    try:
        for path, text in _templates(files("nakamise.scaffold") / "templates", PurePath()):
            file = target / _replaced(str(path), words).removesuffix(_SUFFIX)
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(_replaced(text, words), encoding="utf-8")
    except OSError as error:
        raise ScaffoldError(f"{error.filename} cannot be written: {error.strerror}.") from error
    return target


def _words(name: str) -> Mapping[str, str]:
    parts = [part for part in name.split("_") if part]
    return {
        "@id@": name,
        "@Class@": "".join(part.capitalize() for part in parts),
        "@title@": " ".join(parts).capitalize(),
        "@dist@": f"nakamise-{'-'.join(parts)}",
    }


def _replaced(text: str, words: Mapping[str, str]) -> str:
    for mark, word in words.items():
        text = text.replace(mark, word)
    return text


def _templates(folder: Traversable, at: PurePath) -> Iterator[tuple[PurePath, str]]:
    for entry in folder.iterdir():
        if entry.is_dir():
            yield from _templates(entry, at / entry.name)
        elif entry.name.endswith(_SUFFIX):
            yield at / entry.name, entry.read_text(encoding="utf-8")
