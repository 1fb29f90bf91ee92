"""Rows that several people edit: a save counts, and one that was begun from an older save is refused."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from nakamise.db.tx import Tx
from nakamise.errors import Problem

_SAVE: Final = """
WITH known AS (SELECT count(*) AS n FROM {table} WHERE {same})
INSERT INTO {table} AS t ({columns}, {counter}) SELECT {places}, 1 FROM known WHERE ${seen} = 0 OR n > 0
ON CONFLICT ({keys}) DO UPDATE SET {changes}, {counter} = t.{counter} + 1 WHERE t.{counter} = ${seen}
"""


async def save_revision(
    tx: Tx,
    late: Problem,
    table: str,
    key: Mapping[str, object],
    values: Mapping[str, object],
    seen: int,
    *,
    counter: str = "revision",
) -> None:
    """Write ``values`` by column into the row that ``key`` names; a row that is written first has revision 1.

    ``seen`` is the revision that the editor began from, 0 where there was no row. Raises ``late`` when somebody else
    saved or removed the row since. ``key`` is what makes a row unique. Names of table and columns are the code's own.
    """
    columns = [*key, *values]
    statement = _SAVE.format(
        table=table,
        same=" AND ".join(f"{name} = ${at}" for at, name in enumerate(key, 1)),
        columns=", ".join(columns),
        places=", ".join(f"${at}" for at in range(1, len(columns) + 1)),
        keys=", ".join(key),
        changes=", ".join(f"{name} = excluded.{name}" for name in values),
        counter=counter,
        seen=len(columns) + 1,
    )
    await tx.must_touch_one(late, statement, *key.values(), *values.values(), seen)
