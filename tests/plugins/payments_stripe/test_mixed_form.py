"""In a browser: a form that offers saved cards and a new one, as a theme may make it, with the page's own script."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page

import nakamise_payments_stripe

pytestmark = pytest.mark.browser
SCRIPT = Path(nakamise_payments_stripe.__file__).parent / "static" / "stripe.js"
# Instead of Stripe's own script: every card becomes the same token, a moment later as over a network.
STRIPE = (
    "data:text/javascript,window.Stripe=()=>({elements:()=>({create:()=>({mount(){},on(){}})}),"
    "createPaymentMethod:()=>new Promise((done)=>setTimeout(done,1,{paymentMethod:{id:'pm_new'}}))})"
)
SAVED, NEW = '<input type="radio" name="token" value="saved_1">', '<input type="radio" name="token" value="">'
BOX = (
    f'<div data-stripe data-script="{STRIPE}" data-key="k" data-no-answer="no"><p data-stripe-error hidden></p>'
    '<div data-stripe-element></div><input type="hidden" name="token" value=""></div>'
)


@pytest.fixture
async def page(browser: Browser) -> AsyncIterator[Page]:
    context = await browser.new_context()
    yield await context.new_page()
    await context.close()


async def sent(page: Page, choices: str, chosen: int | None) -> list[str]:
    """The tokens that the form sends."""
    await page.set_content(f"<form>{choices}{BOX}<button>Pay</button></form>")
    await page.add_script_tag(path=SCRIPT, type="module")
    await page.wait_for_function("() => window.Stripe")
    await page.evaluate(
        "() => document.addEventListener('submit', (event) => { event.preventDefault();"
        " window.tokens = new FormData(event.target).getAll('token'); })"
    )
    if chosen is not None:
        await page.locator("input[type=radio]").nth(chosen).check()
    for _ in range(2):
        await page.evaluate("() => { window.tokens = undefined; }")
        await page.locator("button").click()
        await page.wait_for_function("() => window.tokens")
    found: list[str] = await page.evaluate("() => window.tokens")
    return found


@pytest.mark.req("CL-30", "CL-32")
@pytest.mark.parametrize(
    ("choices", "chosen", "tokens"),
    [("", None, ["pm_new"]), (SAVED + NEW, 0, ["saved_1"]), (SAVED + NEW, 1, ["pm_new"])],
)
async def test_what_was_chosen_is_sent(
    page: Page, choices: str, chosen: int | None, tokens: list[str]
) -> None:
    """Also when the form is sent a second time."""
    assert await sent(page, choices, chosen) == tokens
