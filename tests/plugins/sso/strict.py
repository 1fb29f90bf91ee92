"""An OpenID Connect provider that checks everything a client must send, and lies when it is told to."""

from __future__ import annotations

import base64
import functools
import hashlib
import json
import secrets
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final
from urllib.parse import parse_qs, unquote_plus, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import ECKey, KeyParameters, OctKey, OKPKey, RSAKey

CLIENT_ID: Final = "shop-client"
CLIENT_SECRET: Final = "s3cret/with:marks+"
_EDWARDS: Final = ("EdDSA", "Ed25519")
Lie = Callable[[dict[str, Any]], None]


def make_key(algorithm: str, kid: str = "") -> Any:
    options: KeyParameters = {"kid": kid or secrets.token_hex(4), "use": "sig"}
    if algorithm == "ES256":
        return ECKey.generate_key("P-256", options)
    if algorithm in _EDWARDS:
        return OKPKey.generate_key("Ed25519", options)
    return RSAKey.generate_key(2048, options)


@functools.cache
def _usual_key() -> Any:
    """A new one takes a tenth of a second: who needs another one makes it."""
    return make_key("RS256")


def left_half(access_token: str, algorithm: str = "RS256") -> str:
    digest = (hashlib.sha512 if algorithm in _EDWARDS else hashlib.sha256)(access_token.encode()).digest()
    return base64.urlsafe_b64encode(digest[: len(digest) // 2]).decode().rstrip("=")


@dataclass
class Strict:
    """``person``: claims of whoever logs in. ``lie`` changes the ID token's claims before they are signed."""

    origin: str
    algorithm: str = "RS256"
    key: Any = None
    published: list[dict[str, Any]] = field(default_factory=list)
    person: dict[str, Any] = field(default_factory=dict)
    info: dict[str, Any] | None = None
    lie: Lie | None = None
    sign: Callable[[dict[str, Any]], str] | None = None
    metadata: dict[str, Any] = field(default_factory=dict)
    iss_parameter: str | None = None
    error: str = ""
    asked: list[dict[str, str]] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)
    codes: dict[str, dict[str, str]] = field(default_factory=dict)

    def reset(self) -> None:
        fresh = Strict(self.origin)
        fresh.key = _usual_key()
        fresh.published = [public(fresh.key)]
        fresh.person = {"sub": secrets.token_hex(6), "name": "みどり", "email_verified": True}
        fresh.person["email"] = f"{secrets.token_hex(5)}@example.co.jp"
        self.__dict__.update(fresh.__dict__)

    def use(self, algorithm: str) -> None:
        self.algorithm = algorithm
        self.key = make_key(algorithm)
        self.published = [public(self.key)]

    def document(self) -> dict[str, Any]:
        return {
            "issuer": self.origin,
            "authorization_endpoint": f"{self.origin}/authorize",
            "token_endpoint": f"{self.origin}/token",
            "jwks_uri": f"{self.origin}/jwks",
            "userinfo_endpoint": f"{self.origin}/userinfo",
            "code_challenge_methods_supported": ["S256"],
            "token_endpoint_auth_methods_supported": ["client_secret_basic"],
            **self.metadata,
        }

    def authorize(self, query: dict[str, str]) -> str:
        """Where to send the browser: this provider asks nobody."""
        self.asked.append(query)
        assert query["response_type"] == "code"
        assert query["client_id"] == CLIENT_ID
        assert query["code_challenge_method"] == "S256"
        assert "openid" in query["scope"].split()
        code = secrets.token_urlsafe(16)
        self.codes[code] = query
        answer = {"error": self.error} if self.error else {"code": code}
        answer["state"] = query["state"]
        if self.iss_parameter is not None:
            answer["iss"] = self.iss_parameter
        return f"{query['redirect_uri']}?{urlencode(answer)}"

    def token(self, authorization: str, form: dict[str, str]) -> tuple[int, dict[str, Any]]:
        if not _is_client(authorization):
            return 401, {"error": "invalid_client"}
        asked = self.codes.pop(form.get("code", ""), None)
        digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).decode().rstrip("=")
        if asked is None or asked["code_challenge"] != challenge:
            return 400, {"error": "invalid_grant"}
        if asked["redirect_uri"] != form.get("redirect_uri"):
            return 400, {"error": "invalid_grant"}
        access_token = secrets.token_urlsafe(16)
        return 200, {
            "access_token": access_token,
            "token_type": "Bearer",
            "id_token": self._id_token(asked, access_token),
        }

    def _id_token(self, asked: dict[str, str], access_token: str) -> str:
        now = int(time.time())
        claims = {"iss": self.origin, "aud": CLIENT_ID, "iat": now, "exp": now + 300, "nonce": asked["nonce"]}
        claims |= {"at_hash": left_half(access_token, self.algorithm), **self.person}
        if self.lie is not None:
            self.lie(claims)
        if self.sign is not None:
            return self.sign(claims)
        header = {"alg": self.algorithm, "kid": self.key.kid}
        if self.algorithm in _EDWARDS:
            return _signed_by_edwards(header, claims, self.key)
        return jwt.encode(header, claims, self.key, algorithms=[self.algorithm])


def _is_client(authorization: str) -> bool:
    given = base64.b64decode(authorization.removeprefix("Basic ")).decode()
    return [unquote_plus(part) for part in given.split(":")] == [CLIENT_ID, CLIENT_SECRET]


def public(key: Any) -> dict[str, Any]:
    published: dict[str, Any] = key.as_dict(private=False)
    return published


def _packed(*parts: dict[str, Any]) -> str:
    encoded = (base64.urlsafe_b64encode(json.dumps(part).encode()) for part in parts)
    return ".".join(part.decode().rstrip("=") for part in encoded)


def _signed_by_edwards(header: dict[str, Any], claims: dict[str, Any], key: Any) -> str:
    """By hand: the library warns of the old name, and warnings are faults here."""
    text = _packed(header, claims)
    signature = base64.urlsafe_b64encode(key.private_key.sign(text.encode())).decode().rstrip("=")
    return f"{text}.{signature}"


def unsigned(claims: dict[str, Any]) -> str:
    """alg=none (RFC 7519 §6)."""
    return _packed({"alg": "none"}, claims) + "."


def signed_by_client_secret(claims: dict[str, Any]) -> str:
    """A symmetric signature with what client and provider share."""
    key = OctKey.import_key(CLIENT_SECRET.encode() * 2)
    return jwt.encode({"alg": "HS256"}, claims, key, algorithms=["HS256"])


class _Handler(BaseHTTPRequestHandler):
    provider: Strict

    def do_GET(self) -> None:
        place = urlsplit(self.path)
        self.provider.paths.append(place.path)
        if place.path == "/authorize":
            query = {name: values[0] for name, values in parse_qs(place.query).items()}
            self.send_response(302)
            self.send_header("location", self.provider.authorize(query))
            self.end_headers()
        elif place.path == "/jwks":
            self._json(200, {"keys": self.provider.published})
        elif place.path == "/userinfo":
            self._json(200, self.provider.info or self.provider.person)
        elif place.path == "/.well-known/openid-configuration":
            self._json(200, self.provider.document())
        else:
            self._json(404, {})

    def do_POST(self) -> None:
        self.provider.paths.append(self.path)
        body = self.rfile.read(int(self.headers["content-length"])).decode()
        form = {name: values[0] for name, values in parse_qs(body).items()}
        self._json(*self.provider.token(self.headers["authorization"] or "", form))

    def _json(self, status: int, content: dict[str, Any]) -> None:
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.end_headers()
        self.wfile.write(json.dumps(content).encode())

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        """Quiet."""


@contextmanager
def running(port: int) -> Iterator[Strict]:
    provider = Strict(f"http://127.0.0.1:{port}")
    provider.reset()
    handler = type("Handler", (_Handler,), {"provider": provider})
    server = ThreadingHTTPServer(("127.0.0.1", port), handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield provider
    server.shutdown()
    server.server_close()
    thread.join()
