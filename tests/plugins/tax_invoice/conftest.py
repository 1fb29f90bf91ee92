"""The plugin's words for tests without an installation, and a stall whose books are right at the end."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

import nakamise_tax_invoice
from nakamise.testing.fixtures import ClientFor, CtxFor, Drain, MakeTenant
from nakamise.ui.i18n import register
from tests.plugins.invariants import broken
from tests.plugins.shop.stall import Stall
from tests.plugins.tax_invoice.books import Books, Goods, furnished, open_books

register("tax_invoice", Path(str(nakamise_tax_invoice.__file__)).parent / "locales")


@pytest.fixture(scope="module")
async def premises(make_tenant: MakeTenant, ctx_for: CtxFor) -> tuple[Stall, Goods]:
    """One for the tests of a module: each has buyers and orders of its own."""
    return await furnished(make_tenant, ctx_for)


@pytest.fixture
async def books(premises: tuple[Stall, Goods], client: ClientFor, drain: Drain) -> AsyncIterator[Books]:
    opened = Books(*premises, client, drain)
    yield opened
    assert await broken(opened.stall.ctx) == {}


@pytest.fixture
async def own_books(
    make_tenant: MakeTenant, ctx_for: CtxFor, client: ClientFor, drain: Drain
) -> AsyncIterator[Books]:
    """For a test that changes settings or shops."""
    opened = await open_books(make_tenant, ctx_for, client, drain)
    yield opened
    assert await broken(opened.stall.ctx) == {}
