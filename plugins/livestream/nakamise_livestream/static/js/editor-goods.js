/** The products of a broadcast: found, put in order, taken out. Every change is saved at once. */

import { ask, facts, one, Refused, say, STUDIO, yen } from "./parts.js";

const WAIT_MS = 250;
const list = one("[data-chosen]");
let chosen = facts.goods.map(({ id, name }) => ({ id, name }));
let found = [];
let timer = 0;
let told = (_goods) => {};

/** @param {(goods: {id: string, name: string}[]) => void} listener hears what is chosen now */
export function start(listener) {
  told = listener;
  told(chosen);
  if (!list) return;
  one("[data-find]").addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(search, WAIT_MS);
  });
  draw();
  search();
}

async function search() {
  const query = one("[data-find]").value.trim();
  found = await ask("GET", `/studio/offers?q=${encodeURIComponent(query)}`).catch(() => []);
  if (query === one("[data-find]").value.trim()) draw();
}

async function set(wanted) {
  const before = chosen;
  chosen = wanted;
  draw();
  try {
    await ask("PUT", `${STUDIO}/products`, { product_ids: chosen.map(({ id }) => id) });
    one("[data-goods-said]").textContent = say("saved");
    told(chosen);
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    one("[data-goods-said]").textContent = error.message;
    chosen = before;
    draw();
  }
}

function draw() {
  list.replaceChildren(...(chosen.length ? chosen.map(line) : [hint("none_chosen")]));
  const others = found.filter(({ id }) => !chosen.some((good) => good.id === id));
  const items = others.map((good) => {
    const item = row(`${good.name} ${yen(good.min_price)}`);
    item.append(button("add", good.name, () => set([...chosen, { id: good.id, name: good.name }])));
    return item;
  });
  one("[data-found]").replaceChildren(...(items.length ? items : [hint("none_found")]));
}

function line(good, at) {
  const item = row(`${at + 1}. ${good.name}`);
  item.append(...moves(chosen, at, good.name, set));
  return item;
}

/** Buttons that move an item of a list, or take it out. `change` gets the new list. */
export function moves(items, at, name, change) {
  const to = (place) => {
    const next = items.toSpliced(at, 1);
    next.splice(place, 0, items[at]);
    change(next);
  };
  return [
    button("up", name, () => to(at - 1), at === 0),
    button("down", name, () => to(at + 1), at === items.length - 1),
    button("remove", name, () => change(items.toSpliced(at, 1))),
  ];
}

function button(word, name, act, isOff = false) {
  const made = Object.assign(document.createElement("button"), { type: "button", className: "n-btn n-btn--sm", textContent: say(word), disabled: isOff });
  made.setAttribute("aria-label", `${say(word)}: ${name}`);
  made.addEventListener("click", act);
  return made;
}

function row(text) {
  const item = document.createElement("li");
  item.append(Object.assign(document.createElement("b"), { textContent: text }));
  return item;
}

const hint = (word) => Object.assign(document.createElement("li"), { className: "n-muted", textContent: say(word) });
