"""A sheet as PDF, set by typst with the font that is built in. typst lets other threads run meanwhile."""

from __future__ import annotations

import asyncio
import functools
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import msgspec
import typst

from nakamise_tax_invoice.papers.sheet import Sheet

HERE: Final = Path(__file__).parent
FONTS: Final = HERE.parent / "fonts" / "vendor"
FONT: Final = "Noto Sans JP"
# A document is set in about 30 ms; a machine's few processors have other things to do too.
_TURNS: Final = 2


class FontMissing(RuntimeError):
    """The font's files were not built in: ``python -m scripts.assets``."""


@functools.cache
def _fonts() -> typst.Fonts:
    found = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(FONTS)])
    if FONT not in found.families():
        raise FontMissing(f"{FONTS} has no {FONT}")
    return found


@functools.cache
def _template() -> bytes:
    return (HERE / "document.typ").read_bytes()


def typeset(sheet: Sheet, made_at: datetime) -> bytes:
    """The same sheet and moment give the same bytes. Raises FontMissing."""
    compiler = typst.Compiler(
        _template(),
        font_paths=_fonts(),
        ignore_system_fonts=True,
        sys_inputs={"sheet": msgspec.json.encode(sheet).decode()},
    )
    made = compiler.compile(format="pdf", timestamp=made_at.astimezone(UTC).replace(microsecond=0))
    if not isinstance(made, bytes):
        raise TypeError(f"typst gave {type(made).__name__}")
    return made


@functools.cache
def _turns() -> asyncio.Semaphore:
    return asyncio.Semaphore(_TURNS)


async def typeset_aside(sheet: Sheet, made_at: datetime) -> bytes:
    """As ``typeset``, in a thread: the event loop goes on."""
    async with _turns():
        return await asyncio.to_thread(typeset, sheet, made_at)
