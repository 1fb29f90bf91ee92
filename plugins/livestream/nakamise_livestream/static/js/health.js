/** How the line does while sending, with advice. Said only when it was so twice in a row: one bad second is none. */

import { number, one, say } from "./parts.js";

const LOST_SHARE = 0.05;
const SLOW_S = 0.3;
const THIN_BIT = 1_000_000;
let before = "";

/** @param {import("livestream/whip").PublishStats} seen */
export function tell(seen) {
  const found = verdict(seen);
  if (found[1] === before) show(...found);
  before = found[1];
}

/** Nothing is sent. */
export function clear() {
  before = "";
  one("[data-health]").hidden = true;
}

function verdict({ lost, rtt, available, limited }) {
  if (lost > LOST_SHARE) return ["bad", "h_lost", { n: number(Math.round(lost * 100)) }];
  if (limited === "cpu") return ["low", "h_cpu", {}];
  if (limited === "bandwidth" || (available > 0 && available < THIN_BIT)) return ["low", "h_thin", { n: (available / 1e6).toFixed(1) }];
  if (rtt > SLOW_S) return ["low", "h_slow", { n: number(Math.round(rtt * 1000)) }];
  return ["ok", "h_ok", {}];
}

function show(kind, name, values) {
  const place = one("[data-health]");
  const text = say(name, values);
  // A status that is written again is read out again.
  if (place.textContent !== text) place.textContent = text;
  place.dataset.kind = kind;
  place.hidden = false;
}
