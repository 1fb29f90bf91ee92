"""Somebody else's idea of Stripe, as a process of its own: our client, our reading of its answers, its signature.

It knows neither our parameters of a whole charge nor idempotency keys, so what is asked is what it reaches.
"""

from __future__ import annotations

import http.server
import os
import queue
import subprocess
import sys
import threading
import time
import urllib.parse
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from nakamise.building import build_runtime, close_runtime
from nakamise.contracts.payments import ChargeState
from nakamise.errors import BadRequest
from nakamise.money import Money
from nakamise.settings import Settings
from nakamise.testing.clock import SteeredClock
from nakamise.testing.fakes import FakingHost
from nakamise.testing.server import free_port
from nakamise_payments_stripe import inbox, reading
from nakamise_payments_stripe.calls import Calls, Refused
from tests.plugins.payments_stripe.counter import Counter

SIGNING = "whsec_localstripe1"


@pytest.fixture
def localstripe(tmp_path: Path) -> Iterator[str]:
    """Its address."""
    port = free_port()
    command = [str(Path(sys.executable).parent / "localstripe"), "--port", str(port), "--from-scratch"]
    environment = {**os.environ, "TMPDIR": str(tmp_path)}
    with (tmp_path / "log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log, env=environment)
    try:
        _wait(process, port, tmp_path / "log")
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(10)


def _wait(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    until = time.monotonic() + 30
    while time.monotonic() < until and process.poll() is None:
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/js.stripe.com/v3/", timeout=2).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise AssertionError(log.read_text())


@pytest.fixture
def mailbox() -> Iterator[tuple[str, queue.Queue[tuple[bytes, str]]]]:
    """An address for webhooks, and what came there: (body, signature)."""
    came: queue.Queue[tuple[bytes, str]] = queue.Queue()

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            came.put((body, self.headers.get("Stripe-Signature", "")))
            self.send_response(200)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name of the base class
            """Quiet."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/", came
    server.shutdown()
    server.server_close()


@pytest.mark.req("CL-30")
async def test_a_charge_its_refund_and_its_webhook(
    counter: Counter,
    settings: Settings,
    host: FakingHost,
    steered_clock: SteeredClock,
    localstripe: str,
    mailbox: tuple[str, queue.Queue[tuple[bytes, str]]],
) -> None:
    address, came = mailbox
    body = urllib.parse.urlencode({"url": address, "secret": SIGNING}).encode()
    urllib.request.urlopen(f"{localstripe}/_config/webhooks/nakamise", body, timeout=10).close()
    own = msgspec.structs.replace(settings, egress_allow=(localstripe.removeprefix("http://"),))
    runtime = await build_runtime(own, host=host, clock=steered_clock)
    there = Counter(runtime, counter.app, counter.tenant, counter.stripe)
    try:
        await there.configure(api_url=localstripe, webhook_secret=SIGNING)
        calls = Calls(there.ctx)
        card = {"number": "4242424242424242", "exp_month": 12, "exp_year": 2030, "cvc": "123"}
        method = await calls.post("/v1/payment_methods", "m", type="card", card=card)
        intent = await calls.post(
            "/v1/payment_intents", "i", amount=1200, currency="jpy", payment_method=method["id"], confirm=True
        )
        # It leaves out what Stripe always says; everything else is read as it stands.
        charged = reading.intent({**intent, "amount_received": intent["amount"]})
        assert (charged.state, charged.amount) == (ChargeState.SUCCEEDED, Money(1200, "JPY"))
        back = await calls.post("/v1/refunds", "r", payment_intent=intent["id"], amount=500)
        refunded = reading.refund(back)
        assert (refunded.state, refunded.amount) == (ChargeState.SUCCEEDED, Money(500, "JPY"))
        with pytest.raises(Refused):
            await calls.get("/v1/payment_intents/pi_unknown")
        event_body, signature = await _event(came, "payment_intent.succeeded")
        event = inbox.verified(there.ctx, event_body, signature)
        assert (event.type, event.data.object.id) == ("payment_intent.succeeded", intent["id"])
        with pytest.raises(BadRequest):
            inbox.verified(there.ctx, event_body + b" ", signature)
    finally:
        await counter.configure()
        await close_runtime(runtime)


async def _event(came: queue.Queue[tuple[bytes, str]], type_: str) -> tuple[bytes, str]:
    until = time.monotonic() + 20
    while time.monotonic() < until:
        body, signature = came.get(timeout=20)
        if msgspec.json.decode(body)["type"] == type_:
            return body, signature
    raise AssertionError(f"no {type_}")
