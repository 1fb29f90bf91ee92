"""Secret fields of stored settings: ``{"sealed": "v1.…"}`` where the form has one line of text."""

from __future__ import annotations

import functools
import uuid
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

import msgspec

from nakamise.host.vault import Vault
from nakamise.ui.settings_fields import SettingField, fields_of

KEY: Final = "sealed"
Change = Callable[[str, Any], Any]


def seal(
    vault: Vault, tenant_id: uuid.UUID, owner: str, type_: type[msgspec.Struct], values: Mapping[str, Any]
) -> dict[str, Any]:
    """``values`` with every secret sealed; what is sealed already, or empty, stays as it is."""

    def change(place: str, value: Any) -> Any:
        return {KEY: vault.seal(tenant_id, place, value)} if isinstance(value, str) and value else value

    return _changed(_secrets(type_), values, f"{owner}.settings", change)


def unseal(vault: Vault, tenant_id: uuid.UUID, owner: str, values: Mapping[str, Any]) -> dict[str, Any]:
    """The reverse, also for fields that the type does not have any more. Raises Unsealable."""
    opened: dict[str, Any] = _opened(vault, tenant_id, f"{owner}.settings", values)
    return opened


def reseal(
    vault: Vault, tenant_id: uuid.UUID, owner: str, values: Mapping[str, Any]
) -> tuple[dict[str, Any], int]:
    """``values`` with what is sealed under an old key sealed anew, and how many that were. Raises Unsealable."""
    changed: list[str] = []

    def again(place: str, sealed: str) -> str:
        if vault.is_current(sealed):
            return sealed
        changed.append(place)
        return vault.seal(tenant_id, place, vault.unseal(tenant_id, place, sealed))

    return _resealed(again, f"{owner}.settings", values), len(changed)


def _resealed(again: Callable[[str, str], str], place: str, value: Any) -> Any:
    if isinstance(value, Mapping):
        if value.keys() == {KEY}:
            return {KEY: again(place, value[KEY])}
        return {name: _resealed(again, f"{place}.{name}", one) for name, one in value.items()}
    if isinstance(value, list):
        return [_resealed(again, place, one) for one in value]
    return value


def _opened(vault: Vault, tenant_id: uuid.UUID, place: str, value: Any) -> Any:
    if isinstance(value, Mapping):
        if value.keys() == {KEY}:
            return vault.unseal(tenant_id, place, value[KEY])
        return {name: _opened(vault, tenant_id, f"{place}.{name}", one) for name, one in value.items()}
    if isinstance(value, list):
        return [_opened(vault, tenant_id, place, one) for one in value]
    return value


@functools.lru_cache(maxsize=1024)
def _secrets(type_: type[msgspec.Struct]) -> tuple[SettingField, ...]:
    """The fields that are secret, or hold some."""
    return _only_secrets(fields_of(type_))


def _only_secrets(fields: Sequence[SettingField]) -> tuple[SettingField, ...]:
    found = []
    for field in fields:
        inner = _only_secrets(field.fields)
        if field.kind == "secret" or inner:
            found.append(msgspec.structs.replace(field, fields=inner))
    return tuple(found)


def _changed(
    fields: Sequence[SettingField], values: Mapping[str, Any], place: str, change: Change
) -> dict[str, Any]:
    """Rows of a list share the place of their field, for they move."""
    result = dict(values)
    for field in fields:
        value, inner = values.get(field.name), f"{place}.{field.name}"
        if field.kind == "secret" and value is not None:
            result[field.name] = change(inner, value)
        elif field.kind == "group" and isinstance(value, Mapping):
            result[field.name] = _changed(field.fields, value, inner, change)
        elif field.kind == "rows" and isinstance(value, list):
            result[field.name] = [_changed(field.fields, row, inner, change) for row in value]
    return result
