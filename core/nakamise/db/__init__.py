"""The one lane to PostgreSQL: transactions that know their tenant."""

from nakamise.db.away import DATABASE_AWAY
from nakamise.db.database import Database
from nakamise.db.revisions import save_revision
from nakamise.db.tx import CommitLost, RowMissing, Tx

__all__ = ["DATABASE_AWAY", "CommitLost", "Database", "RowMissing", "Tx", "save_revision"]
