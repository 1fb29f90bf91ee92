/** Entry of the studio: going on the air, sending the picture, pausing, ending; products, numbers and the key. */

import { ask as confirm } from "ui/confirm";
import { publish } from "livestream/whip";
import * as check from "./check.js";
import * as devices from "./devices.js";
import * as guests from "./studio-guests.js";
import * as health from "./health.js";
import * as moderate from "./moderate.js";
import * as numbers from "./numbers.js";
import * as pins from "./pins.js";
import * as ready from "./ready.js";
import * as recording from "./recording.js";
import * as run from "./run.js";
import { all, ask, facts, here, one, Refused, say, skew_ms, STUDIO } from "./parts.js";

const TRIAL_MS = 15_000;
const studio = one("[data-studio]");
let state = facts.state;
let isRehearsing = facts.is_rehearsing;
let startedAt = facts.started_at;
let sending = null;
let lock = null;

moderate.start(JSON.parse(one("#livestream-lines").textContent));
for (const button of all("[data-act]")) button.addEventListener("click", () => attempt(ACTS[button.dataset.act], button));
for (const select of all("[data-device]")) select.addEventListener("change", () => attempt(() => devices.change(select.dataset.device, select.value, replace)));
one("[data-mute]").addEventListener("click", (event) => toggle(event.currentTarget, "audio"));
one("[data-dark]").addEventListener("click", (event) => toggle(event.currentTarget, "video"));
one("[data-flip]").addEventListener("click", () => attempt(() => devices.flip(replace)));
one("[data-check]").addEventListener("click", () => attempt(checkAll));
one("[data-new-key]").addEventListener("click", (event) => attempt(newKey, event.currentTarget));
here.on("state", (news) => show(news.state));
addEventListener("beforeunload", (event) => sending && state === "live" && event.preventDefault());
document.addEventListener("visibilitychange", keepAwake);
pins.start(attempt);
guests.start(attempt);
run.start(attempt);
recording.start(attempt);
numbers.start(({ publishing }) => ready.arriving(publishing && !sending));
setInterval(tick, 1000);
show(state);

const ACTS = {
  camera: devices.open,
  send: () => send(),
  waive: () => ready.waive(),
  start: async () => {
    if (!(await confirm(say("q_start"), say("yes_start")))) return;
    if (devices.stream) send();
    show((await ask("POST", `${STUDIO}/start`, { check: ready.verdict() })).state);
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
  sending.addEventListener("stats", ({ detail }) => {
    numbers.figure("rate", `${(detail.bitrate / 1e6).toFixed(1)} Mbit/s`);
    health.tell(detail);
  });
  line("connecting", null);
  keepAwake();
}

const replace = async (kind, track) => sending?.replaceTrack(kind, track);

function line(how, problem) {
  const place = one("[data-line-state]");
  place.textContent = problem?.message || say(how);
  place.hidden = place.textContent === "";
  place.dataset.kind = how;
  if (how !== "live") health.clear();
  show(state);
}

function show(now) {
  const isNews = state !== now;
  state = now;
  studio.dataset.state = state;
  const isOnAir = ["live", "paused"].includes(state);
  const isOpen = isOnAir || state === "scheduled";
  const isSending = Boolean(sending) && !["failed", "ended"].includes(sending.state);
  const visible = {
    camera: isOpen && !devices.stream,
    start: state === "scheduled",
    waive: state === "scheduled",
    send: isOnAir && Boolean(devices.stream) && !isSending,
    pause: state === "live",
    resume: state === "paused",
    end: isOnAir,
    rehearse: state === "scheduled",
  };
  for (const button of all("[data-act]")) button.hidden = !visible[button.dataset.act];
  one("[data-act=rehearse]").setAttribute("aria-pressed", String(isRehearsing));
  one("[data-rehearsing]").hidden = !(isRehearsing && state === "scheduled");
  if (!isOpen && isSending) sending.stop();
  if (isOnAir && !startedAt) startedAt = new Date(Date.now() + skew_ms).toISOString();
  for (const place of all("[data-when]")) place.hidden = !place.dataset.when.split(" ").includes(isOpen ? state : "over");
  ready.show();
  if (isNews) numbers.refresh(!isOpen);
  if (isNews && !isOpen) recording.over();
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
}

function toggle(button, kind) {
  button.setAttribute("aria-pressed", String(!devices.toggle(kind)));
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

/** Switches the camera on first: without it there is little to check. */
async function checkAll() {
  if (!devices.stream) await devices.open();
  ready.checked(await check.run(tryMedia));
}

/** Whether media reaches the server at all: the same way that the broadcast goes. Viewers see nothing of it. */
async function tryMedia() {
  const isTrial = !sending || ["failed", "ended"].includes(sending.state);
  if (isTrial) send();
  const late = new Promise((resolve) => setTimeout(resolve, TRIAL_MS, false));
  const arrived = sending.live().then(
    () => true,
    () => false,
  );
  const found = await Promise.race([arrived, late]);
  if (isTrial && state === "scheduled" && !isRehearsing) await sending.stop();
  return found;
}

/** A phone that sleeps sends nothing. */
async function keepAwake() {
  if (!sending || document.hidden || (lock && !lock.released)) return;
  lock = await navigator.wakeLock?.request("screen").catch(() => null);
}
