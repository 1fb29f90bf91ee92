"""What the parts of the models share: columns with the defaults of the migrations."""

from __future__ import annotations

from typing import Final

from sqlalchemy import Boolean, Column, DateTime, ForeignKey, Integer, MetaData, Text, Uuid, text

metadata: Final = MetaData()


def key() -> Column[object]:
    return Column("id", Uuid, primary_key=True)


def moment(name: str, *, nullable: bool = False, default: bool = False) -> Column[object]:
    """A point in time; ``default`` is the database's clock."""
    clock = text("now()") if default else None
    return Column(name, DateTime(timezone=True), nullable=nullable, server_default=clock)


def words(name: str, default: str = "") -> Column[str]:
    return Column(name, Text, nullable=False, server_default=text(f"'{default}'"))


def number(name: str, default: int) -> Column[int]:
    return Column(name, Integer, nullable=False, server_default=text(str(default)))


def flag(name: str, *, default: bool) -> Column[bool]:
    return Column(name, Boolean, nullable=False, server_default=text(str(default).lower()))


def part_of(name: str, table: str, *, nullable: bool = False, cascade: bool = False) -> Column[object]:
    target = ForeignKey(f"{table}.id", ondelete="CASCADE" if cascade else None)
    return Column(name, Uuid, target, nullable=nullable)
