"""What a page says an amount is: read from the element that says it, never from somewhere on the page."""

from __future__ import annotations

import base64
import csv
import io
import json
import re
from dataclasses import dataclass
from typing import Any, Final

from playwright.async_api import Page

from tests.e2e.day import Bill
from tests.e2e.demo import PASSWORDS
from tests.e2e.visitor import Visitor
from tests.plugins.tax_invoice.pdf_text import pdf_text

# Of each bill: the amounts of its rows by what they are, in the order of the page.
_BILLS: Final = """bills => bills.map(bill => {
  const rows = {}
  for (const row of bill.querySelectorAll("[data-row]")) {
    (rows[row.dataset.row] ??= []).push(row.querySelector("dd").textContent.trim())
  }
  return rows
})"""
_SHEET: Final = """sheet => ({
  rows: [...sheet.querySelectorAll(".tax-sheet__rows tbody tr")].map(row => row.lastElementChild.textContent.trim()),
  taxes: [...sheet.querySelectorAll(".tax-sheet__sums tbody tr")].map(
    row => [...row.querySelectorAll("td")].map(cell => cell.textContent.trim())),
  sums: [...sheet.querySelectorAll(".tax-sheet__sums dd")].map(cell => cell.textContent.trim()),
  headline: sheet.querySelector(".tax-sheet__sum strong").textContent.trim(),
})"""
_FETCH: Final = """async ({path, token, body}) => {
  const headers = token ? {Authorization: `Bearer ${token}`} : {}
  if (body) headers["Content-Type"] = "application/json"
  const answer = await fetch(path, body ? {method: "POST", headers, body: JSON.stringify(body)} : {headers})
  if (!answer.ok) throw new Error(`${answer.status} ${path}`)
  const bytes = new Uint8Array(await answer.arrayBuffer())
  return btoa(Array.from(bytes, one => String.fromCharCode(one)).join(""))
}"""
MONEY: Final = re.compile(r"[-−△]?¥[\d,]+")
Sheet = dict[str, Any]


async def bills(page: Page) -> list[Bill]:
    found: list[Bill] = await page.locator("[data-bill]").evaluate_all(_BILLS)
    return found


async def lines(page: Page) -> list[str]:
    """Quantity times price of each line."""
    return [text.strip() for text in await page.locator("[data-sub]").all_text_contents()]


async def sheet(page: Page) -> Sheet:
    """A printed document on the screen."""
    found: Sheet = await page.locator(".tax-sheet").evaluate(_SHEET)
    return found


async def printed(visitor: Visitor, path: str) -> list[str]:
    """Every amount of a PDF."""
    return sorted(MONEY.findall(pdf_text(await fetched(visitor, path))))


def in_mail(text: str) -> tuple[list[str], Bill]:
    """The lines' amounts, and the amounts of the rows below them by label; of several with one label all."""
    found: Bill = {}
    for label, amount in re.findall(r"^([^\n:]+): ([-−]?¥[\d,]+|無料)$", text, re.MULTILINE):
        found.setdefault(label, []).append(amount)
    return re.findall(r"^- .+ x \d+  (\S+)$", text, re.MULTILINE), found


async def table(visitor: Visitor, path: str) -> list[dict[str, str]]:
    """A CSV file's rows by its heads."""
    return list(csv.DictReader(io.StringIO((await fetched(visitor, path)).decode("utf-8-sig"))))


@dataclass(frozen=True)
class Api:
    """The API as a program of the visitor's uses it."""

    visitor: Visitor
    token: str

    async def told(self, path: str) -> Any:
        return json.loads(await fetched(self.visitor, path, token=self.token))


async def api_of(visitor: Visitor, who: str) -> Api:
    """Logs in there, too."""
    given = {"email": f"{who}@{visitor.slug}.example", "password": PASSWORDS[visitor.slug]}
    answer = json.loads(await fetched(visitor, "/api/auth/login", body=given))
    return Api(visitor, answer["tokens"]["access_token"])


async def fetched(visitor: Visitor, path: str, *, token: str = "", body: object = None) -> bytes:
    """By the page's own browser, which is logged in and finds the demo's hosts."""
    text: str = await visitor.page.evaluate(_FETCH, {"path": path, "token": token, "body": body})
    return base64.b64decode(text)
