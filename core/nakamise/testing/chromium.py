"""The browser of tests: the system's Chromium, or the one that Playwright installed."""

from __future__ import annotations

import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Final, NoReturn

import pytest

from nakamise.auth.cookies import SESSION
from nakamise.testing.people import Person

if TYPE_CHECKING:
    from playwright._impl._api_structures import SetCookieParam
    from playwright.async_api import Browser

# The shell draws the same without the windows around it: a new page costs a fifth of the processor time.
_NAMES: Final = (
    "chromium-headless-shell",
    "chromium",
    "chromium-browser",
    "google-chrome-stable",
    "google-chrome",
)


def find_chromium() -> str | None:
    """``NAKAMISE_CHROMIUM``, or a browser of the system; None = Playwright's own."""
    return os.environ.get("NAKAMISE_CHROMIUM") or next(filter(None, map(shutil.which, _NAMES)), None)


@asynccontextmanager
async def launched() -> AsyncIterator[Browser]:
    """Without a browser the test is skipped; with ``CI`` in the environment it fails."""
    try:
        from playwright.async_api import Error, async_playwright
    except ImportError:
        _give_up("playwright is not installed: pip install 'nakamise[test]'")
    async with async_playwright() as playwright:
        try:
            browser = await playwright.chromium.launch(executable_path=find_chromium(), args=["--no-sandbox"])
        except Error as error:
            _give_up(
                "no Chromium: install one, or name it in NAKAMISE_CHROMIUM, or run `playwright install`"
                f" ({error.message.splitlines()[0]})"
            )
        yield browser
        await browser.close()


def _give_up(reason: str) -> NoReturn:
    if os.environ.get("CI"):
        pytest.fail(reason)
    pytest.skip(reason)


def cookies_of(person: Person) -> list[SetCookieParam]:
    """So that the browser is signed in as ``person``."""
    host = person.tenant.canonical_host
    return [{"name": SESSION, "value": person.token, "domain": host, "path": "/"}]
