"""Markdown pages whose code is done step by step: whole files, changes of files, commands.

    ```python title="path"     the whole file
    ```diff title="path"       lines with - are replaced by those with +, the others stand around them
    ```console                 after "$ " a command; lines below it are part of what it says

An own reader, for the blocks of one page build on each other: sybil evaluates examples in one namespace and
knows neither files nor commands.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

_BLOCK: Final = re.compile(
    r'^```(?P<kind>\w+)(?: title="(?P<title>[^"]+)")?\n(?P<body>.*?)^```$', re.MULTILINE | re.DOTALL
)


@dataclass(frozen=True)
class Block:
    """``place`` is for people who look for it: file and line."""

    kind: str
    title: str
    body: str
    place: str


@dataclass(frozen=True)
class Command:
    line: str
    says: tuple[str, ...]
    place: str


class LessonError(AssertionError):
    """The page does not fit what it builds on."""


def blocks(page: Path) -> Iterator[Block]:
    text = page.read_text(encoding="utf-8")
    for found in _BLOCK.finditer(text):
        line = text.count("\n", 0, found.start()) + 1
        yield Block(found["kind"], found["title"] or "", found["body"], f"{page.name}:{line}")


def write(block: Block, folder: Path) -> None:
    """Do what a block with a title says."""
    file = folder / block.title
    if block.kind == "diff":
        file.write_text(changed(file.read_text(encoding="utf-8"), block), encoding="utf-8")
        return
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(block.body, encoding="utf-8")


def changed(text: str, block: Block) -> str:
    """Raises LessonError unless the old lines stand there exactly once."""
    lines = block.body.splitlines()
    old = "".join(f"{line[1:]}\n" for line in lines if not line.startswith("+"))
    new = "".join(f"{line[1:]}\n" for line in lines if not line.startswith("-"))
    if f"\n{text}".count(f"\n{old}") != 1:
        raise LessonError(f"{block.place}: {block.title} does not hold exactly once:\n{old}")
    return f"\n{text}".replace(f"\n{old}", f"\n{new}")[1:]


def commands(block: Block) -> list[Command]:
    found: list[Command] = []
    for line in block.body.splitlines():
        if line.startswith("$ "):
            found.append(Command(line[2:], (), block.place))
        elif line.strip():
            last = found.pop()
            found.append(Command(last.line, (*last.says, line.strip()), block.place))
    return found
