"""Two sites with users: see tests/core/account_fixtures.py."""

from tests.core.account_fixtures import other_site, site, still_app, still_clock, still_runtime, tenant_pair

__all__ = ["other_site", "site", "still_app", "still_clock", "still_runtime", "tenant_pair"]
