"""Charts as SVG text, drawn on the server: no script, crisp in print, coloured by the page's tokens.

Every function takes a complete series, ascending, with zeros for empty days (`zero_filled` makes one), and returns
markup with `role="img"`, a label and a `<title>` on each point. Give the numbers as a table too (`ui.chart_table`).

Widths are percentages and heights pixels, so that a chart fills its place and its text keeps its size on a phone.
Only the line itself is stretched, in an inner `<svg>` of 100 by 100 units.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from typing import NamedTuple

from markupsafe import Markup, escape

HEIGHT = 240
_TOP = 20
_FLOOR = 212
_LABELS = 6
# Per cent of the width that bars leave to the values on the grid's lines.
_BARS_FROM = 11.0
_SPARK_FLOOR = 36

Point = tuple[str, float]
Formatter = Callable[[float], str]


class _Scale(NamedTuple):
    """`top` is the value at the plot's upper edge, `step` the distance of the grid lines."""

    top: float
    step: float

    def y(self, value: float) -> float:
        return _FLOOR - (_FLOOR - _TOP) * value / self.top


def zero_filled(values: Mapping[date, float], first: date, last: date) -> list[tuple[date, float]]:
    """One entry per day from first to last, ascending, 0 where nothing happened."""
    days = (last - first).days + 1
    return [(first + timedelta(n), values.get(first + timedelta(n), 0)) for n in range(days)]


def line(points: Sequence[Point], label: str, show: Formatter = str) -> Markup:
    """A line with a soft area; values must not be negative."""
    scale = _scale([value for _, value in points])
    count = len(points)
    path = _path(
        [(_across(index, count), 100 * (1 - value / scale.top)) for index, (_, value) in enumerate(points)]
    )
    body = [_grid(scale, show, count), _stretched(path, _TOP, _FLOOR - _TOP)]
    width = 100 / max(1, count)
    for index, (name, value) in enumerate(points):
        x = _across(index, count)
        body.append(_hit(x - width / 2, width, f"{name}: {show(value)}"))
        body.append(f'<circle class="dot" cx="{x:.2f}%" cy="{scale.y(value):.1f}" r="4"/>')
    body += [_x_label(_across(index, count), points[index][0]) for index in _label_places(count)]
    return _svg("n-chart", body, label)


def bars(points: Sequence[Point], label: str, show: Formatter = str) -> Markup:
    """One bar per point; values must not be negative."""
    scale = _scale([value for _, value in points])
    slot = (100 - _BARS_FROM) / max(1, len(points))
    thickness = min(6.0, slot * 0.6)
    body = [_grid(scale, show, len(points))]
    for index, (name, value) in enumerate(points):
        left = _BARS_FROM + slot * (index + 0.5) - thickness / 2
        height = _FLOOR - scale.y(value)
        body.append(
            f'<rect class="bar c0" x="{left:.2f}%" y="{_FLOOR - height:.1f}" width="{thickness:.2f}%"'
            f' height="{height:.1f}" rx="2"><title>{escape(name)}: {escape(show(value))}</title></rect>'
        )
    body += [
        _x_label(_BARS_FROM + slot * (index + 0.5), points[index][0]) for index in _label_places(len(points))
    ]
    return _svg("n-chart", body, label)


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
    body.append(f'<text class="center" x="100" y="108">{escape(center)}</text>')
    return _svg("n-chart n-chart--donut", body, label, view_box="0 0 200 200")


def spark(values: Sequence[float], label: str) -> Markup:
    """A line without axes for a tile, its last value marked."""
    top = max([*values, 1])
    count = len(values)
    heights = [_SPARK_FLOOR - (_SPARK_FLOOR - 4) * value / top for value in values]
    # The last five per cent stay free, so that the end mark is not cut.
    path = _path([(_across(index, count) * 0.95, 100 * y / 40) for index, y in enumerate(heights)])
    body = [_stretched(path, 0, 40)]
    if heights:
        body.append(f'<circle class="end" cx="95%" cy="{heights[-1]:.1f}" r="3"/>')
    return _svg("n-chart n-chart--spark", body, label)


def _scale(values: Sequence[float]) -> _Scale:
    highest = max([*values, 0])
    step = _nice_step(highest)
    if all(value == int(value) for value in values):
        step = max(1.0, step)  # half an order would be shown as a whole one
    return _Scale(max(1, math.ceil(highest / step)) * step, step)


def _nice_step(highest: float) -> float:
    """A round number (1, 2, 2.5 or 5 times a power of ten, whole from 4 on) for at most four grid lines."""
    if highest <= 0:
        return 1
    raw = highest / 4
    power = 10.0 ** math.floor(math.log10(raw))
    factors = (1, 2, 5, 10) if power <= 1 else (1, 2, 2.5, 5, 10)
    step = next(factor for factor in factors if factor * power >= raw) * power
    return max(1.0, step) if highest >= 4 else step


def _grid(scale: _Scale, show: Formatter, count: int) -> str:
    """Lines with their values above the left end; an empty series has only its floor."""
    parts = []
    for index in range(round(scale.top / scale.step) + 1 if count else 1):
        value = scale.step * index
        y = scale.y(value)
        whole = int(value) if value == int(value) else value
        parts.append(f'<line class="grid" x1="0" x2="100%" y1="{y:.1f}" y2="{y:.1f}"/>')
        if index:
            parts.append(f'<text x="0" y="{y - 5:.1f}">{escape(show(whole))}</text>')
    return "".join(parts)


def _across(index: int, count: int) -> float:
    return 100 * index / (count - 1) if count > 1 else 50


def _path(spots: Sequence[tuple[float, float]]) -> str:
    return " ".join(f"{'L' if index else 'M'}{x:.2f} {y:.2f}" for index, (x, y) in enumerate(spots))


def _stretched(path: str, top: int, height: int) -> str:
    if not path:
        return ""
    first = path.split(" ", 1)[0][1:]
    last = path.rsplit(" ", 2)[-2].lstrip("LM")
    area = f"{path} L{last} 100 L{first} 100 Z"
    return (
        f'<svg y="{top}" width="100%" height="{height}" viewBox="0 0 100 100" preserveAspectRatio="none"'
        f' overflow="visible"><path class="area" d="{area}"/><path class="line" d="{path}"/></svg>'
    )


def _label_places(count: int) -> range:
    """As many as stand beside each other on a phone."""
    return range(0, count, math.ceil(count / _LABELS) or 1)


def _x_label(x: float, text: str) -> str:
    anchor = "start" if x < 3 else "end" if x > 97 else "middle"
    return f'<text x="{x:.2f}%" y="{HEIGHT - 8}" text-anchor="{anchor}">{escape(text)}</text>'


def _hit(x: float, width: float, title: str) -> str:
    return (
        f'<rect class="hit" x="{x:.2f}%" y="{_TOP}" width="{width:.2f}%" height="{_FLOOR - _TOP}">'
        f"<title>{escape(title)}</title></rect>"
    )


def _slice(start: float, end: float, color: int, title: str) -> str:
    """A ring segment between two angles; a whole ring is drawn just short of closed."""
    end = min(end, start + math.tau - 0.0001)
    large = 1 if end - start > math.pi else 0
    outer, inner = 96, 68
    corners = [
        f"{100 + radius * math.cos(angle):.2f} {100 + radius * math.sin(angle):.2f}"
        for radius, angle in ((outer, start), (outer, end), (inner, end), (inner, start))
    ]
    path = (
        f"M{corners[0]}A{outer} {outer} 0 {large} 1 {corners[1]}"
        f"L{corners[2]}A{inner} {inner} 0 {large} 0 {corners[3]}Z"
    )
    return f'<path class="slice c{color}" d="{path}"><title>{escape(title)}</title></path>'


def _svg(css_class: str, body: Sequence[str], label: str, view_box: str | None = None) -> Markup:
    box = Markup(' viewBox="{}"').format(view_box) if view_box else ""
    # Every text in the body went through escape() above.
    drawing = Markup("".join(body))  # noqa: S704
    return Markup('<svg class="{}"{} role="img" aria-label="{}">{}</svg>').format(
        css_class, box, label, drawing
    )
