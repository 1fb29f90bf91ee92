"""Print which tests prove which requirement, from the `req` marks of the collected tests."""

from __future__ import annotations

import re
import sys
from collections import defaultdict

import pytest


class Collector:
    """A pytest plugin that keeps the marks instead of running the tests."""

    def __init__(self) -> None:
        self.tests: defaultdict[str, set[str]] = defaultdict(set)

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        for item in items:
            for mark in item.iter_markers("req"):
                for row in mark.args:
                    self.tests[row].add(item.nodeid.partition("[")[0])


def main() -> None:
    collector = Collector()
    status = pytest.main(["--collect-only", "-p", "no:terminal"], plugins=[collector])
    if status != pytest.ExitCode.OK:
        sys.exit("The tests cannot be collected; `pytest --collect-only` says why.")
    for row in sorted(collector.tests, key=_natural):
        print(row)
        for test in sorted(collector.tests[row]):
            print(f"    {test}")
    print(f"{len(collector.tests)} requirements are named by tests.")


def _natural(row: str) -> list[tuple[int, str]]:
    """LC-4.2.10 after LC-4.2.9."""
    return [(int(part), "") if part.isdigit() else (-1, part) for part in re.split(r"[-.]", row)]


if __name__ == "__main__":
    main()
