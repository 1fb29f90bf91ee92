"""What the parts of the models share."""

from __future__ import annotations

from typing import Final

from sqlalchemy import Column, DateTime, MetaData, text

metadata: Final = MetaData()


def moment(name: str, *, default: bool = True, nullable: bool = False) -> Column[object]:
    """A point in time; ``default`` is the database's clock."""
    return Column(
        name,
        DateTime(timezone=True),
        nullable=nullable,
        server_default=text("now()") if default else None,
    )
