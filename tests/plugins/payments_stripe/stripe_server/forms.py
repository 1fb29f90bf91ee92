"""Form encoding with nested keys: ``metadata[op_id]=1&expand[0]=payment_method``."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import parse_qsl

_PARTS: Final = re.compile(r"\[([^\]]*)\]")


def decode(text: str) -> dict[str, Any]:
    """Nested mappings; lists come as ``name[0]``, ``name[1]`` or ``name[]``."""
    found: dict[str, Any] = {}
    for name, value in parse_qsl(text, keep_blank_values=True):
        head, _, rest = name.partition("[")
        keys = [head, *(_PARTS.findall("[" + rest) if rest else [])]
        _put(found, keys, value)
    return {key: _lists(value) for key, value in found.items()}


def _put(into: dict[str, Any], keys: list[str], value: str) -> None:
    for key in keys[:-1]:
        into = into.setdefault(key, {})
    last = keys[-1] or str(len(into))
    into[last] = value


def _lists(value: Any) -> Any:
    if not isinstance(value, Mapping):
        return value
    inner = {key: _lists(one) for key, one in value.items()}
    if inner and all(key.isdecimal() for key in inner):
        return [inner[key] for key in sorted(inner, key=int)]
    return inner
