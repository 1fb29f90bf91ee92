/** The picture on the stage, and an honest word about it: connecting, receiving, reconnecting, waiting for the host. */

import { attachHls } from "livestream/hls-player";
import { play } from "livestream/whep";
import { all, facts, one } from "./parts.js";

const SLOW_MS = 200;
/** So long nothing arrives though somebody sends: a network without UDP. The same in pieces, some seconds later. */
const UNREACHED_MS = 12_000;
const SHOWN_MS = 1500;
const stage = one("[data-stage]");
const video = /** @type {HTMLVideoElement} */ (one("[data-video]"));
const sound = one("[data-sound]");
let playing = null;
let detach = null;
let timer = 0;
let unreached = 0;

export function start() {
  video.addEventListener("playing", () => {
    stage.classList.add("is-playing");
    if (detach) tell("receiving", null);
  });
  video.addEventListener("hlsretry", () => tell("reconnecting", null));
  video.addEventListener("resize", () => stage.classList.toggle("is-wide", video.videoWidth > video.videoHeight));
  sound.addEventListener("click", () => {
    video.muted = false;
    sound.hidden = true;
    video.play();
  });
  startWindow();
}

export function watch() {
  if (playing || detach) return;
  if (!("RTCPeerConnection" in window)) return inPieces();
  playing = play(video, `/livestream/${facts.id}/whep`);
  const mine = playing;
  playing.addEventListener("state", ({ detail }) => mine === playing && tell(detail.state, detail.problem));
  playing.addEventListener("muted", () => (sound.hidden = false));
  tell("connecting", null);
}

export async function stop() {
  say("");
  sound.hidden = true;
  stage.classList.remove("is-playing");
  if (document.pictureInPictureElement === video) await document.exitPictureInPicture();
  clearTimeout(unreached);
  const former = playing;
  playing = null;
  detach?.();
  detach = null;
  await former?.stop();
}

/** @param {string} state @param {{code?: string} | null} problem */
function mind(state, problem) {
  if (state === "connecting" && problem?.code !== "not_live") unreached ||= setTimeout(fallBack, UNREACHED_MS);
  else {
    clearTimeout(unreached);
    unreached = 0;
  }
}

async function fallBack() {
  unreached = 0;
  const former = playing;
  playing = null;
  if (!former) return;
  detach = () => null;
  await former.stop();
  if (detach) await inPieces();
}

async function inPieces() {
  detach = () => null;
  tell("connecting", null);
  const done = await attachHls(video, `/livestream/${facts.id}/hls/live.m3u8`).catch(() => null);
  if (!done) return say("unsupported");
  if (!detach) return done();
  detach = done;
  stage.dataset.way = "hls";
  await video.play().catch(playMuted);
}

/** A browser that plays sound only when it was asked to. */
function playMuted() {
  video.muted = true;
  sound.hidden = false;
  return video.play().catch(() => null);
}

function tell(state, problem) {
  stage.dataset.media = state;
  if (!detach) mind(state, problem);
  if (state === "receiving") {
    say("receiving");
    timer = setTimeout(say, SHOWN_MS, "");
  } else if (problem?.code === "not_live") say("waiting");
  else say(state === "ended" ? "" : state);
}

/** What is over within a moment is not worth a word. */
function say(line) {
  clearTimeout(timer);
  timer = setTimeout(
    () => {
      for (const place of all("[data-line]")) if (place.dataset.line !== "away") place.hidden = place.dataset.line !== line;
    },
    line ? SLOW_MS : 0,
  );
}

/** The browser's small window stays above other tabs and apps; back here, the same moment goes on. */
function startWindow() {
  const button = one("[data-pip]");
  if (!document.pictureInPictureEnabled) return;
  button.hidden = false;
  button.addEventListener("click", async () => {
    if (document.pictureInPictureElement) return document.exitPictureInPicture();
    if (video.readyState > 0) await video.requestPictureInPicture().catch(() => null);
  });
}
