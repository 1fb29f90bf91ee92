"""The stall of the coupons' tests: it runs sales too."""

from __future__ import annotations

from tests.plugins.coupons.conftest import office, stall

__all__ = ["office", "stall"]
