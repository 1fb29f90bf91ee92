"""See tests/core/jobs/quiet.py."""

from tests.core.jobs.quiet import quiet

__all__ = ["quiet"]
