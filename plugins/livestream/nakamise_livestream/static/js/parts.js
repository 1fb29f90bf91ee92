/** What the modules of a broadcast's page share: its facts, its words, its room, and asking the server. */

import { room } from "ui/room";

const read = (id) => JSON.parse(document.getElementById(id)?.textContent ?? "{}");

/** @type {Record<string, any>} */
export const facts = read("livestream-facts");
/** @type {Record<string, string>} */
const words = read("livestream-words");
export const lang = document.documentElement.lang;
export const here = room("livestream.broadcast", facts.id, { since: facts.cursor });
export const isCalm = matchMedia("(prefers-reduced-motion: reduce)");
// What the server's clock is ahead of this one.
export const skew_ms = facts.now_ms - Date.now();

/**
 * @param {string} name
 * @param {Record<string, string | number>} [values]
 */
export function say(name, values = {}) {
  return (words[name] ?? name).replace(/\{(\w+)\}/g, (_, key) => String(values[key] ?? ""));
}

/** @param {string} query @param {ParentNode} [root] @returns {any} */
export const one = (query, root = document) => root.querySelector(query);
/** @param {string} query @param {ParentNode} [root] @returns {any[]} */
export const all = (query, root = document) => [...root.querySelectorAll(query)];

export const number = (value) => new Intl.NumberFormat(lang).format(value);
export const yen = (value) => `¥${new Intl.NumberFormat("en").format(value)}`;

const ROLL_MS = 350;

/**
 * A number goes up or down to its new value instead of jumping.
 * @param {HTMLElement} place
 * @param {number} value
 * @param {(value: number) => string} [worded]
 */
export function roll(place, value, worded = number) {
  const from = Number(place.dataset.value ?? NaN);
  place.dataset.value = String(value);
  if (!Number.isFinite(from) || from === value || isCalm.matches || document.hidden) {
    place.textContent = worded(value);
    return;
  }
  const start = performance.now();
  const step = (now) => {
    if (place.dataset.value !== String(value)) return;
    const part = Math.min(1, (now - start) / ROLL_MS);
    place.textContent = worded(Math.round(from + (value - from) * (1 - (1 - part) ** 3)));
    if (part < 1) requestAnimationFrame(step);
  };
  requestAnimationFrame(step);
}

const clock = new Intl.DateTimeFormat("ja-JP", { hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone: facts.zone ?? "Asia/Tokyo" });

/** HH:mm in the site's zone. @param {string} at */
export const hour = (at) => clock.format(new Date(at));

/** A refusal of the server, in the reader's language. */
export class Refused extends Error {
  constructor(status, problem, retry_s) {
    super(Object.values(problem.errors ?? {})[0] ?? problem.detail ?? say("failed"));
    this.status = status;
    this.code = problem.code ?? "";
    this.retry_s = retry_s;
  }
}

/**
 * @param {string} method
 * @param {string} path below the plugin's own acts
 * @param {unknown} [body]
 * @returns {Promise<any>} raises Refused, also when there is no line
 */
export async function ask(method, path, body) {
  const sent = body === undefined ? {} : { body: JSON.stringify(body) };
  const headers = { accept: "application/json", "content-type": "application/json" };
  const answer = await fetch(`/livestream/do${path}`, { method, headers, ...sent }).catch(() => null);
  if (!answer) throw new Refused(0, {}, 0);
  const text = await answer.text();
  const found = text.startsWith("{") || text.startsWith("[") ? JSON.parse(text) : {};
  if (!answer.ok) throw new Refused(answer.status, found, Number(answer.headers.get("retry-after") ?? 0));
  return found;
}

export const BROADCAST = `/broadcasts/${facts.id}`;
export const STUDIO = `/studio/broadcasts/${facts.id}`;
