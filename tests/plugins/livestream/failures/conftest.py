"""The engine of the test's installation."""

from tests.plugins.livestream.whip.conftest import media

__all__ = ["media"]
