"""Take a tenant's own names out of its data, and put another's in.

Object keys begin with the schema's name, and rows may name the tenant's id. In an archive fixed words of the
same length stand in their place, so equal tenants give equal bytes wherever they live, and an import only
swaps the words. The names are random (65 and 74 bits): no text holds one by chance.
"""

from __future__ import annotations

import uuid
from typing import Final

SCHEMA_MASK: Final = b"t_aaaaaaaaaaaaa"
TENANT_MASK: Final = b"7e4a4e70-0000-7000-8000-7e4a4e7e4a4e"

# Rows that a hash was made of at the source, see admin.site.seals: they travel as they are.
VERBATIM: Final = frozenset({"core_audit", "core_audit_seal", "core_audit_link"})

Pairs = tuple[tuple[bytes, bytes], ...]


def masking(schema: str, tenant_id: uuid.UUID) -> Pairs:
    return ((schema.encode(), SCHEMA_MASK), (str(tenant_id).encode(), TENANT_MASK))


def unmasking(schema: str, tenant_id: uuid.UUID) -> Pairs:
    return ((SCHEMA_MASK, schema.encode()), (TENANT_MASK, str(tenant_id).encode()))


def pairs_for(table: str, pairs: Pairs) -> Pairs:
    return () if table in VERBATIM else pairs


def swap(data: bytes, pairs: Pairs) -> bytes:
    for old, new in pairs:
        data = data.replace(old, new)
    return data


class Swapper:
    """``swap`` over a stream of chunks: what may begin a word is held back until the next chunk."""

    def __init__(self, pairs: Pairs) -> None:
        self._pairs = pairs
        self._held_back = max((len(old) for old, _ in pairs), default=1) - 1
        self._rest = b""

    def feed(self, chunk: bytes) -> bytes:
        whole = swap(self._rest + chunk, self._pairs)
        cut = max(0, len(whole) - self._held_back)
        self._rest = whole[cut:]
        return whole[:cut]

    def end(self) -> bytes:
        rest, self._rest = self._rest, b""
        return rest
