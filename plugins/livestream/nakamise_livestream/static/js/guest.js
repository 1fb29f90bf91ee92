/** Entry of a guest's page: camera and microphone, on the stage and off it, the host and the other guests. */

import { publish } from "livestream/whip";
import * as devices from "./devices.js";
import { all, facts, here, one, say } from "./parts.js";
import { tiles } from "./tiles.js";

const OPEN = ["scheduled", "live", "paused"];
const place = `/livestream/stage/${facts.token}`;
const board = tiles(one("[data-guests]"), (seat) => `${place}/${seat}/whep`);
const refused = one("[data-refused]");
let sending = null;
let known = facts.on_stage;
let state = facts.state;
let lock = null;

const replace = async (kind, track) => sending?.replaceTrack(kind, track);
const isSending = () => Boolean(sending) && !["failed", "ended"].includes(sending.state);
const ACTS = {
  camera: devices.open,
  join: async () => join(),
  leave: async () => {
    await sending?.stop();
    sending = null;
    line("");
  },
};
for (const button of all("[data-act]")) button.addEventListener("click", () => attempt(ACTS[button.dataset.act], button));
for (const select of all("[data-device]")) select.addEventListener("change", () => attempt(() => devices.change(select.dataset.device, select.value, replace)));
one("[data-mute]").addEventListener("click", (event) => toggle(event.currentTarget, "audio"));
one("[data-dark]").addEventListener("click", (event) => toggle(event.currentTarget, "video"));
one("[data-flip]").addEventListener("click", () => attempt(() => devices.flip(replace)));
here.on("stage", ({ on_stage }) => {
  known = on_stage;
  show();
});
here.on("state", (news) => {
  state = news.state;
  show();
});
document.addEventListener("visibilitychange", keepAwake);
show();

async function attempt(what, button) {
  refused.hidden = true;
  button?.setAttribute("aria-busy", "true");
  try {
    await what();
  } catch (error) {
    refused.textContent = error.message;
    refused.hidden = false;
  }
  button?.removeAttribute("aria-busy");
  show();
}

function join() {
  sending = publish(devices.stream, `${place}/whip`);
  sending.addEventListener("state", ({ detail }) => line(detail.state, detail.problem));
  line("connecting");
  keepAwake();
}

/** @param {string} how @param {{message?: string} | null} [problem] */
function line(how, problem = null) {
  const status = one("[data-line-state]");
  status.textContent = problem?.message || (how && say(how));
  status.hidden = status.textContent === "";
  status.dataset.kind = how;
  show();
}

function show() {
  const isOpen = OPEN.includes(state);
  if (!isOpen && isSending()) sending.stop();
  const visible = { camera: isOpen && !devices.stream, join: isOpen && Boolean(devices.stream) && !isSending(), leave: isSending() };
  for (const button of all("[data-act]")) button.hidden = !visible[button.dataset.act];
  for (const part of all("[data-when]")) part.hidden = (part.dataset.when === "over") === isOpen;
  const isMuted = known.some((one) => one.seat === facts.seat && one.is_muted);
  one("[data-silenced]").hidden = !(isMuted && isSending());
  const host = { seat: 0, name: facts.host, is_muted: false };
  board.show(isOpen && isSending() ? [host, ...known.filter((one) => one.seat !== facts.seat)] : []);
}

function toggle(button, kind) {
  button.setAttribute("aria-pressed", String(!devices.toggle(kind)));
}

/** A phone that sleeps sends nothing. */
async function keepAwake() {
  if (!isSending() || document.hidden || (lock && !lock.released)) return;
  lock = await navigator.wakeLock?.request("screen").catch(() => null);
}
