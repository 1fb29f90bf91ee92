"""Every fault in the shape of a parsed file, not only the first: unknown keys, missing ones, wrong types."""

from __future__ import annotations

import difflib
import re
from collections.abc import Collection, Iterator
from typing import Any, Final, get_args, get_origin

import msgspec

from nakamise.tenancy.toml_places import Path

_WHERE: Final = re.compile(r" - at `[^`]*`$")


class Found(msgspec.Struct, frozen=True):
    """A fault at ``path``; ``hint`` says what would be right, "" when the message does."""

    path: Path
    message: str
    hint: str = ""


def faults_of(type_: Any, value: Any, path: Path = ()) -> Iterator[Found]:
    """``value`` against a Struct, a tuple of what has a shape, or a plain type."""
    if isinstance(type_, type) and issubclass(type_, msgspec.Struct):
        yield from _struct(type_, value, path)
    elif get_origin(type_) is tuple and isinstance(value, list):
        for number, item in enumerate(value):
            yield from faults_of(get_args(type_)[0], item, (*path, number))
    else:
        try:
            msgspec.convert(value, type_)
        except msgspec.ValidationError as error:
            yield Found(path, _WHERE.sub("", str(error)))


def _struct(type_: type[msgspec.Struct], value: Any, path: Path) -> Iterator[Found]:
    if not isinstance(value, dict):
        yield Found(path, f"Expected a table, got `{type(value).__name__}`")
        return
    fields = {field.encode_name: field for field in msgspec.structs.fields(type_)}
    for key in value.keys() - fields.keys():
        yield Found((*path, key), f"there is no key `{key}`", closest(key, fields))
    for name, field in fields.items():
        if name in value:
            yield from faults_of(field.type, value[name], (*path, name))
        elif field.required:
            yield Found(path, f"the key `{name}` is missing")


def closest(word: str, known: Collection[str]) -> str:
    """The hint for a word that is none of ``known``."""
    near = difflib.get_close_matches(word, known, 1)
    return f"did you mean `{near[0]}`?" if near else f"known are: {', '.join(sorted(known)) or 'none'}"
