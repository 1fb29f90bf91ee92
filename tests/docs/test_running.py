"""A command that hangs, with a child that keeps its output, does not hold up who waits for it."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from tests.running import run_command

HANGS = "import time, os; print('begun', flush=True); os.fork(); time.sleep(60)"


def test_what_hangs_is_killed_and_says_where(tmp_path: Path) -> None:
    status, said = run_command([sys.executable, "-c", HANGS], cwd=tmp_path, env=os.environ, limit_s=1)
    assert status < 0
    assert said.startswith("begun")
    assert "Fatal Python error: Aborted" in said


def test_a_grandchild_that_lives_on_is_not_waited_for(tmp_path: Path) -> None:
    status, said = run_command(["sh", "-c", "sleep 5 & echo done"], cwd=tmp_path, env=os.environ)
    assert (status, said) == (0, "done\n")
