"""Colour arithmetic on "#rrggbb" strings."""

from __future__ import annotations

WHITE = "#ffffff"
BLACK = "#000000"


def mix(first: str, second: str, share: float) -> str:
    """Blend linearly in sRGB; share 0 gives `first`, 1 gives `second`."""
    pairs = zip(_channels(first), _channels(second), strict=True)
    return "#" + "".join(f"{round(a + (b - a) * share):02x}" for a, b in pairs)


def light(colour: str, share: float) -> str:
    """Blend towards white."""
    return mix(colour, WHITE, share)


def dark(colour: str, share: float) -> str:
    """Blend towards black."""
    return mix(colour, BLACK, share)


def _channels(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)
