"""RTP and RTCP as bytes: headers, extensions, keyframes, sequence numbers (RFC 3550, 4585, 4588, 8285)."""
