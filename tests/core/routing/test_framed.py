"""Pages in a frame: only where a page of the same origin asked for one, and then without the site around them."""

from __future__ import annotations

import httpx
import pytest

HERE = {"sec-fetch-dest": "iframe", "sec-fetch-site": "same-origin"}


async def test_a_page_of_the_same_origin_may_frame_the_content(browser: httpx.AsyncClient) -> None:
    answer = await browser.get("/help", headers=HERE)
    assert "frame-ancestors 'self'" in answer.headers["content-security-policy"]
    assert answer.headers["x-frame-options"] == "SAMEORIGIN"
    assert 'class="n-head"' not in answer.text
    assert '<main id="main"' in answer.text


@pytest.mark.parametrize(
    "changed",
    [{"sec-fetch-site": "cross-site"}, {"sec-fetch-site": "same-site"}, {"sec-fetch-dest": "document"}],
)
async def test_nobody_else_frames_anything(browser: httpx.AsyncClient, changed: dict[str, str]) -> None:
    answer = await browser.get("/help", headers=HERE | changed)
    assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
    assert answer.headers["x-frame-options"] == "DENY"
    assert 'class="n-head"' in answer.text
