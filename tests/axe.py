"""What axe-core finds on the page that is open."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

from playwright.async_api import Page

_FILE: Final = Path(__file__).parents[1] / "node_modules" / "axe-core" / "axe.min.js"
_TAGS: Final = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# The frame of a mail is sandboxed: it has no origin in which axe could be spoken to.
# Only what is asked for crosses over from the browser: all that axe knows of a page is a megabyte.
_RUN: Final = """async (tags) => {
  const result = await axe.run({ exclude: ['.n-mailframe'] }, {
    runOnly: tags, resultTypes: ['violations'], selectors: false, elementRef: false,
  });
  return {
    faults: result.violations.map((one) => `${one.id}: ${one.nodes[0].html.slice(0, 200)}`),
    passes: result.passes.length,
  };
}"""


async def axe_faults(page: Page) -> list[str]:
    """One line for each rule that the page breaks, with the first place."""
    # A click returns when the next page begins to arrive.
    await page.wait_for_load_state("domcontentloaded")
    await page.evaluate(_FILE.read_text(encoding="utf-8"))
    found: dict[str, Any] = await page.evaluate(_RUN, _TAGS)
    assert found["passes"] > 0, "axe has looked at nothing"
    return list(found["faults"])
