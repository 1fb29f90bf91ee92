"""Whether everything is tried, or what a run of every change can afford: ``NAKAMISE_FULL=1``, `make test-full`."""

from __future__ import annotations

import os
from typing import Final

FULL: Final = os.environ.get("NAKAMISE_FULL", "") not in ("", "0")
