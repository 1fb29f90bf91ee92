"""The contract as text: every public name with its signature, fields, members and docstring or the lack of it.

``python -m scripts.api_snapshot`` writes tests/contract/api_snapshot.txt. A test compares; whoever changes the
contract runs this and adds a fragment to changelog.d/.
"""

from __future__ import annotations

import enum
import importlib
import inspect
import pkgutil
import re
import sys
import types
import typing
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import msgspec

from nakamise.plugin.hooks import POLICIES

FILE: Final = Path(__file__).parents[1] / "tests" / "contract" / "api_snapshot.txt"
RELEASED: Final = FILE.with_name("api_released.txt")
PACKAGES: Final = ("nakamise.contracts",)
MODULES: Final = (
    "nakamise.plugin",
    "nakamise.plugin.settings",
    "nakamise.web",
    "nakamise.db",
    "nakamise.egress",
    "nakamise.errors",
    "nakamise.ids",
    "nakamise.japan",
    "nakamise.media",
    "nakamise.money",
    "nakamise.testing",
)
_NAME: Final = re.compile(r"(?:class |def )?(\w+).*")
_SIGNATURE: Final = re.compile(r"(?P<rest>\s*(?:async )?def \w+)\((?P<arguments>.*)\)(?P<result>.*)")
_MORE: Final = re.compile(r"(, \w+: [^,=]+ = [^,]*)+")
_OTHERS: Final = re.compile(r"(, \*\*\w+: [^,]+)?$")
_ADDRESS: Final = re.compile(r" at 0x[0-9a-f]+")


def modules() -> list[str]:
    """Names of the public modules."""
    found: list[str] = list(MODULES)
    for package in PACKAGES:
        folder = importlib.import_module(package)
        found.append(package)
        found += [f"{package}.{one.name}" for one in pkgutil.iter_modules(folder.__path__)]
    return sorted(found)


def public_names(module: types.ModuleType) -> list[str]:
    """``__all__``, else what the module defines itself without an underscore."""
    if hasattr(module, "__all__"):
        return sorted(module.__all__)
    return sorted(name for name, value in dict(vars(module)).items() if _is_own(module, name, value))


def _is_own(module: types.ModuleType, name: str, value: object) -> bool:
    if name.startswith("_") or isinstance(value, types.ModuleType):
        return False
    home = getattr(value, "__module__", None)
    if inspect.isclass(value) or inspect.isroutine(value):
        return home == module.__name__
    return name in getattr(module, "__annotations__", {})


def lines() -> Iterator[str]:
    """The snapshot, a line for each public thing."""
    for module_name in modules():
        module = importlib.import_module(module_name)
        names = public_names(module)
        if names:
            yield f"# {module_name}"
        for name in names:
            yield from _described(name, getattr(module, name))


def _described(name: str, value: Any) -> Iterator[str]:
    if inspect.isclass(value):
        yield from _class_lines(name, value)
    elif inspect.isroutine(value):
        yield f"def {name}{_signature(value)}"
    elif isinstance(value, (int, str, tuple, enum.Enum)):
        yield f"{name} = {value!r}"
    else:
        yield f"{name}: {_plain(value) if typing.get_origin(value) else type(value).__name__}"


def _class_lines(name: str, cls: type) -> Iterator[str]:
    bases = ", ".join(base.__name__ for base in cls.__bases__ if base is not object)
    yield f"class {name}({bases})"
    if issubclass(cls, enum.Enum):
        yield from (f"  {member.name} = {member.value!r}" for member in cls)
    elif issubclass(cls, msgspec.Struct):
        yield from (f"  {_field(info)}" for info in msgspec.structs.fields(cls))
    for attribute, value in sorted(vars(cls).items()):
        if not attribute.startswith("_"):
            yield from (f"  {line}" for line in _member(attribute, value))


def _field(info: msgspec.structs.FieldInfo) -> str:
    text = f"{info.name}: {_plain(info.type)}"
    if info.default is not msgspec.NODEFAULT:
        return f"{text} = {_plain(info.default)}"
    if info.default_factory is not msgspec.NODEFAULT:
        return f"{text} = {_plain(info.default_factory())}"
    return text


def _member(name: str, value: Any) -> Iterator[str]:
    policy = POLICIES.get(name)
    after = f"  # {policy.on_error.value}, {policy.deadline_s:g} s" if policy else ""
    function = value.__func__ if isinstance(value, (classmethod, staticmethod)) else value
    if isinstance(value, property):
        yield f"property {name}"
    elif inspect.isfunction(function):
        kind = "async def" if inspect.iscoroutinefunction(function) else "def"
        yield f"{kind} {name}{_signature(function)}{after}"


def _signature(function: Any) -> str:
    try:
        return _ADDRESS.sub("", str(inspect.signature(function)).replace("'", ""))
    except (TypeError, ValueError):
        return "(…)"


def _plain(value: Any) -> str:
    text = value.__qualname__ if inspect.isclass(value) else str(value)
    return _ADDRESS.sub("", text).replace("typing.", "")


def undocumented() -> list[str]:
    """Public classes and functions without a docstring of their own."""
    found = []
    for module_name in modules():
        module = importlib.import_module(module_name)
        for name in public_names(module):
            value = getattr(module, name)
            if (inspect.isclass(value) or inspect.isfunction(value)) and not _says_something(value):
                found.append(f"{module_name}.{name}")
    return sorted(set(found))


def _says_something(value: Any) -> bool:
    return bool(vars(value).get("__doc__") if inspect.isclass(value) else value.__doc__)


def snapshot() -> str:
    """The whole text."""
    return "\n".join(lines()) + "\n"


def changes(before: str, now: str) -> dict[str, bool]:
    """Public names that differ, and whether anything of theirs is gone or different (else only added)."""
    old, new = _by_name(before), _by_name(now)
    return {
        name: _is_breaking(old.get(name, set()), new.get(name, set()))
        for name in sorted(old.keys() | new.keys())
        if old.get(name) != new.get(name)
    }


def _is_breaking(old: set[str], new: set[str]) -> bool:
    """A function that only takes more keyword arguments, with defaults, is what it was for everybody."""
    return any(not any(_is_wider(line, other) for other in new) for line in old - new)


def _is_wider(old: str, new: str) -> bool:
    before, after = (_SIGNATURE.fullmatch(line) for line in (old, new))
    if before is None or after is None or before.group("rest", "result") != after.group("rest", "result"):
        return False
    known, others = _arguments(before["arguments"])
    now, others_now = _arguments(after["arguments"])
    more = now.removeprefix(known)
    return others == others_now and "*, " in known and _MORE.fullmatch(more) is not None


def _arguments(text: str) -> tuple[str, str]:
    """What has a name, and the ``**others`` behind it."""
    others = "".join(one[0] for one in _OTHERS.finditer(text))
    return text.removesuffix(others), others


def _by_name(text: str) -> dict[str, set[str]]:
    """The lines of each top-level name, "module.name"."""
    found: dict[str, set[str]] = {}
    module = name = ""
    for line in text.splitlines():
        if line.startswith("# "):
            module = line[2:]
            continue
        if not line.startswith("  "):
            name = f"{module}." + _NAME.sub(r"\1", line)
        found.setdefault(name, set()).add(line)
    return found


def main(arguments: list[str]) -> None:
    FILE.write_text(snapshot(), encoding="utf-8")
    if "--release" in arguments:
        RELEASED.write_text(snapshot(), encoding="utf-8")
    sys.stdout.write(
        f"{FILE.name} is up to date; a change of the contract needs a fragment in changelog.d/\n"
    )


if __name__ == "__main__":
    main(sys.argv[1:])
