"""What `make run` needs on a bare machine, started and stopped by us."""

from nakamise.embedded.errors import EmbeddedError
from nakamise.embedded.postgres import EmbeddedPostgres

__all__ = ["EmbeddedError", "EmbeddedPostgres"]
