/** Going on the air waits until the check has passed, or until somebody goes without it knowingly. */

import { facts, one } from "./parts.js";

const FRESH_MS = 30 * 60_000;
let passedAt = 0;
let isWaived = false;
let arrives = false;

/** "passed", "waived", or "" while neither is so. */
export function verdict() {
  const isChecked = arrives || Date.now() - passedAt < FRESH_MS;
  if (isChecked && !facts.is_blocked) return "passed";
  return isWaived ? "waived" : "";
}

export function checked(isGood) {
  passedAt = isGood ? Date.now() : 0;
  show();
}

export function waive() {
  isWaived = true;
  show();
}

/** A programme's picture that arrives has proved its line. */
export function arriving(now) {
  arrives = now;
  show();
}

export function show() {
  const found = verdict();
  one("[data-act=start]").disabled = found === "";
  one("[data-act=waive]").hidden = found !== "" || one("[data-act=start]").hidden;
  one("[data-held]").hidden = one("[data-act=waive]").hidden;
}
