/** The run-sheet as a form; it goes to the server whole. */

import { all, ask, facts, number, one, Refused, say, STUDIO } from "./parts.js";
import { moves } from "./editor-goods.js";

const list = one("[data-sheet-items]");
const EMPTY = { id: null, title: "", minutes: 5, product_id: null, points: "", coupon: "" };
let items = facts.run.map(({ is_current: _now, ...item }) => item);
let goods = [];
let isSaved = true;

export function start() {
  one("[data-sheet-add]").addEventListener("click", () => {
    change([...items, { ...EMPTY }]);
    one("[data-k=title]", list.lastElementChild).focus();
  });
  one("[data-sheet-save]").addEventListener("click", save);
  list.addEventListener("input", typed);
  addEventListener("beforeunload", (event) => !isSaved && event.preventDefault());
  draw();
}

/** @param {{id: string, name: string}[]} chosen what an item can show */
export function offer(chosen) {
  goods = chosen;
  draw();
}

function change(wanted) {
  items = wanted;
  mark(false);
  draw();
}

function mark(saved) {
  isSaved = saved;
  one("[data-sheet-said]").textContent = saved ? "" : say("unsaved");
}

function typed(event) {
  const key = event.target.dataset.k;
  const item = items[[...list.children].indexOf(event.target.closest("li"))];
  if (!key || !item) return;
  item[key] = key === "minutes" ? Number(event.target.value) : event.target.value || (key === "product_id" ? null : "");
  mark(false);
  sum();
}

function draw() {
  list.replaceChildren(...items.map(drawn));
  sum();
}

function sum() {
  one("[data-sheet-sum]").textContent = items.length ? say("sum", { n: number(items.reduce((all, { minutes }) => all + minutes, 0)) }) : "";
}

function drawn(item, at) {
  const made = one("[data-sheet-item]").content.firstElementChild.cloneNode(true);
  const select = one("[data-k=product_id]", made);
  select?.append(new Option(say("no_product"), ""), ...goods.map(({ id, name }) => new Option(name, id)));
  for (const field of all("[data-k]", made)) field.value = item[field.dataset.k] ?? "";
  one("[data-moves]", made).append(...moves(items, at, item.title || String(at + 1), change));
  return made;
}

async function save() {
  const place = one("[data-sheet-said]");
  try {
    const kept = await ask("PUT", `${STUDIO}/run-sheet`, { items });
    items = kept.map(({ is_current: _now, ...item }) => item);
    mark(true);
    draw();
    place.textContent = say("saved");
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    place.textContent = error.message;
  }
}
