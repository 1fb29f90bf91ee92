/** Entry of the studio: going on the air, sending the picture, pausing, ending; products, numbers and the key. */

import { ask as confirm } from "ui/confirm";
import { publish } from "livestream/whip";
import * as check from "./check.js";
import * as devices from "./devices.js";
import * as moderate from "./moderate.js";
import { all, ask, facts, here, number, one, Refused, say, skew_ms, STUDIO } from "./parts.js";

const SAID_MS = 60_000;
const studio = one("[data-studio]");
let state = facts.state;
let isRehearsing = facts.is_rehearsing;
let startedAt = facts.started_at;
let sending = null;
let lock = null;
let hearts = 0;
const said = [];

moderate.start(JSON.parse(one("#livestream-lines").textContent));
for (const button of all("[data-act]")) button.addEventListener("click", () => attempt(ACTS[button.dataset.act], button));
for (const select of all("[data-device]")) select.addEventListener("change", () => attempt(() => devices.change(select.dataset.device, select.value, replace)));
for (const button of all("[data-pin]")) button.addEventListener("click", () => attempt(() => pin(button), button));
one("[data-mute]").addEventListener("click", (event) => toggle(event.currentTarget, "audio"));
one("[data-dark]").addEventListener("click", (event) => toggle(event.currentTarget, "video"));
one("[data-flip]").addEventListener("click", () => attempt(() => devices.flip(replace)));
one("[data-check]").addEventListener("click", () => attempt(() => check.run(tryMedia)));
one("[data-new-key]").addEventListener("click", (event) => attempt(newKey, event.currentTarget));
here.on("state", (news) => show(news.state));
here.on("pinned", ({ product_id: id }) => showPin(id));
here.on("goods", ({ goods }) => goods.forEach(showGood));
here.on("presence", (seen) => ["now", "peak", "unique"].forEach((name) => figure(name, number(seen[name]))));
here.on("reactions", ({ heart = 0 }) => figure("hearts", number((hearts += heart))));
here.on("chat", () => said.push(Date.now()));
addEventListener("beforeunload", (event) => sending && state === "live" && event.preventDefault());
document.addEventListener("visibilitychange", keepAwake);
setInterval(tick, 1000);
show(state);

const ACTS = {
  camera: devices.open,
  send: () => send(),
  start: async () => {
    if (!(await confirm(say("q_start"), say("yes_start")))) return;
    if (devices.stream) send();
    show((await ask("POST", `${STUDIO}/start`, { check: passed ? "passed" : "waived" })).state);
  },
  pause: async () => show((await ask("POST", `${STUDIO}/pause`, {})).state),
  resume: async () => show((await ask("POST", `${STUDIO}/resume`, {})).state),
  end: async () => {
    if (!(await confirm(say("q_end"), say("yes_end")))) return;
    show((await ask("POST", `${STUDIO}/end`, {})).state);
  },
  rehearse: async () => {
    const made = await ask("PUT", `${STUDIO}/rehearsal`, { on: !isRehearsing });
    isRehearsing = made.rehearsing_since !== null;
    if (isRehearsing && devices.stream) send();
    show(made.state);
  },
};
let passed = false;

async function attempt(what, button) {
  const place = one("[data-refused]");
  place.hidden = true;
  button?.setAttribute("aria-busy", "true");
  try {
    await what();
  } catch (error) {
    place.textContent = error.message;
    place.hidden = false;
    if (!(error instanceof Refused)) console.warn(error);
  }
  button?.removeAttribute("aria-busy");
  show(state);
}

function send() {
  if (sending && !["failed", "ended"].includes(sending.state)) return;
  sending = publish(devices.stream, `/livestream/${facts.id}/whip`);
  sending.addEventListener("state", ({ detail }) => line(detail.state, detail.problem));
  sending.addEventListener("stats", ({ detail }) => figure("rate", `${(detail.bitrate / 1e6).toFixed(1)} Mbit/s`));
  line("connecting", null);
  keepAwake();
}

const replace = async (kind, track) => sending?.replaceTrack(kind, track);

function line(how, problem) {
  const place = one("[data-line-state]");
  place.textContent = problem?.message || say(how);
  place.hidden = place.textContent === "";
  place.dataset.kind = how;
  show(state);
}

function show(now) {
  state = now;
  studio.dataset.state = state;
  const isOnAir = ["live", "paused"].includes(state);
  const isOpen = isOnAir || state === "scheduled";
  const isSending = Boolean(sending) && !["failed", "ended"].includes(sending.state);
  const visible = {
    camera: isOpen && !devices.stream,
    start: state === "scheduled",
    send: isOnAir && Boolean(devices.stream) && !isSending,
    pause: state === "live",
    resume: state === "paused",
    end: isOnAir,
    rehearse: state === "scheduled",
  };
  for (const button of all("[data-act]")) button.hidden = !visible[button.dataset.act];
  one("[data-act=rehearse]").setAttribute("aria-pressed", String(isRehearsing));
  one("[data-rehearsing]").hidden = !(isRehearsing && state === "scheduled");
  one("[data-over]").hidden = isOpen;
  if (!isOpen && isSending) sending.stop();
  if (isOnAir && !startedAt) startedAt = new Date(Date.now() + skew_ms).toISOString();
  badge();
}

function badge() {
  const names = JSON.parse(studio.dataset.states ?? "{}");
  const place = one("[data-state-badge] .n-badge");
  if (names[state]) [place.textContent, place.className] = [names[state][0], `n-badge n-badge--${names[state][1]}`];
}

function tick() {
  const clock = one("[data-clock]");
  clock.hidden = !["live", "paused"].includes(state) || !startedAt;
  const passed_s = Math.max(0, Math.floor((Date.now() + skew_ms - Date.parse(startedAt ?? "")) / 1000));
  const two = (value) => String(value).padStart(2, "0");
  if (!clock.hidden) clock.textContent = `${two(Math.floor(passed_s / 3600))}:${two(Math.floor(passed_s / 60) % 60)}:${two(passed_s % 60)}`;
  while (said.length && said[0] < Date.now() - SAID_MS) said.shift();
  figure("pace", number(said.length));
}

const figure = (name, text) => (one(`[data-n=${name}]`).textContent = text);

function toggle(button, kind) {
  button.setAttribute("aria-pressed", String(!devices.toggle(kind)));
}

async function pin(button) {
  const id = button.closest("[data-good]").dataset.good;
  const isShown = button.getAttribute("aria-pressed") === "true";
  if (isShown) await ask("DELETE", `${STUDIO}/pin`);
  else await ask("PUT", `${STUDIO}/pin`, { product_id: id });
  showPin(isShown ? null : id);
}

function showPin(id) {
  for (const item of all("[data-good]")) {
    item.toggleAttribute("data-pinned", item.dataset.good === id);
    one("[data-pin]", item).setAttribute("aria-pressed", String(item.dataset.good === id));
  }
}

function showGood(good) {
  const item = one(`[data-good="${CSS.escape(good.id)}"]`);
  if (!item) return;
  item.dataset.kind = good.kind;
  for (const name of ["price", "stock"]) one(`[data-f=${name}]`, item).textContent = good[name];
}

async function newKey() {
  const button = one("[data-new-key]");
  if (button.dataset.has && !(await confirm(button.dataset.question, say("yes_key")))) return;
  const { key } = await ask("POST", `${STUDIO}/key`, {});
  button.dataset.has = "1";
  one("[data-key]").textContent = key;
  const copy = one("[data-copy-key]");
  copy.dataset.copy = key;
  copy.hidden = one("[data-key-note]").hidden = false;
}

/** Whether media reaches the server at all: the same way that the broadcast goes. Viewers see nothing of it. */
async function tryMedia() {
  const isTrial = !sending || ["failed", "ended"].includes(sending.state);
  if (isTrial) send();
  const found = await sending.live().then(
    () => ({ rtt_ms: 0, available: 0 }),
    () => null,
  );
  if (isTrial && state === "scheduled" && !isRehearsing) await sending.stop();
  passed = found !== null;
  return found;
}

/** A phone that sleeps sends nothing. */
async function keepAwake() {
  if (!sending || document.hidden || (lock && !lock.released)) return;
  lock = await navigator.wakeLock?.request("screen").catch(() => null);
}
