"""Charts as SVG text, drawn on the server: no script, crisp in print, coloured by the page's tokens.

Every function takes a complete series, ascending, with zeros for empty days (`zero_filled` makes one), and returns
markup with `role="img"`, a label and a `<title>` on each point. Give the numbers as a table too (`ui.chart_table`).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from typing import NamedTuple

from markupsafe import Markup, escape

WIDTH = 640
HEIGHT = 240
_LEFT, _RIGHT, _TOP, _BOTTOM = 52, 12, 12, 28
_LABELS = 6

Point = tuple[str, float]
Formatter = Callable[[float], str]


class _Frame(NamedTuple):
    """Where a plot lies: `top_value` stands at the upper edge of the area."""

    count: int
    top_value: float
    step: float

    def x(self, index: int) -> float:
        span = WIDTH - _LEFT - _RIGHT
        return _LEFT + (span * index / (self.count - 1) if self.count > 1 else span / 2)

    def y(self, value: float) -> float:
        return _TOP + (HEIGHT - _TOP - _BOTTOM) * (1 - value / self.top_value)


def zero_filled(values: Mapping[date, float], first: date, last: date) -> list[tuple[date, float]]:
    """One entry per day from first to last, ascending, 0 where nothing happened."""
    days = (last - first).days + 1
    return [(first + timedelta(n), values.get(first + timedelta(n), 0)) for n in range(days)]


def line(points: Sequence[Point], label: str, show: Formatter = str) -> Markup:
    """A line with a soft area; values must not be negative."""
    frame = _frame([value for _, value in points])
    spots = [(frame.x(index), frame.y(value)) for index, (_, value) in enumerate(points)]
    path = " ".join(f"{'L' if index else 'M'}{x:.1f} {y:.1f}" for index, (x, y) in enumerate(spots))
    base = frame.y(0)
    area = f"{path} L{spots[-1][0]:.1f} {base:.1f} L{spots[0][0]:.1f} {base:.1f} Z" if spots else ""
    body = [_grid(frame, show), _x_labels(frame, [name for name, _ in points])]
    body.append(f'<path class="area" d="{area}"/><path class="line" d="{path}"/>')
    width = (WIDTH - _LEFT - _RIGHT) / max(1, len(points))
    for (name, value), (x, y) in zip(points, spots, strict=True):
        body.append(_hit(x - width / 2, width, f"{name}: {show(value)}"))
        body.append(f'<circle class="dot" cx="{x:.1f}" cy="{y:.1f}" r="4"/>')
    return _svg(body, label)


def bars(points: Sequence[Point], label: str, show: Formatter = str) -> Markup:
    """One bar per point; values must not be negative."""
    frame = _frame([value for _, value in points])
    slot = (WIDTH - _LEFT - _RIGHT) / max(1, len(points))
    thickness = min(40.0, slot * 0.62)
    body = [_grid(frame, show)]
    for index, (name, value) in enumerate(points):
        left = _LEFT + slot * index + (slot - thickness) / 2
        top = frame.y(value)
        height = frame.y(0) - top
        body.append(
            f'<rect class="c0" x="{left:.1f}" y="{top:.1f}" width="{thickness:.1f}" height="{height:.1f}" rx="3">'
            f"<title>{escape(name)}: {escape(show(value))}</title></rect>"
        )
    every = math.ceil(len(points) / (_LABELS * 2)) or 1
    for index in range(0, len(points), every):
        center = _LEFT + slot * (index + 0.5)
        body.append(_text(center, HEIGHT - 8, points[index][0], "middle"))
    return _svg(body, label)


def donut(points: Sequence[Point], label: str, center: str = "", show: Formatter = str) -> Markup:
    """Shares of a whole, clockwise from the top; colours follow `ui.legend`."""
    total = sum(value for _, value in points)
    body = []
    angle = -math.pi / 2
    for index, (name, value) in enumerate(points):
        share = value / total if total else 0
        title = f"{name}: {show(value)} ({share:.1%})"
        body.append(_slice(angle, angle + share * math.tau, min(index, 5), title))
        angle += share * math.tau
    body.append(f'<text class="center" x="100" y="107">{escape(center)}</text>')
    return Markup('<svg class="n-chart n-chart--donut" viewBox="0 0 200 200" role="img" aria-label="{}">{}</svg>').format(
        label, Markup("".join(body))
    )


def spark(values: Sequence[float], label: str) -> Markup:
    """A line the size of a word, its last value marked."""
    top = max([*values, 1])
    count = max(1, len(values) - 1)
    spots = [(2 + 88 * index / count, 28 - 24 * value / top) for index, value in enumerate(values)]
    path = " ".join(f"{'L' if index else 'M'}{x:.1f} {y:.1f}" for index, (x, y) in enumerate(spots))
    end = f'<circle class="end" cx="{spots[-1][0]:.1f}" cy="{spots[-1][1]:.1f}" r="2.5"/>' if spots else ""
    return Markup('<svg class="n-chart n-chart--spark" viewBox="0 0 94 32" role="img" aria-label="{}">{}</svg>').format(
        label, Markup(f'<path class="line" d="{path}"/>{end}')
    )


def _frame(values: Sequence[float]) -> _Frame:
    step = _nice_step(max([*values, 0]))
    ticks = max(1, math.ceil(max([*values, 0]) / step))
    return _Frame(len(values), ticks * step, step)


def _nice_step(highest: float) -> float:
    """1, 2 or 5 times a power of ten, so that three to six lines cover the height."""
    if highest <= 0:
        return 1
    raw = highest / 4
    power = 10.0 ** math.floor(math.log10(raw))
    factor = next(factor for factor in (1, 2, 2.5, 5, 10) if factor * power >= raw)
    return max(1.0, factor * power) if highest >= 4 else factor * power


def _grid(frame: _Frame, show: Formatter) -> str:
    parts = []
    for index in range(round(frame.top_value / frame.step) + 1):
        value = frame.step * index
        y = frame.y(value)
        shown = int(value) if value == int(value) else value
        parts.append(f'<path class="grid" d="M{_LEFT} {y:.1f}H{WIDTH - _RIGHT}"/>')
        parts.append(_text(_LEFT - 8, y + 4, show(shown), "end"))
    return "".join(parts)


def _x_labels(frame: _Frame, names: Sequence[str]) -> str:
    every = math.ceil(len(names) / _LABELS) or 1
    return "".join(_text(frame.x(index), HEIGHT - 8, names[index], "middle") for index in range(0, len(names), every))


def _text(x: float, y: float, text: str, anchor: str) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(text)}</text>'


def _hit(x: float, width: float, title: str) -> str:
    height = HEIGHT - _TOP - _BOTTOM
    return (
        f'<rect class="hit" x="{x:.1f}" y="{_TOP}" width="{width:.1f}" height="{height}">'
        f"<title>{escape(title)}</title></rect>"
    )


def _slice(start: float, end: float, color: int, title: str) -> str:
    """A ring segment between two angles; a whole ring is drawn just short of closed."""
    end = min(end, start + math.tau - 0.0001)
    large = 1 if end - start > math.pi else 0
    outer, inner = 96, 64
    points = [
        (100 + radius * math.cos(angle), 100 + radius * math.sin(angle))
        for radius, angle in ((outer, start), (outer, end), (inner, end), (inner, start))
    ]
    (ax, ay), (bx, by), (cx, cy), (dx, dy) = points
    path = (
        f"M{ax:.2f} {ay:.2f}A{outer} {outer} 0 {large} 1 {bx:.2f} {by:.2f}"
        f"L{cx:.2f} {cy:.2f}A{inner} {inner} 0 {large} 0 {dx:.2f} {dy:.2f}Z"
    )
    return f'<path class="slice c{color}" d="{path}"><title>{escape(title)}</title></path>'


def _svg(body: Sequence[str], label: str) -> Markup:
    # Every text that came from outside went through escape() above.
    return Markup('<svg class="n-chart" viewBox="0 0 {} {}" role="img" aria-label="{}">{}</svg>').format(
        WIDTH, HEIGHT, label, Markup("".join(body))
    )
