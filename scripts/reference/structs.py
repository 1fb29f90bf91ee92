"""The manifest's fields and the contracts' Structs."""

from __future__ import annotations

import enum
import importlib
import inspect
from collections.abc import Iterator
from typing import Any, Final

import msgspec

from nakamise import plugin
from nakamise.plugin import Manifest
from scripts import api_snapshot
from scripts.reference.markdown import code, one_line, prose, signature, table

_GUIDES: Final = {
    "hooks": "../README",
    "mounts": "routes",
    "models": "tables",
    "migrations": "tables",
    "settings": "settings",
    "settings_version": "settings",
    "upgrade_settings": "settings",
    "permissions": "permissions",
    "provides": "services",
    "uses": "services",
    "publishes": "events",
    "listens": "events",
    "slots": "slots",
    "nav": "routes",
    "widgets": "widgets",
    "jobs": "background-work",
    "tasks": "background-work",
    "meters": "meters",
    "live": "live-messages",
    "rooms": "rooms",
    "privacy": "tables",
    "sealed": "tables",
    "css": "routes",
    "js": "routes",
    "css_under": "routes",
    "js_under": "routes",
}


def manifest() -> str:
    parts = ["# Manifest", prose(Manifest.__doc__)]
    rows = [(*row, _guide(row[0].strip("`"))) for row in _rows(Manifest)]
    parts += [table(("Field", "Type", "Default", "How to"), rows)]
    for name in plugin.__all__:
        value: Any = getattr(plugin, name)
        if _is_part(value):
            parts += _struct(value)
    return "\n\n".join(parts)


def _is_part(value: Any) -> bool:
    """Whether it stands in the manifest's fields."""
    is_struct = inspect.isclass(value) and issubclass(value, msgspec.Struct) and value is not Manifest
    return is_struct and value.__module__.endswith((".manifest", ".live", ".meters"))


def _guide(field: str) -> str:
    return f"[{field}](../how-to/plugins/{_GUIDES[field]}.md)" if field in _GUIDES else ""


def contracts() -> str:
    """Structs, enums and services of ``nakamise.contracts``."""
    parts = ["# Contracts", "What plugins and the core say to each other: `nakamise.contracts`."]
    for module_name in api_snapshot.modules():
        if not module_name.startswith("nakamise.contracts."):
            continue
        module = importlib.import_module(module_name)
        parts += [f"## {module_name}", prose(module.__doc__)]
        for name in api_snapshot.public_names(module):
            parts += _described(getattr(module, name))
    return "\n\n".join(parts)


def _described(value: Any) -> list[str]:
    if not inspect.isclass(value):
        return []
    if issubclass(value, msgspec.Struct):
        return _struct(value)
    if issubclass(value, enum.Enum):
        members = ", ".join(code(f"{one.name} = {one.value!r}") for one in value)
        return [f"### {value.__name__}", prose(value.__doc__), members]
    methods = list(_methods(value))
    listed = [table(("Method", "What"), methods)] if methods else []
    return [f"### {value.__name__}", prose(value.__doc__), *listed]


def _methods(type_: type[Any]) -> Iterator[tuple[str, str]]:
    for name, value in vars(type_).items():
        if inspect.isfunction(value) and not name.startswith("_"):
            yield code(f"{name}{signature(value)}"), one_line(value.__doc__)


def _struct(type_: type[msgspec.Struct]) -> list[str]:
    rows = list(_rows(type_))
    fields = [table(("Field", "Type", "Default"), rows)] if rows else []
    return [f"### {type_.__name__}", prose(type_.__doc__), *fields]


def _rows(type_: type[msgspec.Struct]) -> Iterator[tuple[str, str, str]]:
    for field in msgspec.structs.fields(type_):
        yield code(field.name), code(_annotation(type_, field.name)), code(_default(field))


def _annotation(type_: type[Any], name: str) -> str:
    """As the source has it."""
    for one in type_.__mro__:
        found = inspect.get_annotations(one).get(name)
        if found is not None:
            return found if isinstance(found, str) else getattr(found, "__name__", str(found))
    raise KeyError(name)


def _default(field: msgspec.structs.FieldInfo) -> str:
    if field.default is not msgspec.NODEFAULT:
        default = field.default
        return str(default) if isinstance(default, enum.Enum) else repr(default)
    return f"{field.default_factory()!r}" if field.default_factory is not msgspec.NODEFAULT else ""
