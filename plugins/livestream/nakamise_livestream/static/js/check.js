/** The test before going live: camera, microphone, how much the line carries, and what to do about it. */

import { all, one, say } from "./parts.js";
import * as devices from "./devices.js";

const UPLOAD_BYTES = 700_000;
const GOOD_MBIT = 5;
const LEAST_MBIT = 2;
const SLOW_MS = 300;

/**
 * @param {() => Promise<boolean>} sent whether media reached the server
 * @returns {Promise<boolean>} whether nothing is in the way
 */
export async function run(sent) {
  const list = one("[data-advice]");
  list.replaceChildren();
  const button = one("[data-check]");
  button.setAttribute("aria-busy", "true");
  tell("ok", "checking");
  const found = [...picture(), ...(await line()), ...(await media(sent))];
  list.replaceChildren();
  for (const [kind, name, values] of found) tell(kind, name, values);
  button.removeAttribute("aria-busy");
  return !all("[data-kind=bad]", list).length;
}

function tell(kind, name, values = {}) {
  const item = document.createElement("li");
  item.dataset.kind = kind;
  item.textContent = say(name, values);
  one("[data-advice]").append(item);
}

function picture() {
  if (!devices.stream) return [["bad", "c_need", {}]];
  const { width, height } = devices.size();
  const isLow = Math.min(width, height) < 480;
  const isHeard = devices.loudness() > 0.01;
  return [
    [isLow ? "low" : "ok", isLow ? "c_camera_low" : "c_camera", { w: width, h: height }],
    [isHeard ? "ok" : "low", isHeard ? "c_mic" : "c_mic_low", {}],
  ];
}

/** Random bytes, which nothing on the way can squeeze. */
async function line() {
  const body = new Uint8Array(UPLOAD_BYTES);
  for (let at = 0; at < body.length; at += 65_536) crypto.getRandomValues(body.subarray(at, at + 65_536));
  const address = `${location.pathname}/upload-check`;
  const started = performance.now();
  const first = await fetch(address, { method: "POST", body: new Uint8Array(1) }).catch(() => null);
  const rtt_ms = Math.round(performance.now() - started);
  const sending = performance.now();
  const answer = await fetch(address, { method: "POST", body }).catch(() => null);
  if (!first?.ok || !answer?.ok) return [["bad", "failed", {}]];
  const seconds = Math.max(0.001, (performance.now() - sending - rtt_ms / 2) / 1000);
  const mbit = (UPLOAD_BYTES * 8) / 1e6 / seconds;
  const n = mbit > 10 ? Math.round(mbit) : mbit.toFixed(1);
  const kind = mbit >= GOOD_MBIT ? "ok" : mbit >= LEAST_MBIT ? "low" : "bad";
  const isSlow = rtt_ms > SLOW_MS;
  return [
    [kind, { ok: "c_up", low: "c_up_low", bad: "c_up_bad" }[kind], { n }],
    [isSlow ? "low" : "ok", isSlow ? "c_rtt_bad" : "c_rtt", { n: rtt_ms }],
  ];
}

async function media(sent) {
  if (!devices.stream) return [];
  const found = await sent();
  return [found ? ["ok", "c_media", {}] : ["bad", "c_media_bad", {}]];
}
