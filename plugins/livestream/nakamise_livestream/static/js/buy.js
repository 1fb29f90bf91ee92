/**
 * The sheet in which a product is bought over the picture, of a broadcast or of a recording: what the shop says of it, its options, its stock.
 * The shop's own cart takes it; the order and its conditions are confirmed at the shop's checkout.
 */

import { open } from "ui/dialog";
import { toast } from "ui/toast";
import { add, NotAdded, note, tell } from "./cart.js";
import { all, one, roll, say, yen } from "./parts.js";

/** Whose address is known sees the whole order and its conditions there; nothing is ordered before that. */
const CONFIRM = "/shop/checkout/now";
const sheet = one("[data-sheet]");
const form = one("[data-buy]");
let product = null;
let shownId = "";
/** @type {{find: (id: string) => any, go: (url: string) => void}} */
let page;

/** @param {{find: (id: string) => any, go: (url: string) => void}} around what is sold here, and where the checkout opens */
export function start(around) {
  page = around;
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-buy-id]");
    if (!button) return;
    if (button.dataset.quick) quick(button);
    else show(button.dataset.buyId);
  });
  document.addEventListener("pointerdown", (event) => {
    const good = page.find(event.target.closest("[data-buy-id]")?.dataset.buyId);
    if (good) load(good);
  });
  form.addEventListener("change", draw);
  form.addEventListener("input", draw);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    send(event.submitter);
  });
}

/** Prices or stocks are others now. */
export function refresh() {
  if (sheet.open) show(shownId);
}

const loading = new Map();

/** What the shop says of it, asked once for a tap: the finger's way down is time enough. */
function load(good) {
  const found = loading.get(good.id);
  if (found) return found;
  const asked = fetch(`/api/shop/products/${encodeURIComponent(good.slug)}`, { headers: { "accept-language": document.documentElement.lang } })
    .then((answer) => (answer.ok ? answer.json() : null))
    .catch(() => null);
  loading.set(good.id, asked);
  setTimeout(() => loading.delete(good.id), 2000);
  return asked;
}

/** One tap where there is nothing to choose; otherwise the sheet asks. */
async function quick(button) {
  const good = page.find(button.dataset.buyId);
  if (!good || button.hasAttribute("aria-busy")) return;
  button.setAttribute("aria-busy", "true");
  const found = await load(good);
  button.removeAttribute("aria-busy");
  if (!found || found.variants.length !== 1) return show(good.id);
  try {
    await put(good, found.variants[0].id, 1, button.dataset.quick);
  } catch (error) {
    if (!(error instanceof NotAdded)) throw error;
    toast(error.message);
  }
}

async function put(good, variant, quantity, then) {
  await add(good, variant, quantity);
  if (sheet.open) sheet.close();
  if (then === "checkout") page.go(CONFIRM);
  else tell(variant, quantity);
}

async function show(id) {
  const good = page.find(id);
  if (!good) return;
  const isSame = shownId === id && sheet.open;
  shownId = id;
  if (!isSame) note(id, "open");
  if (!isSame) preview(good);
  open(sheet);
  const found = await load(good);
  if (shownId !== id) return;
  product = found;
  if (!isSame) options();
  draw();
}

/** What is known already stands there at once. */
function preview(good) {
  product = null;
  one("[data-sheet-name]").textContent = good.name;
  one("[data-sheet-price]").textContent = good.price;
  one("[data-sheet-was]").textContent = good.was;
  one("[data-sheet-more]").href = good.path;
  stock(good.stock, good.kind);
  const picture = one("[data-sheet-picture]");
  picture.hidden = !good.picture;
  if (good.picture) picture.src = good.picture;
  one("[data-sheet-options]").replaceChildren();
  one("[data-sheet-said]").replaceChildren();
  one("[data-sheet-shipping]").textContent = "";
  const total = one("[data-sheet-total]");
  total.textContent = "";
  delete total.dataset.value;
  form.elements.quantity.value = "1";
  for (const button of all("[data-act]")) button.disabled = true;
}

function options() {
  if (!product) return;
  const first = product.variants.find((one) => one.available > 0) ?? product.variants[0];
  one("[data-sheet-options]").replaceChildren(...product.options.map((option, at) => fieldset(option, at, first)));
  one("[data-sheet-shipping]").textContent = product.shipping;
}

function fieldset(option, at, first) {
  const set = document.createElement("fieldset");
  set.className = "n-field";
  const legend = Object.assign(document.createElement("legend"), { className: "n-label", textContent: option.name });
  const box = Object.assign(document.createElement("div"), { className: "n-options" });
  box.append(...option.values.map((value) => choice(value, at, first?.option_values[at] === value.key)));
  set.append(legend, box);
  return set;
}

function choice(value, at, isChosen) {
  const label = document.createElement("label");
  const input = Object.assign(document.createElement("input"), { type: "radio", name: `o${at}`, value: value.key });
  input.defaultChecked = input.checked = isChosen;
  label.append(input, Object.assign(document.createElement("span"), { textContent: value.label }));
  return label;
}

/** What nobody can have in any combination is struck out, and says why when it is read aloud. */
function strike() {
  for (const input of all("[data-sheet-options] input")) {
    const at = Number(input.name.slice(1));
    const isLeft = product.variants.some((variant) => variant.available > 0 && variant.option_values[at] === input.value);
    input.nextElementSibling.toggleAttribute("data-out", !isLeft);
    if (isLeft) input.removeAttribute("aria-description");
    else input.setAttribute("aria-description", say("stock_out"));
  }
}

function chosen() {
  const values = product.options.map((_, at) => new FormData(form).get(`o${at}`));
  return product.variants.find((variant) => values.every((value, at) => variant.option_values[at] === value));
}

function draw() {
  if (!product) return;
  strike();
  const variant = chosen();
  const most = Math.min(variant?.available ?? 0, product.per_order_limit ?? Infinity);
  const amount = form.elements.quantity;
  amount.max = String(Math.max(1, most));
  if (Number(amount.value) > Number(amount.max)) amount.value = amount.max;
  if (variant) {
    one("[data-sheet-price]").textContent = yen(variant.price);
    one("[data-sheet-was]").textContent = variant.compare_at ? yen(variant.compare_at) : "";
    roll(one("[data-sheet-total]"), variant.price * Number(amount.value || 1), yen);
  }
  if (!variant) stock(say("none"), "out");
  else if (variant.available <= 0) stock(say("stock_out"), "out");
  else if (variant.available < 10) stock(say("stock_left", { n: variant.available }), "low");
  else stock(say("stock_in"), "ok");
  for (const button of all("[data-act]")) button.disabled = most < 1;
}

function stock(text, kind) {
  const place = one("[data-sheet-stock]");
  place.textContent = text;
  place.dataset.kind = kind;
}

async function send(button) {
  const variant = product && chosen();
  const good = page.find(shownId);
  if (!variant || !good || button?.hasAttribute("aria-busy")) return;
  button?.setAttribute("aria-busy", "true");
  try {
    await put(good, variant.id, Number(form.elements.quantity.value || 1), button?.value ?? "stay");
  } catch (error) {
    if (!(error instanceof NotAdded)) throw error;
    refuse(error.message);
  }
  button?.removeAttribute("aria-busy");
}

function refuse(text) {
  const said = Object.assign(document.createElement("p"), { className: "n-error", role: "alert", textContent: text });
  one("[data-sheet-said]").replaceChildren(said);
}
