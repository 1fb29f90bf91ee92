/**
 * Playing a broadcast: `import {play} from "livestream/whep"; const playing = play(video, "/livestream/<id>/whep");
 * playing.addEventListener("state", …)`. It heals itself: another network, a frozen picture, a server that was started
 * anew, a broadcaster who comes back. Whether the broadcast is over is said by its room, not by the media:
 * call `stop()` then.
 */
import { Doubt, MediaProblem, Session, waitMs, watch } from "livestream/whip-http";

/**
 * @typedef {"connecting" | "receiving" | "reconnecting" | "ended"} PlayState
 *   "connecting": nothing was seen yet, or nobody sends yet (`problem?.code === "not_live"`); "receiving": pictures (or,
 *   without a camera, sound) come; "reconnecting": they stopped; "ended": `stop()` was called, or the server has no
 *   such broadcast for this viewer (`problem.status` 401, 403 or 404).
 * @typedef {object} PlayStats
 * @property {number} bitrate bit/s received since the last time
 * @property {number} width of the picture
 * @property {number} height
 * @property {number} fps
 * @property {number} frames decoded since the session began
 * @property {number} lost packets since the session began
 * @property {number} freezes since the session began
 * @property {number} delay seconds that the jitter buffer holds on average
 * @property {number} rtt seconds to the server and back
 */

const LOOK_MS = 250;
/** Without a new picture for so long, we say so. */
const STILL_MS = 1500;
/** Packets come and no picture: the decoder lost its way, and a new session starts at a keyframe. */
const FROZEN_MS = 4000;
/** Nothing comes at all: the broadcaster is away, or we are; asking anew tells which. */
const SILENT_MS = 8000;
const DOUBT_MS = 600;
/** The broadcaster comes back too, after a server that died: so many tries do not wait. */
const HASTY_TRIES = 8;
const HASTY_MS = 250;

/**
 * Fires "state" (CustomEvent, detail {state: PlayState, problem: MediaProblem | null}) whenever `state` or `problem`
 * changes, "stats" (detail PlayStats) four times a second while receiving, and "muted" when the browser allows playing
 * only without sound: show a button that sets `video.muted = false`.
 */
export class Playing extends EventTarget {
  /** @type {PlayState} */
  state = "connecting";
  /** @type {MediaProblem | null} */
  problem = null;
  /** @type {Session | null} */
  #session = null;
  #video;
  #url;
  #tries = 0;
  #timer = 0;
  #ticker = setInterval(() => this.#look(), LOOK_MS);
  #doubt = new Doubt(DOUBT_MS);
  #wasSeen = false;
  #seen = { progress: 0, bytes: 0, at: 0, progressAt: 0, bytesAt: 0 };
  #online = () => this.state === "reconnecting" && this.#again(0);
  #leave = () => this.#session?.close();
  #back = (/** @type {PageTransitionEvent} */ event) => event.persisted && this.#again(0);

  /**
   * @param {HTMLVideoElement} video
   * @param {string | URL} url
   */
  constructor(video, url) {
    super();
    this.#video = video;
    this.#url = url;
    addEventListener("online", this.#online);
    addEventListener("pagehide", this.#leave);
    addEventListener("pageshow", this.#back);
    this.#connect();
  }

  /** The RTCPeerConnection of the moment, for tests and experts. */
  get connection() {
    return this.#session?.connection ?? null;
  }

  /** A new session now, for a button "try again"; nothing happens after "ended". */
  retry() {
    if (this.state === "ended") return;
    this.#again(0);
  }

  /** For good: the video shows nothing any more. */
  async stop() {
    this.#end(null);
    await this.#session?.close();
    this.#video.srcObject = null;
  }

  /** @returns {Promise<PlayStats>} */
  async stats() {
    return (await this.#counted()).stats;
  }

  async #connect() {
    const former = this.#session;
    const pc = new RTCPeerConnection({ bundlePolicy: "max-bundle" });
    const session = (this.#session = new Session(pc, this.#url, ""));
    const media = new MediaStream();
    pc.addEventListener("track", ({ track }) => {
      media.addTrack(track);
      if (this.#session === session) this.#show(media);
    });
    for (const kind of ["video", "audio"]) pc.addTransceiver(kind, { direction: "recvonly" });
    this.#seen = { progress: 0, bytes: 0, at: 0, progressAt: performance.now(), bytesAt: performance.now() };
    former?.close();
    try {
      await session.open();
    } catch (problem) {
      if (this.#session === session) this.#refused(problem);
      return;
    }
    watch(pc, { up: () => null, down: (how) => this.#session === session && this.#down(how) });
  }

  /** @param {MediaStream} media */
  async #show(media) {
    const video = this.#video;
    if (video.srcObject !== media) video.srcObject = media;
    try {
      await video.play();
    } catch (error) {
      if (!(error instanceof DOMException && error.name === "NotAllowedError") || video.muted) return;
      video.muted = true;
      this.dispatchEvent(new CustomEvent("muted"));
      // Refused even so (a saving mode): the video's own controls start it.
      await video.play().catch(() => null);
    }
  }

  /** @param {"shaky" | "lost"} how */
  async #down(how) {
    if (this.state === "ended") return;
    if (this.state === "receiving") this.#become("reconnecting", null);
    if (how === "lost") return this.#again(0);
    const session = this.#session;
    await session?.restart().catch(() => this.#session === session && this.#again(0));
  }

  /** @param {unknown} problem */
  #refused(problem) {
    if (this.state === "ended") return;
    const known = problem instanceof MediaProblem ? problem : new MediaProblem(0, "browser", String(problem));
    if (known.passes) {
      this.#become(this.state, known);
      const isHasty = this.#wasSeen && known.code === "not_live" && this.#tries <= HASTY_TRIES;
      this.#again(isHasty ? HASTY_MS * (0.8 + 0.4 * Math.random()) : waitMs(this.#tries, known));
    } else {
      this.#end(known);
      this.#session?.close();
    }
  }

  /** @param {number} ms */
  #again(ms) {
    clearTimeout(this.#timer);
    if (this.state === "ended") return;
    this.#tries += 1;
    this.#timer = setTimeout(() => this.#connect(), ms);
  }

  async #look() {
    const session = this.#session;
    if (session?.connection.connectionState !== "connected") return;
    const { stats, progress, bytes } = await this.#counted();
    if (this.#session !== session || this.state === "ended") return;
    const now = performance.now();
    const seen = this.#seen;
    if (progress > seen.progress) seen.progressAt = now;
    if (bytes > seen.bytes) {
      seen.bytesAt = now;
      this.#doubt.clear();
    }
    Object.assign(seen, { progress, bytes, at: now });
    if (seen.progressAt === now) {
      this.#tries = 0;
      this.#wasSeen = true;
      this.#become("receiving", null);
      this.dispatchEvent(new CustomEvent("stats", { detail: stats }));
      return;
    }
    this.#missing(now - seen.progressAt, now - seen.bytesAt);
    if ((await this.#doubt.isConfirmed(session, now - seen.bytesAt)) && this.#session === session) {
      if (this.state === "receiving") this.#become("reconnecting", null);
      this.#again(0);
    }
  }

  /** Pages in the background may be given no pictures, and nobody sees the difference. */
  #missing(/** @type {number} */ pictures, /** @type {number} */ packets) {
    if (document.hidden) {
      this.#seen.progressAt = performance.now();
      return;
    }
    if (pictures > STILL_MS && this.state === "receiving") this.#become("reconnecting", null);
    const frozen = pictures > FROZEN_MS && packets < LOOK_MS * 2;
    if (frozen || packets > SILENT_MS) this.#again(0);
  }

  async #counted() {
    const report = this.connection ? await this.connection.getStats() : new Map();
    const all = [...report.values()];
    const incoming = all.filter((each) => each.type === "inbound-rtp");
    const video = incoming.find((each) => each.kind === "video" && each.packetsReceived > 0);
    const audio = incoming.find((each) => each.kind === "audio");
    const pair = all.find((each) => each.type === "candidate-pair" && each.nominated && each.state === "succeeded");
    const bytes = incoming.reduce((sum, each) => sum + (each.bytesReceived ?? 0), 0);
    const seconds = (performance.now() - this.#seen.at) / 1000;
    const stats = {
      bitrate: this.#seen.at ? Math.max(0, ((bytes - this.#seen.bytes) * 8) / seconds) : 0,
      width: video?.frameWidth ?? 0,
      height: video?.frameHeight ?? 0,
      fps: video?.framesPerSecond ?? 0,
      frames: video?.framesDecoded ?? 0,
      lost: incoming.reduce((sum, each) => sum + (each.packetsLost ?? 0), 0),
      freezes: video?.freezeCount ?? 0,
      delay: video?.jitterBufferEmittedCount ? video.jitterBufferDelay / video.jitterBufferEmittedCount : 0,
      rtt: pair?.currentRoundTripTime ?? 0,
    };
    return { stats, bytes, progress: video ? video.framesDecoded : (audio?.packetsReceived ?? 0) };
  }

  /** @param {MediaProblem | null} problem */
  #end(problem) {
    this.#become("ended", problem);
    clearTimeout(this.#timer);
    clearInterval(this.#ticker);
    removeEventListener("online", this.#online);
    removeEventListener("pagehide", this.#leave);
    removeEventListener("pageshow", this.#back);
  }

  /**
   * @param {PlayState} state
   * @param {MediaProblem | null} problem
   */
  #become(state, problem) {
    if (this.state === state && this.problem?.code === problem?.code) return;
    this.state = state;
    this.problem = problem;
    this.dispatchEvent(new CustomEvent("state", { detail: { state, problem } }));
  }
}

/**
 * @param {HTMLVideoElement} video its sound is what `video.muted` says
 * @param {string | URL} url `/livestream/<broadcast>/whep`
 */
export function play(video, url) {
  return new Playing(video, url);
}
