"""What is raised for bytes that are no RTP or RTCP."""

from __future__ import annotations


class MalformedPacketError(ValueError):
    """The bytes contradict RFC 3550 or the RFC of the part they claim to be."""
