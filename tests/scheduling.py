"""Which tests of a parallel run share a process."""

from __future__ import annotations

from typing import Final

from xdist.scheduler import LoadScopeScheduling  # type: ignore[import-untyped]

# What they share, the demo, two furnished tenants or an application of their own, takes longer to make than their
# tests to run.
WHOLE_FOLDERS: Final = (
    "tests/e2e/",
    "tests/isolation/",
    "tests/whitelabel/",
    "tests/plugins/sso/",
    "tests/plugins/payments_stripe/",
)
# These share an installation whose clock stands still.
ACCOUNTS: Final = ("tests/core/account/", "tests/core/auth/", "tests/core/admin/")
# Each runs mypy with the options of a new plugin; the second one finds what the first one knows of our dependencies.
SAME_CACHE: Final = ("tests/docs/test_tutorial", "tests/docs/test_how_to", "tests/scaffold/test_new_plugin")
# Minutes each: begun last, one of them would run alone while the other processes are idle.
LONGEST: Final = (
    "tests/e2e/",
    "tests/docs/",
    "tests/isolation/",
    "tests/whitelabel/",
    "tests/faults/",
    "tests/scaffold/",
    "tests/contract/",
    "tests/plugins/livestream/",
    "tests/plugins/payments_stripe/",
    "tests/plugins/sso/",
)


def longest_first(nodeid: str) -> int:
    """For sorting: where a test's folder stands among the long ones, the others after them."""
    found = (at for at, folder in enumerate(LONGEST) if nodeid.startswith(folder))
    return next(found, len(LONGEST))


class OneProcessPerFolder(LoadScopeScheduling):  # type: ignore[misc]  # ships no types
    """As `--dist loadscope`, and the tests of some folders stay together."""

    def _split_scope(self, nodeid: str) -> str:
        if nodeid.startswith(SAME_CACHE):
            return "tests/docs/"
        if nodeid.startswith(ACCOUNTS):
            return ACCOUNTS[0]
        folder = next((folder for folder in WHOLE_FOLDERS if nodeid.startswith(folder)), None)
        return folder or str(super()._split_scope(nodeid))
