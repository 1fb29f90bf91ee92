"""Pieces of Markdown."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterable, Sequence


def prose(docstring: str | None) -> str:
    """A docstring as Markdown: double backquotes become single ones."""
    return inspect.cleandoc(docstring or "").replace("``", "`")


def first_sentence(docstring: str | None) -> str:
    """Of the first paragraph, on one line."""
    paragraph = " ".join(prose(docstring).split("\n\n")[0].split())
    return re.split(r"(?<=[.?!]) (?=[A-Z`])", paragraph, maxsplit=1)[0]


def one_line(docstring: str | None) -> str:
    return " ".join(prose(docstring).split())


def signature(function: Callable[..., object]) -> str:
    """As the source has it: annotations are strings there, and are shown without quotes."""
    return re.sub(r"""(: |-> )(['"])(.*?)\2""", r"\1\3", str(inspect.signature(function)))


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = ["| " + " | ".join(head) + " |", "|---" * len(head) + "|"]
    lines += ["| " + " | ".join(map(_cell, row)) + " |" for row in rows]
    return "\n".join(lines)


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


def code(text: str) -> str:
    return f"`{text}`" if text else ""
