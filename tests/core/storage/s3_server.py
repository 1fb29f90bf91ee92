"""A strict S3 server for one bucket: it checks AWS Signature Version 4 with code of its own.

Source of the rules: "Authenticating Requests (AWS Signature Version 4)" in the Amazon S3 API Reference.
"""

from __future__ import annotations

import hashlib
import hmac
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import cast
from urllib.parse import parse_qsl, quote, unquote, urlsplit

ACCESS_KEY = "test-access"
SECRET_KEY = "test-secret-key/with+signs"
REGION = "ap-northeast-1"
BUCKET = "files"
SKEW = timedelta(minutes=15)


class Refused(Exception):
    def __init__(self, status: int, code: str) -> None:
        super().__init__(code)
        self.status = status
        self.code = code


class S3Server(ThreadingHTTPServer):
    """``objects`` maps keys to bytes and type. ``capacity`` bounds their bytes; ``is_broken`` answers 500."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.objects: dict[str, tuple[bytes, str]] = {}
        self.capacity = 10_000_000
        self.is_broken = False

    def url(self, *, access_key: str = ACCESS_KEY, secret_key: str = SECRET_KEY) -> str:
        secret = quote(secret_key, safe="")
        return f"http://{access_key}:{secret}@127.0.0.1:{self.server_port}/{BUCKET}?region={REGION}"


@contextmanager
def serving() -> Iterator[S3Server]:
    server = S3Server()
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    @property
    def bucket(self) -> S3Server:
        return cast("S3Server", self.server)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name in the base class
        """Silent: the tests say what went wrong."""

    def do_PUT(self) -> None:
        self._answer(self._put)

    def do_GET(self) -> None:
        self._answer(self._get)

    def do_DELETE(self) -> None:
        self._answer(self._delete)

    def _answer(self, act: Callable[[str, bytes], None]) -> None:
        body = self.rfile.read(int(self.headers.get("content-length", "0")))
        try:
            self._admit(body)
            act(self._key(), body)
        except Refused as refused:
            text = f"<?xml version='1.0'?><Error><Code>{refused.code}</Code><Message>no</Message></Error>"
            self._send(refused.status, text.encode(), {"Content-Type": "application/xml"})

    def _admit(self, body: bytes) -> None:
        if self.bucket.is_broken:
            raise Refused(500, "InternalError")
        check_signature(self.command, self.path, dict(self.headers.items()), body)

    def _key(self) -> str:
        name, _, key = unquote(urlsplit(self.path).path).lstrip("/").partition("/")
        if name != BUCKET:
            raise Refused(404, "NoSuchBucket")
        return key

    def _put(self, key: str, body: bytes) -> None:
        used = sum(len(data) for name, (data, _) in self.bucket.objects.items() if name != key)
        if used + len(body) > self.bucket.capacity:
            raise Refused(507, "XMinioStorageFull")
        self.bucket.objects[key] = (body, self.headers["content-type"])
        self._send(200, b"", {"ETag": _etag(body)})

    def _get(self, key: str, _: bytes) -> None:
        if key not in self.bucket.objects:
            raise Refused(404, "NoSuchKey")
        data, content_type = self.bucket.objects[key]
        self._send(200, data, {"Content-Type": content_type, "ETag": _etag(data)})

    def _delete(self, key: str, _: bytes) -> None:
        self.bucket.objects.pop(key, None)
        self._send(204, b"", {})

    def _send(self, status: int, body: bytes, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def _etag(data: bytes) -> str:
    return f'"{hashlib.md5(data, usedforsecurity=False).hexdigest()}"'


def check_signature(method: str, target: str, headers: dict[str, str], body: bytes) -> None:
    """Raises Refused unless the Authorization header signs exactly this request, with our key, now."""
    lower = {name.lower(): " ".join(value.split()) for name, value in headers.items()}
    scheme, _, rest = lower.get("authorization", "").partition(" ")
    if scheme != "AWS4-HMAC-SHA256":
        raise Refused(403, "AccessDenied")
    fields = dict(part.strip().split("=", 1) for part in rest.split(","))
    access_key, day, region, service, _terminator = fields["Credential"].split("/")
    if access_key != ACCESS_KEY:
        raise Refused(403, "InvalidAccessKeyId")
    at = datetime.strptime(lower["x-amz-date"], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    if abs(datetime.now(UTC) - at) > SKEW:
        raise Refused(403, "RequestTimeTooSkewed")
    if lower["x-amz-content-sha256"] != hashlib.sha256(body).hexdigest():
        raise Refused(400, "XAmzContentSHA256Mismatch")
    signed = fields["SignedHeaders"].split(";")
    if not {"host", "x-amz-date", "x-amz-content-sha256"} <= set(signed):
        raise Refused(403, "AccessDenied")
    request = _canonical(method, target, lower, signed)
    scope = f"{day}/{region}/{service}/aws4_request"
    to_sign = (
        f"AWS4-HMAC-SHA256\n{lower['x-amz-date']}\n{scope}\n{hashlib.sha256(request.encode()).hexdigest()}"
    )
    expected = hmac.new(_signing_key(day, region, service), to_sign.encode(), hashlib.sha256).hexdigest()
    if region != REGION or not hmac.compare_digest(expected, fields["Signature"]):
        raise Refused(403, "SignatureDoesNotMatch")


def _canonical(method: str, target: str, headers: dict[str, str], signed: list[str]) -> str:
    parts = urlsplit(target)
    query = "&".join(
        f"{quote(name, safe='-_.~')}={quote(value, safe='-_.~')}"
        for name, value in sorted(parse_qsl(parts.query, keep_blank_values=True))
    )
    lines = "".join(f"{name}:{headers.get(name, '')}\n" for name in signed)
    path = quote(unquote(parts.path), safe="/-_.~")
    return f"{method}\n{path}\n{query}\n{lines}\n{';'.join(signed)}\n{headers['x-amz-content-sha256']}"


def _signing_key(day: str, region: str, service: str) -> bytes:
    key = f"AWS4{SECRET_KEY}".encode()
    for part in (day, region, service, "aws4_request"):
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    return key
