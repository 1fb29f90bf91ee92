/** The products of a broadcast: the list, the one that is shown now, and how prices and stocks change meanwhile. */

import { all, facts, here, isCalm, one, say } from "./parts.js";

let goods = facts.goods ?? [];
let pinned = facts.pinned_id;

export function start() {
  here.on("pinned", ({ product_id: id }) => ((pinned = id), swap(true)));
  here.on("goods", (news) => ((goods = news.goods), swap(false)));
  for (const opener of all("[data-open-goods]")) opener.addEventListener("click", openList);
}

export const find = (id) => goods.find((good) => good.id === id);

function openList() {
  const panel = one("[data-goods]");
  if (getComputedStyle(panel).position === "fixed") panel.showPopover();
  else one("[data-rail] button")?.focus();
}

function swap(isNew) {
  const change = () => (drawList(), drawPin(isNew));
  if (isNew && document.startViewTransition && !isCalm.matches && !document.hidden) document.startViewTransition(change);
  else change();
}

function drawList() {
  const panel = one("[data-goods]");
  panel.hidden = goods.length === 0;
  for (const place of all("[data-goods-count]")) place.textContent = String(goods.length);
  const rail = one("[data-rail]");
  const old = new Map(all("[data-buy-id]", rail).map((button) => [button.dataset.buyId, button]));
  rail.replaceChildren(
    ...goods.map((good) => {
      const item = document.createElement("li");
      const button = old.get(good.id) ?? made("livestream-good");
      fill(button, good);
      button.toggleAttribute("data-pinned", good.id === pinned);
      item.append(button);
      return item;
    }),
  );
}

function drawPin(isNew) {
  const box = one("[data-pinbox]");
  const good = find(pinned);
  if (!good) return box.replaceChildren();
  const card = (!isNew && one(".livestream-pin", box)) || made("livestream-pin");
  fill(card, good);
  if (!card.isConnected) box.replaceChildren(card);
}

/** @param {string} template */
function made(template) {
  return /** @type {HTMLTemplateElement} */ (document.getElementById(template)).content.firstElementChild.cloneNode(true);
}

/** @param {HTMLElement} card with one button or several */
function fill(card, good) {
  for (const button of [card, ...all("button", card)]) if (button.matches("button")) button.dataset.buyId = good.id;
  card.dataset.kind = good.kind;
  for (const place of all("[data-f]", card)) {
    const name = place.dataset.f;
    if (name === "picture") picture(place, good);
    else if (name === "ends_at") countdown(place, good);
    else if (place.textContent !== String(good[name])) place.textContent = good[name];
    if (name === "stock") place.dataset.kind = good.kind;
  }
  for (const button of all("[data-quick]", card)) button.disabled = good.kind === "out";
  one(".n-price", card)?.classList.toggle("n-price--sale", Boolean(good.was));
}

/** The page's countdown writes the words. */
function countdown(place, good) {
  place.dataset.countdown = good.ends_at ?? "";
  place.hidden = !good.ends_at;
  if (!good.ends_at) place.textContent = "";
}

function picture(place, good) {
  place.hidden = !good.picture;
  if (good.picture && !place.src.endsWith(good.picture)) place.src = good.picture;
}

/** For the end: what was shown last, then the rest of what can be bought. @param {number} most */
export function best(most) {
  const kept = goods.filter((good) => good.kind !== "out");
  return kept.sort((one, two) => (two.id === pinned) - (one.id === pinned)).slice(0, most);
}

export function cardOf(good) {
  const card = made("livestream-good");
  fill(card, good);
  return card;
}
