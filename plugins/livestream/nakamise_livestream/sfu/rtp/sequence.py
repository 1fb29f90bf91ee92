"""16-bit sequence numbers and 32-bit timestamps without their wraps."""

from __future__ import annotations


def nearest(short: int, around: int, bits: int = 16) -> int:
    """The number closest to ``around`` that ends in the ``bits`` bits of ``short``; it may be negative."""
    size = 1 << bits
    half = size >> 1
    return around + (short - around + half) % size - half


def timestamp_difference(later: int, earlier: int) -> int:
    """``later - earlier`` of two 32-bit timestamps, -2**31..2**31-1."""
    return (later - earlier + (1 << 31)) % (1 << 32) - (1 << 31)
