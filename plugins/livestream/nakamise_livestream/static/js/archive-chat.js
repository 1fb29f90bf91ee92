/** What was said up to a moment of a recording; it is fetched piece by piece as the recording plays. */

import { ask, BROADCAST, say } from "./parts.js";

const SHOWN_MAX = 60;
const AHEAD_S = 30;

export class Replay {
  #list;
  #lines = [];
  #until_s = 0;
  #isAll = false;
  #isAsking = false;
  #shown = "";

  /** @param {HTMLElement} list */
  constructor(list) {
    this.#list = list;
  }

  /** @param {number} at_s */
  show(at_s) {
    this.#load(at_s);
    const end = this.#lines.findLastIndex((line) => line.at_s <= at_s) + 1;
    const seen = this.#lines.slice(Math.max(0, end - SHOWN_MAX), end);
    const key = `${seen[0]?.id} ${seen.at(-1)?.id}`;
    if (key === this.#shown || (!seen.length && !this.#shown)) return;
    this.#shown = key;
    this.#list.replaceChildren(...seen.map(item));
    this.#list.scrollTop = this.#list.scrollHeight;
  }

  async #load(at_s) {
    if (this.#isAll || this.#isAsking || at_s + AHEAD_S < this.#until_s) return;
    this.#isAsking = true;
    const said = await ask("GET", `${BROADCAST}/archive/comments?from_s=${this.#until_s}`).catch(() => null);
    this.#isAsking = false;
    if (!said) return;
    const known = new Set(this.#lines.map((line) => line.id));
    this.#lines.push(...said.lines.filter((line) => !known.has(line.id)));
    this.#isAll = said.until_s === null || said.until_s <= this.#until_s;
    this.#until_s = said.until_s ?? Infinity;
    this.show(at_s);
  }
}

function item(line) {
  const made = document.createElement("li");
  made.dataset.role = line.role;
  if (line.role !== "viewer") made.append(Object.assign(document.createElement("em"), { textContent: say(line.role) }));
  made.append(Object.assign(document.createElement("b"), { textContent: line.name }), ` ${line.text}`);
  return made;
}
