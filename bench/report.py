"""A table for people and a file for machines."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import msgspec

from bench.harness import Result, Scale
from bench.machine import Machine

RESULTS = Path(__file__).parent / "results"
HEAD = ("measurement", "result", "goal", "", "behind it")


class Run(msgspec.Struct, frozen=True, kw_only=True):
    at: datetime
    machine: Machine
    scale: Scale
    results: list[Result]


def table(results: Sequence[Result]) -> str:
    rows = [HEAD, *(_row(result) for result in results)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEAD))]
    lines = [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
    ]
    return "\n".join([lines[0], "  ".join("-" * width for width in widths), *lines[1:]])


def _row(result: Result) -> tuple[str, ...]:
    value = f"{result.value:.2f} {result.unit}"
    return (result.name, value, str(result.goal or ""), result.verdict, result.note)


def save(run: Run, folder: Path = RESULTS) -> Path:
    """One file per run, named by its time and commit."""
    folder.mkdir(exist_ok=True)
    path = folder / f"{run.at:%Y-%m-%dT%H%MZ}-{run.machine.commit}.json"
    path.write_bytes(msgspec.json.format(msgspec.json.encode(run), indent=1) + b"\n")
    return path
