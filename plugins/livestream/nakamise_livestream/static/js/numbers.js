/** The host's numbers: asked every few seconds while somebody looks; the room tells viewers in between. */

import { ask, facts, here, lang, number, one, say, STUDIO, yen } from "./parts.js";

const EVERY_MS = 8000;
const panel = one("[data-numbers]");
const names = new Map(facts.goods.map((good) => [good.id, `${good.number}. ${good.name}`]));
const percent = new Intl.NumberFormat(lang, { style: "percent", maximumFractionDigits: 1 });
let timer = 0;
let hearts = 0;
let isOver = facts.is_over;
let heard = (_numbers) => {};

/** @param {(numbers: any) => void} listener gets what every answer says */
export function start(listener) {
  heard = listener;
  draw(facts.numbers);
  here.on("presence", (seen) => ["now", "peak", "unique"].forEach((name) => figure(name, number(seen[name]))));
  here.on("reactions", ({ heart = 0 }) => figure("hearts", number((hearts += heart))));
  document.addEventListener("visibilitychange", () => document.hidden || refresh());
  for (const name of ["online", "offline"]) addEventListener(name, () => refresh());
  here.on("connection", () => refresh());
  again();
}

/** At once; the last time when it is over. */
export async function refresh(over = isOver) {
  isOver = over === true;
  clearTimeout(timer);
  const found = await ask("GET", `${STUDIO}/numbers`).catch(() => null);
  const note = one("[data-numbers-away]");
  note.hidden = found !== null;
  panel.toggleAttribute("data-away", found === null);
  if (found) draw(found);
  again();
}

function again() {
  clearTimeout(timer);
  if (!isOver && !document.hidden) timer = setTimeout(refresh, EVERY_MS);
}

export const figure = (name, text) => (one(`[data-n=${name}]`).textContent = text);

function draw(found) {
  figure("now", number(found.viewers_now));
  figure("peak", number(found.viewers_peak));
  figure("unique", number(found.viewers_total));
  figure("pace", number(found.comments_minute));
  figure("comments", number(found.comments));
  for (const name of ["clicks", "adds", "orders", "units"]) figure(name, number(found[name]));
  figure("sales", yen(found.sales));
  figure("cvr", percent.format(found.conversion_bp / 10_000));
  one("[data-sold]").replaceChildren(...found.products.map(row));
  one("[data-sold-table]").hidden = found.products.length === 0;
  one("[data-sold-none]").hidden = found.products.length > 0;
  heard(found);
}

function row(product) {
  const line = document.createElement("tr");
  const name = Object.assign(document.createElement("th"), { scope: "row", textContent: names.get(product.product_id) ?? say("off_list") });
  const cells = [number(product.clicks), number(product.adds), number(product.orders), number(product.units), yen(product.sales)];
  line.append(name, ...cells.map((text) => Object.assign(document.createElement("td"), { className: "is-num n-num", textContent: text })));
  return line;
}
