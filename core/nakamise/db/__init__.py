"""The one lane to PostgreSQL: transactions that know their tenant."""

from nakamise.db.database import Database
from nakamise.db.tx import CommitLost, RowMissing, Tx

__all__ = ["CommitLost", "Database", "RowMissing", "Tx"]
