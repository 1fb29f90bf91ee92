/** Hearts: one's own rise at once and are sent together once a second; others' come as sums. */

import { all, ask, BROADCAST, facts, here, isCalm, lang, one, roll } from "./parts.js";

const EVERY_MS = 1100;
const MOST = 20;
const ON_SCREEN_MAX = 24;
const SVG = "http://www.w3.org/2000/svg";
const SHAPE = "M12 21s-8-5.300-10-10.200C.7 7 3 3.500 6.600 3.500c2.300 0 4 1.200 5.400 3.100 1.400-1.900 3.100-3.100 5.400-3.100C21 3.500 23.300 7 22 10.800 20 15.700 12 21 12 21z";
let tapped = 0;
let timer = 0;
// Sent, and not yet heard of from the room: they rose already.
let owed = 0;
let total = facts.hearts ?? 0;

const compact = (value) => new Intl.NumberFormat(lang, { notation: "compact" }).format(value);

export function start() {
  show();
  for (const button of all("[data-heart]")) button.addEventListener("click", tap);
  here.on("reactions", ({ heart = 0 }) => {
    total += heart;
    show();
    const mine = Math.min(owed, heart);
    owed -= mine;
    rise(heart - mine);
  });
}

export function allow(isAllowed) {
  for (const button of all("[data-heart]")) button.disabled = !isAllowed;
}

function tap() {
  tapped = Math.min(tapped + 1, MOST);
  rise(1);
  navigator.vibrate?.(10);
  timer ||= setTimeout(send, EVERY_MS);
}

async function send() {
  const n = tapped;
  tapped = 0;
  timer = 0;
  if (!n || !facts.id) return;
  owed += n;
  await ask("POST", `${BROADCAST}/reactions`, { n }).catch(() => (owed = Math.max(0, owed - n)));
}

function show() {
  for (const place of all("[data-hearts]")) if (total) roll(place, total, compact);
}

function rise(count) {
  const place = one("[data-fx]");
  if (!place || isCalm.matches || document.hidden) return;
  for (let at = 0; at < Math.min(count, 8); at += 1) setTimeout(() => heart(place), at * 110);
}

function heart(place) {
  if (place.childElementCount >= ON_SCREEN_MAX) return;
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", SHAPE);
  svg.append(path);
  svg.addEventListener("animationend", () => svg.remove());
  place.append(svg);
}
