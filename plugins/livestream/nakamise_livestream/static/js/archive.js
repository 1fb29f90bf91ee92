/** Entry of a recording's page: its player, the products at their seconds, and the chat in step. */

import { toast } from "ui/toast";
import { attachHls } from "livestream/hls-player";
import { Replay } from "./archive-chat.js";
import * as goods from "./archive-goods.js";
import * as buy from "./buy.js";
import { all, ask, BROADCAST, facts, one, say } from "./parts.js";

const STEP_S = 5;
const video = /** @type {HTMLVideoElement} */ (one("[data-video]"));
const stage = one("[data-stage]");
const bar = one("[data-seek-bar]");
const chat = new Replay(one("[data-lines]"));
const KEYS = { " ": toggle, k: toggle, ArrowLeft: () => by(-STEP_S), ArrowRight: () => by(STEP_S), j: () => by(-2 * STEP_S), l: () => by(2 * STEP_S), m: mute, f: full };
let attached = null;
let isCounted = false;

for (const button of all("[data-play]")) button.addEventListener("click", toggle);
for (const button of all("[data-seek]")) button.addEventListener("click", () => jump(Number(button.dataset.seek)));
one("[data-mute]").addEventListener("click", mute);
one("[data-full]").addEventListener("click", full);
one("[data-speed]").addEventListener("change", (event) => (video.playbackRate = Number(event.target.value)));
one("[data-share]").addEventListener("click", share);
bar.addEventListener("input", () => jump(Number(bar.value), false));
document.addEventListener("keydown", key);
for (const name of ["play", "pause", "ended"]) video.addEventListener(name, showState);
video.addEventListener("timeupdate", follow);
video.addEventListener("seeked", follow);
video.addEventListener("playing", began);
video.addEventListener("hlsretry", () => (one("[data-says]").hidden = false));
buy.start({ find: goods.find, go: (url) => location.assign(url) });
goods.start(buy.refresh);
attached = attachHls(video, facts.playlist).catch(() => (one("[data-unsupported]").hidden = false));
resume();

async function toggle() {
  await attached;
  if (video.paused) await video.play().catch(() => null);
  else video.pause();
}

/** @param {number} at_s @param {boolean} [play] */
async function jump(at_s, play = true) {
  await attached;
  video.currentTime = at_s;
  bar.value = String(at_s);
  if (play) await video.play().catch(() => null);
}

function by(step_s) {
  jump(Math.max(0, Math.min(video.currentTime + step_s, Number(bar.max))), !video.paused);
}

function mute() {
  video.muted = !video.muted;
  one("[data-mute]").setAttribute("aria-pressed", String(video.muted));
}

function full() {
  if (document.fullscreenElement) document.exitFullscreen();
  else if (stage.requestFullscreen) stage.requestFullscreen();
  // @ts-expect-error a phone of Apple's shows the picture alone
  else video.webkitEnterFullscreen?.();
}

function key(event) {
  const act = KEYS[event.key];
  if (!act || event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, textarea, select, button, a, summary, dialog")) return;
  event.preventDefault();
  act();
}

function showState() {
  stage.classList.toggle("is-playing", !video.paused);
  one("[data-when=paused]").hidden = !video.paused;
  one("[data-when=playing]").hidden = video.paused;
}

function follow() {
  const at_s = video.currentTime;
  if (document.activeElement !== bar || !video.paused) bar.value = String(at_s);
  const text = clock(at_s);
  bar.setAttribute("aria-valuetext", text);
  one("[data-at]").textContent = text;
  const now = facts.marks.find((mark) => mark.starts_s <= at_s && at_s < mark.ends_s)?.product_id;
  for (const item of all("[data-good]")) item.toggleAttribute("data-now", item.dataset.good === now);
  chat.show(at_s);
}

/** Back from the checkout or from a product: at the same moment. */
async function resume() {
  const place = `livestream.${facts.id}.at_s`;
  addEventListener("pagehide", () => sessionStorage.setItem(place, video.ended ? "0" : String(video.currentTime)));
  const at_s = Number(sessionStorage.getItem(place));
  if (at_s > 0) await jump(at_s, false);
}

async function began() {
  one("[data-says]").hidden = true;
  if (isCounted) return;
  isCounted = true;
  await ask("POST", `${BROADCAST}/archive/views`).catch(() => null);
}

function clock(at_s) {
  const two = (value) => String(value).padStart(2, "0");
  const whole = Math.floor(at_s);
  const hours = Math.floor(whole / 3600);
  const minutes = Math.floor((whole % 3600) / 60);
  return hours ? `${hours}:${two(minutes)}:${two(whole % 60)}` : `${minutes}:${two(whole % 60)}`;
}

async function share(event) {
  const { title, url } = event.currentTarget.dataset;
  if (navigator.share) return navigator.share({ title, url }).catch(() => null);
  await navigator.clipboard.writeText(url);
  toast(say("copied"));
}
