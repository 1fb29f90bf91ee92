/** Putting something into the shop's cart, and taking it out again, without leaving the picture; and the badge that counts it. */

import { toast } from "ui/toast";
import { ask, BROADCAST, one, say } from "./parts.js";

const HEADERS = { "HX-Request": "true", "HX-Request-Type": "partial" };

/** What the shop refused, in the reader's language. */
export class NotAdded extends Error {}

/** Counts for the host; a number that is missing hurts nobody. @param {string} id @param {"open" | "add"} act */
export function note(id, act) {
  return ask("POST", `${BROADCAST}/interest`, { product_id: id, act }).catch(() => null);
}

/**
 * @param {{id: string}} good
 * @param {string} variant
 * @param {number} quantity
 * @returns {Promise<void>} raises NotAdded
 */
export async function add(good, variant, quantity) {
  // Before the order: whoever buys at once is counted too.
  const noted = note(good.id, "add");
  const page = await post("/shop/cart/add", { variant, quantity: String(quantity), then: "stay" });
  await noted;
  badge(page);
  navigator.vibrate?.(10);
}

/** @param {string} variant @param {number} quantity that was added last */
export function tell(variant, quantity) {
  toast(say("bag"), { label: say("undo"), action: () => undo(variant, quantity).catch((error) => toast(error.message)) });
}

/** What was in the cart before stays in it. */
async function undo(variant, quantity) {
  const answer = await fetch("/shop/cart", { headers: HEADERS }).catch(() => null);
  const cart = parsed((await answer?.text()) ?? "");
  const line = one(`form[action="/shop/cart/update"] input[name="variant"][value="${CSS.escape(variant)}"]`, cart);
  const has = Number(line?.form.elements.quantity.value ?? 0);
  badge(await post("/shop/cart/update", { variant, quantity: String(Math.max(0, has - quantity)) }));
}

async function post(path, fields) {
  const answer = await fetch(path, { method: "POST", headers: HEADERS, body: new URLSearchParams(fields) }).catch(() => null);
  const page = parsed((await answer?.text()) ?? "");
  if (answer?.ok) return page;
  throw new NotAdded(one("[role=alert] p", page)?.textContent ?? say("failed"));
}

const parsed = (text) => new DOMParser().parseFromString(text, "text/html");

/** The cart's badge as another page draws it. @param {Document} page */
export function badge(page) {
  const fresh = page.getElementById("shop-badge");
  const here = one("#shop-badge");
  if (!fresh || !here) return;
  const copy = document.importNode(fresh, true);
  copy.removeAttribute("hx-swap-oob");
  here.replaceWith(copy);
}
