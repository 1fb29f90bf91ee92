"""What browsers see of Stripe: the stand-in element, the bank's page, the voucher and a seller's setup."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from urllib.parse import parse_qsl

if TYPE_CHECKING:
    from tests.plugins.payments_stripe.stripe_server.server import StripeServer

Screen = tuple[int, str, str, str]
# The card is typed into a frame of this server's, as into Stripe's own: the shop's page cannot read it.
SCRIPT: Final = """
window.Stripe = (key) => ({
  elements: () => ({
    create: () => {
      const frame = document.createElement("iframe");
      frame.src = "ORIGIN/element?key=" + key;
      frame.title = "Card";
      return { mount: (place) => place.append(frame), on: () => {}, frame };
    },
  }),
  createPaymentMethod: ({ card }) => new Promise((resolve) => {
    addEventListener("message", function hear(event) {
      if (event.origin !== "ORIGIN") return;
      removeEventListener("message", hear);
      resolve(event.data);
    });
    card.frame.contentWindow.postMessage("exchange", "*");
  }),
});
"""
ELEMENT: Final = """<!doctype html><title>Card</title>
<label>Card number <input id="number" inputmode="numeric"></label>
<label>Expiry <input id="expiry" size="5"></label><label>CVC <input id="cvc" size="4"></label>
<script>
addEventListener("message", async (event) => {
  const value = (id) => document.getElementById(id).value.replace(/\\s/g, "");
  const [month, year] = value("expiry").split("/");
  const body = new URLSearchParams({ type: "card", "card[number]": value("number"), "card[exp_month]": month,
    "card[exp_year]": "20" + year, "card[cvc]": value("cvc") });
  const key = new URLSearchParams(location.search).get("key");
  const answer = await fetch("/v1/payment_methods", { method: "POST", body, headers: { authorization: "Bearer " + key } });
  const found = await answer.json();
  event.source.postMessage(answer.ok ? { paymentMethod: { id: found.id } } : { error: found.error }, event.origin);
});
</script>
"""
BANK: Final = """<!doctype html><title>TITLE</title><h1>TITLE</h1>
<form method="post"><button name="outcome" value="confirm">Confirm</button>
<button name="outcome" value="fail">Fail</button></form>
"""
# Where buyers confirm a payment, by the page's name.
WHERE: Final = {"3ds": "3-D Secure", "paypay": "PayPay"}


def screen(server: StripeServer, method: str, path: str, body: str) -> Screen:
    """(status, content type, text, location)."""
    name, _, object_id = path.strip("/").partition("/")
    if name == "v3":
        return 200, "text/javascript", SCRIPT.replace("ORIGIN", server.origin), ""
    if name == "element":
        return 200, "text/html", ELEMENT, ""
    found = server.books.objects.get(object_id)
    if found is None:
        return 404, "text/plain", "There is no such page.", ""
    if name in WHERE:
        return _bank(server, method, body, object_id, WHERE[name])
    if name == "konbini":
        code = found["next_action"]["konbini_display_details"]["stores"]["lawson"]["payment_code"]
        return 200, "text/html", f"<!doctype html><title>Voucher</title><h1>Voucher</h1><p>{code}</p>", ""
    return 200, "text/html", "<!doctype html><title>Setup</title><h1>Setup</h1>", ""


def _bank(server: StripeServer, method: str, body: str, object_id: str, title: str) -> Screen:
    intent = server.books.objects[object_id]
    if method == "GET":
        return 200, "text/html", BANK.replace("TITLE", title), ""
    with server.lock:
        back = (intent["next_action"] or {}).get("redirect_to_url", {}).get("return_url", "/")
        if intent["status"] == "requires_action":
            if dict(parse_qsl(body)).get("outcome") == "confirm":
                server.intents.take(intent)
            else:
                server.intents.fail(intent, "payment_intent_authentication_failure")
    return 303, "text/plain", "", back
