"""From a table of named pictures to files."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping
from pathlib import Path

from tenants._draw.svg import Canvas

Draw = Callable[[Canvas], object]
Pictures = Mapping[str, tuple[int, int, Draw]]

SQUARE = 1200
WIDE = (1600, 900)
PHONE = (900, 1100)
LOGO = (560, 140)
ICON = 512


def layers(*steps: Draw) -> Draw:
    """Paint the steps one over the other."""

    def paint(canvas: Canvas) -> None:
        for step in steps:
            step(canvas)

    return paint


def render(pictures: Pictures) -> dict[str, str]:
    """File name -> SVG text of every picture."""
    documents = {}
    for name, (width, height, draw) in pictures.items():
        canvas = Canvas(width, height)
        draw(canvas)
        documents[f"{name}.svg"] = canvas.write()
    return documents


def main(pictures: Pictures, default: Path) -> None:
    """Write the pictures into the folder named on the command line."""
    parser = argparse.ArgumentParser(description="Draw the tenant's pictures.")
    parser.add_argument("--out", type=Path, default=default, help="folder to write (default: art/)")
    folder: Path = parser.parse_args().out
    folder.mkdir(parents=True, exist_ok=True)
    for name, document in render(pictures).items():
        (folder / name).write_text(document, encoding="utf-8")
