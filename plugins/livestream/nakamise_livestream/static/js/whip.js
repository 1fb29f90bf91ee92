/**
 * Publishing into a broadcast: `import {publish} from "livestream/whip";
 * const sending = publish(stream, "/livestream/<id>/whip"); sending.addEventListener("state", …)`.
 * Devices are the caller's: `stream` comes from getUserMedia or getDisplayMedia, at most one audio and one video track,
 * and is not stopped here. A dropped line is taken up again: first by an ICE restart, else by a new session.
 */
import { Doubt, MediaProblem, Session, waitMs, watch } from "livestream/whip-http";

/**
 * @typedef {"connecting" | "live" | "reconnecting" | "ended" | "failed"} PublishState
 *   "live": media arrives at the server (whether viewers see it is the broadcast's state); "failed": refused for good,
 *   see `problem`; "ended": `stop()` was called.
 * @typedef {object} PublishOptions
 * @property {string} [key] the stream key, as a bearer token; without it the page's cookie counts
 * @property {("H264" | "VP8")[]} [codecs] wanted first to last; default H264, VP8
 * @property {number} [maxBitrate] of the video, bit/s; default 2,500,000
 * @property {boolean} [layers] three sizes of the video, so that slow viewers get a smaller one; default false
 * @property {"motion" | "detail"} [hint] what to keep when the line is slow: "motion" pictures a second, "detail"
 *   sharpness; default "motion"
 * @typedef {object} PublishStats
 * @property {number} bitrate bit/s sent, audio and video, since the last time
 * @property {number} videoBitrate
 * @property {number} audioBitrate
 * @property {number} width of the picture as sent
 * @property {number} height
 * @property {number} fps
 * @property {number} lost share of packets the server missed, 0 to 1
 * @property {number} rtt seconds to the server and back
 * @property {number} available bit/s that the line is estimated to carry; 0 = unknown
 * @property {"none" | "cpu" | "bandwidth" | "other"} limited why the picture is smaller than the camera's
 * @property {string} codec "H264", "VP8" or ""
 */

const STATS_MS = 2000;
const LISTEN_MS = 250;
/** Reports come every second. */
const DOUBT_MS = 1300;
/** Refusals by which somebody else is meant, or a former session of ours. */
const BUSY_TRIES = 8;

/**
 * Fires "state" (CustomEvent, detail {state: PublishState, problem: MediaProblem | null}) whenever `state` changes, and
 * "stats" (detail PublishStats) every two seconds while live.
 */
export class Publishing extends EventTarget {
  /** @type {PublishState} */
  state = "connecting";
  /** @type {MediaProblem | null} why it failed, or why it is not there yet */
  problem = null;
  /** @type {Session | null} */
  #session = null;
  #stream;
  #url;
  #options;
  #tries = 0;
  #timer = 0;
  #wasLive = false;
  /** @type {Map<string, {at: number, bytes: number}>} */
  #counted = new Map();
  #ticker = setInterval(() => this.#tick(), STATS_MS);
  #listener = setInterval(() => this.#listen(), LISTEN_MS);
  #doubt = new Doubt(DOUBT_MS);
  #heard = { packets: 0, at: 0 };
  #online = () => this.state === "reconnecting" && this.#again(0);
  #leave = () => this.#session?.close();

  /**
   * @param {MediaStream} stream
   * @param {string | URL} url
   * @param {PublishOptions} options
   */
  constructor(stream, url, options) {
    super();
    this.#stream = stream;
    this.#url = url;
    this.#options = options;
    addEventListener("online", this.#online);
    addEventListener("pagehide", this.#leave);
    this.#connect();
  }

  /** The RTCPeerConnection of the moment, for tests and experts. */
  get connection() {
    return this.#session?.connection ?? null;
  }

  /** Resolves once `state` is "live"; rejects with the MediaProblem when it failed, or was stopped before. */
  live() {
    return new Promise((resolve, reject) => {
      const look = () => {
        if (this.state === "live") resolve(undefined);
        else if (this.state === "failed" || this.state === "ended") reject(this.problem ?? new Error(this.state));
        else return this.addEventListener("state", look, { once: true });
      };
      look();
    });
  }

  /**
   * Another camera, microphone or screen, without interruption. null sends nothing of that kind.
   * @param {"audio" | "video"} kind
   * @param {MediaStreamTrack | null} track
   */
  async replaceTrack(kind, track) {
    for (const old of this.#stream.getTracks().filter((each) => each.kind === kind)) this.#stream.removeTrack(old);
    if (track) this.#stream.addTrack(track);
    const sender = this.connection?.getTransceivers().find((each) => kindOf(each) === kind)?.sender;
    await sender?.replaceTrack(track);
  }

  /** @returns {Promise<PublishStats>} */
  async stats() {
    const report = this.connection ? await this.connection.getStats() : new Map();
    return summed(report, this.#counted);
  }

  /** A new session now, for a button "try again"; nothing happens when it is over. */
  reconnect() {
    if (this.#isOver) return;
    this.#become("reconnecting");
    this.#again(0);
  }

  /** The server is told at once; nobody is shown the line as dropped. */
  async stop() {
    if (this.state !== "failed") this.#become("ended");
    this.#release();
    await this.#session?.close();
  }

  #release() {
    clearTimeout(this.#timer);
    clearInterval(this.#ticker);
    clearInterval(this.#listener);
    removeEventListener("online", this.#online);
    removeEventListener("pagehide", this.#leave);
  }

  get #isOver() {
    return this.state === "ended" || this.state === "failed";
  }

  async #connect() {
    const former = this.#session;
    const pc = new RTCPeerConnection({ bundlePolicy: "max-bundle" });
    const session = (this.#session = new Session(pc, this.#url, this.#options.key ?? ""));
    this.#counted.clear();
    for (const kind of /** @type {const} */ (["audio", "video"])) this.#offer(pc, kind);
    await former?.close();
    try {
      await session.open();
    } catch (problem) {
      if (this.#session === session) this.#refused(problem);
      return;
    }
    watch(pc, {
      up: () => this.#session === session && this.#up(),
      down: (how) => this.#session === session && this.#down(how),
    });
  }

  /**
   * @param {RTCPeerConnection} pc
   * @param {"audio" | "video"} kind
   */
  #offer(pc, kind) {
    const track = this.#stream.getTracks().find((each) => each.kind === kind);
    if (!track) return;
    if (kind === "video") track.contentHint = this.#options.hint === "detail" ? "detail" : "motion";
    const sendEncodings = kind === "video" ? encodings(this.#options) : [{ maxBitrate: 128_000 }];
    const transceiver = pc.addTransceiver(track, { direction: "sendonly", streams: [this.#stream], sendEncodings });
    if (kind === "video") prefer(transceiver, this.#options.codecs ?? ["H264", "VP8"]);
  }

  #up() {
    this.#tries = 0;
    this.#wasLive = true;
    this.problem = null;
    this.#become("live");
  }

  /** @param {"shaky" | "lost"} how */
  async #down(how) {
    if (this.#isOver) return;
    this.#become("reconnecting");
    if (how === "lost") return this.#again(0);
    const session = this.#session;
    // Should the restart bring nothing, the connection fails and we come here again.
    await session?.restart().catch(() => this.#session === session && this.#again(0));
  }

  /** @param {unknown} problem */
  #refused(problem) {
    if (this.#isOver) return;
    this.problem = problem instanceof MediaProblem ? problem : new MediaProblem(0, "browser", String(problem));
    const busy = this.problem.status === 409 && (!this.#wasLive || this.#tries >= BUSY_TRIES);
    if (busy || (problem instanceof MediaProblem ? !problem.passes : true)) {
      this.#become("failed");
      this.#release();
      this.#session?.close();
    } else {
      this.#again(waitMs(this.#tries, problem));
    }
  }

  /** @param {number} ms */
  #again(ms) {
    clearTimeout(this.#timer);
    if (this.#isOver) return;
    this.#tries += 1;
    this.#timer = setTimeout(() => this.#connect(), ms);
  }

  /** The server reports on what it gets, every second: one that is silent may be dead. */
  async #listen() {
    const session = this.#session;
    if (this.state !== "live" || !session) return;
    const packets = heard(await session.connection.getStats());
    const now = performance.now();
    if (packets !== this.#heard.packets) {
      this.#heard = { packets, at: now };
      this.#doubt.clear();
    } else if ((await this.#doubt.isConfirmed(session, now - this.#heard.at)) && this.#session === session) {
      this.reconnect();
    }
  }

  async #tick() {
    if (this.state !== "live") return;
    this.dispatchEvent(new CustomEvent("stats", { detail: await this.stats() }));
  }

  /** @param {PublishState} state */
  #become(state) {
    if (this.state === state) return;
    this.state = state;
    this.dispatchEvent(new CustomEvent("state", { detail: { state, problem: this.problem } }));
  }
}

/**
 * @param {MediaStream} stream
 * @param {string | URL} url `/livestream/<broadcast>/whip` with the cookie, `/livestream/whip` with a key
 * @param {PublishOptions} [options]
 */
export function publish(stream, url, options = {}) {
  return new Publishing(stream, url, options);
}

/** Reports of the server so far. @param {RTCStatsReport} report */
function heard(report) {
  const pairs = [...report.values()].filter((each) => each.type === "candidate-pair" && each.nominated);
  return pairs.reduce((sum, each) => sum + (each.packetsReceived ?? each.bytesReceived ?? 0), 0);
}

/** @param {RTCRtpTransceiver} transceiver */
function kindOf(transceiver) {
  return transceiver.receiver.track.kind;
}

/**
 * @param {PublishOptions} options
 * @returns {RTCRtpEncodingParameters[]}
 */
function encodings({ maxBitrate = 2_500_000, layers = false }) {
  if (!layers) return [{ maxBitrate }];
  return [
    { rid: "h", maxBitrate },
    { rid: "m", maxBitrate: maxBitrate / 3, scaleResolutionDownBy: 2 },
    { rid: "l", maxBitrate: maxBitrate / 10, scaleResolutionDownBy: 4 },
  ];
}

/**
 * @param {RTCRtpTransceiver} transceiver
 * @param {string[]} names
 */
function prefer(transceiver, names) {
  const all = RTCRtpSender.getCapabilities("video")?.codecs ?? [];
  const named = names.flatMap((name) => all.filter(({ mimeType }) => mimeType.toLowerCase() === `video/${name}`.toLowerCase()));
  const rest = all.filter(({ mimeType }) => /\/(rtx|red|ulpfec|flexfec-03)$/i.test(mimeType));
  if (named.length) transceiver.setCodecPreferences([...named, ...rest]);
}

/**
 * @param {RTCStatsReport | Map<string, any>} report
 * @param {Map<string, {at: number, bytes: number}>} counted what was counted the last time, by id; brought up to date
 * @returns {PublishStats}
 */
function summed(report, counted) {
  const all = [...report.values()];
  const out = all.filter((each) => each.type === "outbound-rtp");
  const far = all.filter((each) => each.type === "remote-inbound-rtp");
  const largest = out.filter((each) => each.kind === "video").sort((a, b) => (b.frameWidth ?? 0) - (a.frameWidth ?? 0))[0];
  const pair = all.find((each) => each.type === "candidate-pair" && each.nominated && each.state === "succeeded");
  const rates = { audio: 0, video: 0 };
  for (const each of out) {
    const before = counted.get(each.id);
    const seconds = before ? (each.timestamp - before.at) / 1000 : 0;
    if (before && seconds > 0) rates[/** @type {"audio" | "video"} */ (each.kind)] += ((each.bytesSent - before.bytes) * 8) / seconds;
    counted.set(each.id, { at: each.timestamp, bytes: each.bytesSent });
  }
  return {
    bitrate: rates.audio + rates.video,
    videoBitrate: rates.video,
    audioBitrate: rates.audio,
    width: largest?.frameWidth ?? 0,
    height: largest?.frameHeight ?? 0,
    fps: largest?.framesPerSecond ?? 0,
    lost: Math.max(0, ...far.map((each) => each.fractionLost ?? 0)),
    rtt: pair?.currentRoundTripTime ?? 0,
    available: pair?.availableOutgoingBitrate ?? 0,
    limited: largest?.qualityLimitationReason ?? "none",
    codec: (report.get(largest?.codecId)?.mimeType ?? "/").split("/")[1],
  };
}
