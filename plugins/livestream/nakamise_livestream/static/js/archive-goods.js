/** What is sold beside a recording, at today's prices and stocks. */

import { all, facts, one } from "./parts.js";

const EVERY_MS = 30_000;
let goods = facts.goods;
let onNews = () => {};

/** @param {() => void} changed called when prices and stocks were asked anew */
export function start(changed) {
  onNews = changed;
  setInterval(() => document.hidden || refresh(), EVERY_MS);
  document.addEventListener("visibilitychange", () => document.hidden || refresh());
}

/** @param {string} id */
export const find = (id) => goods.find((good) => good.id === id);

async function refresh() {
  const answer = await fetch(`/livestream/${facts.id}/archive/goods`, { headers: { accept: "application/json" } }).catch(() => null);
  if (!answer?.ok) return;
  goods = await answer.json();
  for (const item of all("[data-good]")) draw(item, find(item.dataset.good));
  onNews();
}

function draw(item, good) {
  item.dataset.kind = good?.kind ?? "out";
  for (const button of all("[data-quick]", item)) button.disabled = item.dataset.kind === "out";
  if (good) for (const place of all("[data-f]", item)) place.textContent = good[place.dataset.f];
  one("[data-f=stock]", item).dataset.kind = item.dataset.kind;
}
