"""One UDP port: ICE-lite, DTLS, SRTP."""
