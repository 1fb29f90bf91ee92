"""A canvas that collects definitions and shapes and writes one compact SVG document.

Coordinates are pixels of the canvas, y grows downwards, angles are degrees.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

SHARED = 40  # characters from which drawing by reference is shorter than drawing again

# offset 0..1, colour, opacity 0..1
Stop = tuple[float, str] | tuple[float, str, float]
Number = float | int


def number(value: Number) -> str:
    """Write with one decimal at most: finer steps are invisible at these sizes."""
    return decimal(value, 1)


def decimal(value: Number, places: int) -> str:
    """Write as short as SVG allows: "0.50" as ".5", "3.0" as "3"."""
    text = f"{value:.{places}f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    sign, digits = ("-", text[1:]) if text.startswith("-") else ("", text)
    if digits == "0":
        return "0"
    return sign + (digits[1:] if digits.startswith("0.") else digits)


def tag(name: str, content: str = "", /, **attributes: str | Number | None) -> str:
    """One element; `stroke_width=2` becomes stroke-width="2", None leaves the attribute out."""
    parts = [name]
    for key, value in attributes.items():
        if value is None:
            continue
        text = value if isinstance(value, str) else decimal(value, 2)
        parts.append(f'{key.rstrip("_").replace("_", "-")}="{text}"')
    head = " ".join(parts)
    return f"<{head}>{content}</{name}>" if content else f"<{head}/>"


class Canvas:
    """Shapes in painting order and the gradients, filters and masks that they use."""

    def __init__(self, width: int, height: int) -> None:
        self.width = width
        self.height = height
        self._definitions: dict[str, str] = {}
        self._body: list[str] = []

    # --- definitions: equal ones are written once -----------------------------------------------

    def _define(self, name: str, content: str, **attributes: str | Number | None) -> str:
        probe = tag(name, content, **attributes)
        identity = self._definitions.setdefault(probe, f"d{len(self._definitions)}")
        return f"url(#{identity})"

    def linear(self, *stops: Stop, to: tuple[Number, Number] = (1, 0)) -> str:
        """A gradient from the shape's top left corner towards `to` (shares of its box)."""
        end = {} if to == (1, 0) else {"x2": to[0], "y2": to[1]}
        return self._define("linearGradient", _stops(stops), **end)

    def radial(self, *stops: Stop, at: tuple[Number, Number] = (0.5, 0.5), radius: Number = 0.5) -> str:
        """A gradient around `at` (shares of the shape's box)."""
        return self._define("radialGradient", _stops(stops), cx=at[0], cy=at[1], r=radius)

    def blur(self, sigma: Number) -> str:
        """A Gaussian blur; sigma in pixels."""
        blur = tag("feGaussianBlur", stdDeviation=sigma)
        return self._define("filter", blur, x="-1", y="-1", width="3", height="3")

    def clip(self, shape: str) -> str:
        return self._define("clipPath", shape)

    def mask(self, shape: str) -> str:
        return self._define("mask", shape)

    # --- shapes ---------------------------------------------------------------------------------

    def add(self, element: str) -> None:
        self._body.append(element)

    def rect(
        self, x: Number, y: Number, width: Number, height: Number, fill: str, **more: str | Number
    ) -> None:
        box = {"x": number(x), "y": number(y), "width": number(width), "height": number(height)}
        self.add(tag("rect", **box, fill=fill, **more))

    def ellipse(
        self, cx: Number, cy: Number, rx: Number, ry: Number, fill: str, **more: str | Number
    ) -> None:
        size = {"cx": number(cx), "cy": number(cy), "rx": number(rx), "ry": number(ry)}
        self.add(tag("ellipse", **size, fill=fill, **more))

    def circle(self, cx: Number, cy: Number, radius: Number, fill: str, **more: str | Number) -> None:
        self.add(tag("circle", cx=number(cx), cy=number(cy), r=number(radius), fill=fill, **more))

    def path(self, data: str, fill: str | None = None, **more: str | Number) -> None:
        """A path, filled like its group without `fill`.

        A long one with a `transform` is written once and used wherever it is drawn again.
        """
        if "transform" in more and len(data) > SHARED:
            self._use(self._define("path", "", d=data), fill=fill, **more)
        else:
            self.add(tag("path", d=data, fill=fill, **more))

    def _use(self, reference: str, **attributes: str | Number | None) -> None:
        self.add(tag("use", href=reference.removeprefix("url(").removesuffix(")"), **attributes))

    def line(self, data: str, colour: str, width: Number, **more: str | Number) -> None:
        """A stroke along a path; all strokes end round unless told otherwise."""
        self.path(data, "none", stroke=colour, stroke_width=width, **more)

    def dots(
        self, centres: Sequence[tuple[Number, Number]], size: Number, colour: str, **more: str | Number
    ) -> None:
        """Many equal dots; size is their diameter."""
        data = "".join(f"M{number(x)} {number(y)}h.1" for x, y in centres)
        self.line(data, colour, size, **more)

    @contextmanager
    def group(self, **attributes: str | Number) -> Iterator[None]:
        """Everything drawn inside shares these attributes."""
        outer = self._body
        self._body = []
        try:
            yield
        finally:
            content = "".join(self._body)
            self._body = outer
        if len(content) > SHARED and "id" not in attributes:
            self._use(self._define("g", content), **attributes)
        else:
            self.add(tag("g", content, **attributes))

    def write(self) -> str:
        definitions = []
        for probe, identity in self._definitions.items():
            name = probe[1:].split(" ", 1)[0].split(">", 1)[0]
            definitions.append(probe.replace(f"<{name}", f'<{name} id="{identity}"', 1))
        content = tag("defs", "".join(definitions)) + "".join(self._body)
        box = f'width="{self.width}" height="{self.height}" viewBox="0 0 {self.width} {self.height}"'
        head = f'<svg xmlns="http://www.w3.org/2000/svg" {box} stroke-linecap="round">'
        return f"{head}{content}</svg>\n"


def _stops(stops: tuple[Stop, ...]) -> str:
    return "".join(
        tag("stop", offset=stop[0], stop_color=stop[1], stop_opacity=stop[2] if len(stop) == 3 else None)
        for stop in stops
    )
