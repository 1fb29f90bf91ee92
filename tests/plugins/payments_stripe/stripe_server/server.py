"""HTTP: auth, keys, routes, lists, faults and signed events."""

from __future__ import annotations

import hashlib
import hmac
import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final
from urllib.parse import urlsplit

from tests.plugins.payments_stripe.stripe_server import screens
from tests.plugins.payments_stripe.stripe_server.books import Books, Json
from tests.plugins.payments_stripe.stripe_server.forms import decode
from tests.plugins.payments_stripe.stripe_server.intents import Intents
from tests.plugins.payments_stripe.stripe_server.money import Moves
from tests.plugins.payments_stripe.stripe_server.refusals import ApiError, invalid, known_only, missing

SECRET: Final = "sk_test_nakamise123"
PUBLISHABLE: Final = "pk_test_nakamise123"
SIGNING: Final = "whsec_nakamise123"
PAGED: Final = ("limit", "created", "starting_after", "ending_before", "payment_intent", "expand")
LISTS: Final = {
    "payment_intents": "payment_intent",
    "refunds": "refund",
    "transfers": "transfer",
    "disputes": "dispute",
    "balance_transactions": "balance_transaction",
    "events": "event",
    "charges": "charge",
}


FAILED: Final[Json] = {"error": {"type": "api_error", "message": "An injected fault"}}
NO_CALLER: Final[Json] = {"error": {"type": "invalid_request_error", "message": "Invalid API Key provided"}}


class LostRequest(Exception):
    """The connection ends without an answer."""


class StripeServer:
    """``faults`` are used up in order: (beginning of "POST /v1/…", what happens).

    ``lose_request`` does nothing and answers nothing, ``lose_answer`` does it and answers nothing, ``500`` and
    ``429`` and ``401`` do nothing and say so, ``500_done`` does it and says 500, ``slow:<seconds>`` waits first. As at
    Stripe a 500 is kept under its key, and the others are not.
    """

    def __init__(self, port: int) -> None:
        self.origin = f"http://127.0.0.1:{port}"
        self.lock = threading.RLock()
        self.reset()

    def reset(self) -> None:
        self.books = Books()
        self.intents = Intents(self.books, self.origin)
        self.moves = Moves(self.books, self.origin)
        self.faults: list[tuple[str, str]] = []
        self.calls: list[str] = []
        self.bodies: list[str] = []
        self._keys: dict[str, tuple[str, int, Json]] = {}
        self._at_work: set[str] = set()

    # --- one call ------------------------------------------------------------------------------------

    def answer(self, method: str, path: str, query: str, body: str, headers: Any) -> tuple[int, Json, bool]:
        """(status, object, whether the key was known). Raises LostRequest."""
        key = headers.get("Idempotency-Key") if method == "POST" else None
        with self.lock:
            if key in self._at_work:
                text = "There is currently another in-progress request using this key."
                code = "idempotency_key_in_use"
                return 409, {"error": {"type": "idempotency_error", "code": code, "message": text}}, False
            if key:
                self._at_work.add(key)
        try:
            return self._answer(method, path, query, body, headers)
        finally:
            with self.lock:
                self._at_work.discard(key)

    def _answer(self, method: str, path: str, query: str, body: str, headers: Any) -> tuple[int, Json, bool]:
        call = f"{method} {path}"
        fault = self._fault(call)
        if fault.startswith("slow:"):
            time.sleep(float(fault.partition(":")[2]))
        if fault == "lose_request":
            raise LostRequest
        if fault == "401":
            return 401, NO_CALLER, False
        if fault == "429":
            return 429, {"error": {"type": "rate_limit_error", "message": "An injected fault"}}, False
        with self.lock:
            self.calls.append(call)
            self.bodies.append(body)
            status, found, is_known = self._once(method, path, query, body, headers, fault)
        if fault == "lose_answer":
            raise LostRequest
        return status, found, is_known

    def _fault(self, call: str) -> str:
        for index, (beginning, what) in enumerate(self.faults):
            if call.startswith(beginning):
                del self.faults[index]
                return what
        return ""

    def _once(
        self, method: str, path: str, query: str, body: str, headers: Any, fault: str
    ) -> tuple[int, Json, bool]:
        """The same key and request gets the same answer; the same key and another request is refused."""
        if (refused := self._unknown_caller(path, headers)) is not None:
            return *refused, False
        key = headers.get("Idempotency-Key") if method == "POST" else None
        asked = f"{path}?{body}"
        if key in self._keys:
            before, status, found = self._keys[key]
            if before != asked:
                text = "Keys for idempotent requests can only be used with the same parameters."
                return 400, {"error": {"type": "idempotency_error", "message": text}}, False
            return status, found, True
        is_kept, status, found = True, 500, FAILED
        if fault != "500":
            is_kept, status, found = self._done(method, path, query, body)
        if fault == "500_done":
            status, found = 500, FAILED
        if key and is_kept:
            self._keys[key] = (asked, status, found)
        return status, found, False

    def _done(self, method: str, path: str, query: str, body: str) -> tuple[bool, int, Json]:
        """(whether it is kept, status, object)."""
        try:
            params = decode(query if method == "GET" else body)
            found = self._expanded(self._route(method, path, params), params.get("expand") or [])
        except ApiError as error:
            return error.is_kept, error.status, error.body
        return True, 200, json.loads(json.dumps(found))

    def forget_keys(self) -> None:
        """As Stripe does after a day."""
        self._keys.clear()

    def _unknown_caller(self, path: str, headers: Any) -> tuple[int, Json] | None:
        given = str(headers.get("Authorization", "")).removeprefix("Bearer ")
        if given == SECRET or (path == "/v1/payment_methods" and given == PUBLISHABLE):
            return None
        return 401, NO_CALLER

    def _expanded(self, found: Json, wanted: list[str]) -> Json:
        """``latest_charge.balance_transaction`` puts both objects in place of their ids; ``data.…`` in a list."""
        shown = dict(found)
        if isinstance(shown.get("data"), list):
            inside = [path.removeprefix("data.") for path in wanted]
            return shown | {"data": [self._expanded(one, inside) for one in shown["data"]]}
        for path in wanted:
            into = shown
            for name in path.split("."):
                value = into.get(name)
                if isinstance(value, str):
                    into[name] = dict(self.books.objects.get(value, {"id": value}))
                into = into.get(name) or {}
        return shown

    def _route(self, method: str, path: str, params: dict[str, Any]) -> Json:
        name, *rest = path.removeprefix("/v1/").split("/")
        if method == "GET":
            return self._read(name, rest, params)
        return self._write(name, rest, params)

    def _read(self, name: str, rest: list[str], params: dict[str, Any]) -> Json:
        if name == "balance":
            return self.books.make("balance")
        if name == "accounts" and rest:
            return self.books.get("account", rest[0])
        if name not in LISTS:
            raise missing(name, "/".join(rest))
        if name == "transfers" and rest[1:2] == ["reversals"]:
            return self._reversals(rest[0], rest[2:], params)
        return self.books.get(LISTS[name], rest[0]) if rest else _page(self.books.all(LISTS[name]), params)

    def _reversals(self, transfer_id: str, rest: list[str], params: dict[str, Any]) -> Json:
        """The list of one transfer, which knows no time, or one of it."""
        found = self.moves.reversals(self.books.get("transfer", transfer_id))
        if not rest:
            known_only(params, "limit", "starting_after", "ending_before", "expand")
            return _page(found, params)
        one = next((back for back in found if back["id"] == rest[0]), None)
        if one is None:
            raise missing("transfer_reversal", rest[0])
        return one

    def _write(self, name: str, rest: list[str], params: dict[str, Any]) -> Json:
        makers: dict[str, Callable[[dict[str, Any]], Json]] = {
            "payment_intents": self.intents.create,
            "payment_methods": self._new_card,
            "customers": self._new_customer,
            "refunds": self.moves.refund,
            "accounts": self.moves.account,
            "account_links": self.moves.link,
            "transfers": self.moves.transfer,
        }
        acts: dict[tuple[str, str], tuple[str, Callable[[Json, dict[str, Any]], Json]]] = {
            ("payment_intents", "capture"): ("payment_intent", self.intents.capture),
            ("payment_intents", "cancel"): ("payment_intent", self.intents.cancel),
            ("payment_methods", "detach"): ("payment_method", _detach),
            ("transfers", "reversals"): ("transfer", self.moves.reverse),
        }
        if not rest and name in makers:
            return makers[name](params)
        if len(rest) == 2 and (name, rest[1]) in acts:
            kind, act = acts[name, rest[1]]
            return act(self.books.get(kind, rest[0]), params)
        raise invalid(f"Unrecognized request URL (POST: /v1/{name})")

    def _new_card(self, params: dict[str, Any]) -> Json:
        card = params.get("card") or {}
        return self.intents.card(card.get("number", ""), int(card["exp_month"]), int(card["exp_year"]))

    def _new_customer(self, params: dict[str, Any]) -> Json:
        known_only(params, "metadata", "email", "name", "expand")
        return self.books.make("customer", metadata=dict(params.get("metadata") or {}))

    # --- events --------------------------------------------------------------------------------------

    def signed(self, event: Json, *, at: int | None = None, secret: str = SIGNING) -> tuple[bytes, str]:
        """Body and Stripe-Signature."""
        body = json.dumps(event, ensure_ascii=False).encode()
        stamp = int(time.time()) if at is None else at
        mac = hmac.new(secret.encode(), b"%d." % stamp + body, hashlib.sha256).hexdigest()
        return body, f"t={stamp},v1={mac}"


def _detach(method: Json, _params: dict[str, Any]) -> Json:
    method["customer"] = None
    return method


def _page(found: list[Json], params: dict[str, Any]) -> Json:
    known_only(params, *PAGED, *(("delivery_success",) if found and found[0]["object"] == "event" else ()))
    since = int((params.get("created") or {}).get("gte", 0))
    rows = [one for one in found if one["created"] >= since]
    if "delivery_success" in params:
        wanted = params["delivery_success"] == "true"
        rows = [one for one in rows if (one["pending_webhooks"] == 0) is wanted]
    if after := params.get("starting_after"):
        ids = [one["id"] for one in rows]
        if after not in ids:
            raise missing("object", after)
        rows = rows[ids.index(after) + 1 :]
    limit = int(params.get("limit", 10))
    if not 1 <= limit <= 100:
        raise invalid("limit is 1 to 100", param="limit")
    return {"object": "list", "data": rows[:limit], "has_more": len(rows) > limit, "url": ""}


def _handler(server: StripeServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            self._serve("GET")

        def do_POST(self) -> None:
            self._serve("POST")

        def _serve(self, method: str) -> None:
            parts = urlsplit(self.path)
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
            if not parts.path.startswith("/v1/"):
                status, kind, text, where = screens.screen(server, method, parts.path, body)
                self._send(status, kind, text.encode(), **({"Location": where} if where else {}))
                return
            try:
                status, found, is_known = server.answer(method, parts.path, parts.query, body, self.headers)
            except LostRequest:
                self.close_connection = True
                return
            more = {"Idempotent-Replayed": "true"} if is_known else {}
            self._send(status, "application/json", json.dumps(found).encode(), **more)

        def _send(self, status: int, kind: str, body: bytes, **more: str) -> None:
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.send_header("Request-Id", "req_test")
            for name, value in more.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name of the base class
            """Quiet."""

    return Handler


@contextmanager
def running(port: int) -> Iterator[StripeServer]:
    """On 127.0.0.1 until the block ends."""
    server = StripeServer(port)
    http = ThreadingHTTPServer(("127.0.0.1", port), _handler(server))
    thread = threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        http.shutdown()
        http.server_close()
