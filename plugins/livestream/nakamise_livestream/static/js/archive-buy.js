/** Buying beside a recording: today's prices and stocks, one tap into the cart where there is nothing to choose. */

import { toast } from "ui/toast";
import { all, ask, BROADCAST, facts, one, say } from "./parts.js";

const EVERY_MS = 30_000;
const HEADERS = { "HX-Request": "true", "HX-Request-Type": "partial" };

export class Buying {
  #goods;

  /** @param {any[]} goods */
  constructor(goods) {
    this.#goods = goods;
  }

  start() {
    for (const item of all("[data-good]")) one("[data-buy]", item).addEventListener("click", (event) => this.#buy(item, event.currentTarget));
    setInterval(() => document.hidden || this.#refresh(), EVERY_MS);
    document.addEventListener("visibilitychange", () => document.hidden || this.#refresh());
  }

  async #refresh() {
    const answer = await fetch(`/livestream/${facts.id}/archive/goods`, { headers: { accept: "application/json" } }).catch(() => null);
    if (!answer?.ok) return;
    this.#goods = await answer.json();
    for (const item of all("[data-good]")) draw(item, this.#goods.find((good) => good.id === item.dataset.good));
  }

  async #buy(item, button) {
    const good = this.#goods.find((each) => each.id === item.dataset.good);
    ask("POST", `${BROADCAST}/interest`, { product_id: good.id, act: "add" }).catch(() => null);
    button.setAttribute("aria-busy", "true");
    const answer = await fetch(`/api/shop/products/${encodeURIComponent(good.slug)}`).catch(() => null);
    const product = answer?.ok ? await answer.json() : null;
    button.removeAttribute("aria-busy");
    if (product?.variants.length !== 1) return location.assign(good.path);
    await add(product.variants[0].id);
    await this.#refresh();
  }
}

function draw(item, good) {
  item.dataset.kind = good?.kind ?? "out";
  one("[data-buy]", item).disabled = item.dataset.kind === "out";
  if (good) for (const place of all("[data-f]", item)) place.textContent = good[place.dataset.f];
}

async function add(variant) {
  const body = new URLSearchParams({ variant, quantity: "1", then: "stay" });
  const answer = await fetch("/shop/cart/add", { method: "POST", headers: HEADERS, body }).catch(() => null);
  const page = new DOMParser().parseFromString((await answer?.text()) ?? "", "text/html");
  if (!answer?.ok) return toast(one("[role=alert] p", page)?.textContent ?? say("failed"));
  const badge = page.getElementById("shop-badge");
  badge?.removeAttribute("hx-swap-oob");
  if (badge) one("#shop-badge")?.replaceWith(document.importNode(badge, true));
  toast(say("bag"));
}
