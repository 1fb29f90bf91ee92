"""Migrations as files: one linear history for each plugin, never changed once shipped.

A history is a package with files ``NNNN_name.sql``. A comment line of a file may narrow what the
tenant's role may do with the tables made in it (the default is SELECT, INSERT, UPDATE, DELETE):

    -- append-only: shop_ledger, shop_audit      SELECT and INSERT
    -- read-only: core_migration                 SELECT
"""

from __future__ import annotations

import hashlib
import re
from functools import cache
from importlib.resources import files
from typing import Final

import msgspec

from nakamise.errors import NakamiseError
from nakamise.plugin.manifest import Manifest

_FILE: Final = re.compile(r"(?P<revision>\d{4})_(?P<name>[a-z0-9_]+)\.sql\Z")
_NARROW: Final = re.compile(
    r"^-- (?P<kind>append-only|read-only): *(?P<tables>[a-z0-9_]+(?:, *[a-z0-9_]+)*)$", re.MULTILINE
)
_TOKEN: Final = re.compile(
    r"""(?P<line>--[^\n]*)
      | (?P<block>/\*.*?\*/)
      | (?P<escaped>\b[eE]'(?:[^'\\]|\\.|'')*')
      | (?P<text>'(?:[^']|'')*')
      | (?P<name>"[^"]*")
      | (?P<dollar>\$(?P<tag>[A-Za-z_]*)\$.*?\$(?P=tag)\$)
      | (?P<end>;)""",
    re.DOTALL | re.VERBOSE,
)


class MigrationError(NakamiseError):
    """A history cannot be read or applied; the message names plugin and file."""


class Migration(msgspec.Struct, frozen=True):
    plugin: str
    revision: int
    name: str
    sql: str
    sha256: str

    @property
    def label(self) -> str:
        return f"{self.plugin} {self.revision:04d}_{self.name}"


class History(msgspec.Struct, frozen=True):
    plugin: str
    migrations: tuple[Migration, ...]

    @property
    def head(self) -> int:
        return self.migrations[-1].revision if self.migrations else 0

    @property
    def digest(self) -> str:
        """Hash over all files: equal digests mean equal histories."""
        return hashlib.sha256("".join(m.sha256 for m in self.migrations).encode()).hexdigest()


def parse(plugin: str, sources: dict[str, str]) -> History:
    """``sources`` maps file names to SQL. Raises MigrationError for other names and for equal numbers."""
    found: dict[int, Migration] = {}
    for file_name, sql in sorted(sources.items()):
        match = _FILE.match(file_name)
        if match is None:
            raise MigrationError(f"{plugin}: {file_name!r} is not named NNNN_name.sql")
        revision = int(match["revision"])
        if revision in found:
            raise MigrationError(f"{plugin}: two migrations are numbered {revision:04d}")
        sha256 = hashlib.sha256(sql.encode()).hexdigest()
        found[revision] = Migration(plugin, revision, match["name"], sql, sha256)
    return History(plugin, tuple(found.values()))


@cache
def load(plugin: str, package: str) -> History:
    """The history in ``package``. Raises MigrationError."""
    sources = {
        entry.name: entry.read_text(encoding="utf-8")
        for entry in files(package).iterdir()
        if entry.name.endswith(".sql")
    }
    return parse(plugin, sources)


def shared_history() -> History:
    return load("shared", "nakamise.tenancy.sql.shared")


def core_history() -> History:
    return load("core", "nakamise.tenancy.sql.tenant")


def plugin_history(manifest: Manifest) -> History:
    if manifest.migrations is None:
        return History(manifest.id, ())
    return load(manifest.id, manifest.migrations)


def statements(sql: str) -> list[str]:
    """``sql`` cut at the semicolons that end statements; comments outside of statements are dropped."""
    cuts: list[str] = []
    piece: list[str] = []
    at = 0
    for token in _TOKEN.finditer(sql):
        piece.append(sql[at : token.start()])
        at = token.end()
        if token.lastgroup == "end":
            cuts.append("".join(piece).strip())
            piece = []
        elif token.lastgroup not in ("line", "block"):
            piece.append(token.group())
    piece.append(sql[at:])
    cuts.append("".join(piece).strip())
    return [cut for cut in cuts if cut]


def narrowed(migration: Migration) -> list[tuple[str, str]]:
    """(rights to take away, table) for the comment lines of the module's docstring."""
    rights = {"append-only": "UPDATE, DELETE", "read-only": "INSERT, UPDATE, DELETE"}
    return [
        (rights[match["kind"]], table.strip())
        for match in _NARROW.finditer(migration.sql)
        for table in match["tables"].split(",")
    ]
