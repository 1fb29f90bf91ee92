/** Camera and microphone: choosing, changing while sending, muting, and how loud it is. */

import { all, one, say } from "./parts.js";

const LEVEL_MS = 100;
const preview = /** @type {HTMLVideoElement} */ (one("[data-preview]"));
const wanted = { videoinput: localStorage.getItem("camera") ?? "", audioinput: localStorage.getItem("microphone") ?? "" };
const NAMES = { videoinput: "camera", audioinput: "microphone" };
/** @type {MediaStream | null} */
export let stream = null;
let facing = "user";
let meter = 0;
let loudest = 0;

/** Raises an Error whose message is for the reader. */
export async function open() {
  stream = await take("videoinput", "audioinput");
  preview.srcObject = stream;
  await preview.play();
  show();
  listen();
  await list();
}

const video = () => ({
  width: { ideal: 720 },
  height: { ideal: 1280 },
  frameRate: { ideal: 30 },
  ...(wanted.videoinput ? { deviceId: { exact: wanted.videoinput } } : { facingMode: { ideal: facing } }),
});
const audio = () => ({
  echoCancellation: true,
  noiseSuppression: true,
  ...(wanted.audioinput ? { deviceId: { exact: wanted.audioinput } } : {}),
});

/** @param {("videoinput" | "audioinput")[]} kinds */
async function take(...kinds) {
  const asked = { video: kinds.includes("videoinput") && video(), audio: kinds.includes("audioinput") && audio() };
  try {
    return await navigator.mediaDevices.getUserMedia(asked);
  } catch (error) {
    // What was chosen once may not be plugged in any more.
    if (error.name === "OverconstrainedError" && kinds.some((kind) => wanted[kind])) {
      for (const kind of kinds) wanted[kind] = "";
      return take(...kinds);
    }
    const why = { NotAllowedError: "denied", NotReadableError: "in_use" }[error.name] ?? "no_device";
    throw new Error(say(why));
  }
}

async function list() {
  const found = await navigator.mediaDevices.enumerateDevices();
  for (const select of all("[data-device]")) {
    const kind = select.dataset.device;
    const used = idOf(kind);
    const options = found
      .filter((device) => device.kind === kind)
      .map((device, at) => new Option(device.label || `${say(NAMES[kind])} ${at + 1}`, device.deviceId, false, device.deviceId === used));
    select.replaceChildren(...options);
    select.disabled = options.length === 0;
  }
  one("[data-flip]").disabled = found.filter((device) => device.kind === "videoinput").length < 2;
}

const idOf = (kind) => trackOf(kind)?.getSettings().deviceId;
const trackOf = (kind) => (kind === "videoinput" ? stream?.getVideoTracks()[0] : stream?.getAudioTracks()[0]);

/**
 * @param {"videoinput" | "audioinput"} kind
 * @param {(kind: "video" | "audio", track: MediaStreamTrack) => Promise<void>} replace in what is being sent
 */
export async function change(kind, id, replace) {
  wanted[kind] = id;
  localStorage.setItem(NAMES[kind], id);
  await renew(kind, replace);
}

export async function flip(replace) {
  const before = idOf("videoinput");
  facing = facing === "user" ? "environment" : "user";
  wanted.videoinput = "";
  await renew("videoinput", replace);
  if (idOf("videoinput") !== before) return;
  // A desktop's cameras do not say where they look: the next one then.
  const ids = [...one("[data-device=videoinput]").options].map((option) => option.value);
  await change("videoinput", ids[(ids.indexOf(before) + 1) % ids.length], replace);
}

async function renew(kind, replace) {
  const old = trackOf(kind);
  if (!stream || !old) return;
  // Phones open one camera at a time.
  if (kind === "videoinput") old.stop();
  const fresh = await take(kind);
  const [track] = fresh.getTracks();
  track.enabled = old.enabled;
  await replace(track.kind, track);
  old.stop();
  stream.removeTrack(old);
  if (!stream.getTracks().includes(track)) stream.addTrack(track);
  preview.srcObject = stream;
  show();
  listen();
  await list();
}

/** @param {"audio" | "video"} kind; whether it is sent now */
export function toggle(kind) {
  const [track] = (kind === "audio" ? stream?.getAudioTracks() : stream?.getVideoTracks()) ?? [];
  if (!track) return false;
  track.enabled = !track.enabled;
  return track.enabled;
}

function show() {
  one("[data-no-camera]").hidden = Boolean(stream);
  preview.classList.toggle("is-mirrored", facing === "user");
  for (const button of all("[data-mute], [data-dark]")) button.disabled = !stream;
}

function listen() {
  clearInterval(meter);
  const place = one("[data-level]");
  const [track] = stream?.getAudioTracks() ?? [];
  if (!track) return;
  const context = new AudioContext();
  const analyser = context.createAnalyser();
  context.createMediaStreamSource(new MediaStream([track])).connect(analyser);
  const samples = new Float32Array(analyser.fftSize);
  track.addEventListener("ended", () => context.close(), { once: true });
  meter = setInterval(() => {
    analyser.getFloatTimeDomainData(samples);
    const level = Math.min(1, Math.max(...samples.map(Math.abs)));
    loudest = Math.max(level, loudest * 0.98);
    place.value = level;
  }, LEVEL_MS);
}

/** How loud it was lately, 0 to 1. */
export const loudness = () => loudest;

export function size() {
  const { width = 0, height = 0 } = stream?.getVideoTracks()[0]?.getSettings() ?? {};
  return { width, height };
}
