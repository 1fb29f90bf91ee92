"""What a stream refuses."""

from __future__ import annotations


class CodecMismatchError(ValueError):
    """A viewer's or publisher's track does not fit what the stream carries."""
