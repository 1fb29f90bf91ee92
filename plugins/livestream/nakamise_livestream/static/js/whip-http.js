/**
 * What WHIP (RFC 9725) and WHEP have in common: one session on the server, made by POST, changed by PATCH, ended by
 * DELETE. `whip` and `whep` are made of it; pages use those.
 */

const WAITS_MS = [250, 500, 1000, 2000, 4000];
const ANSWER_MS = 8000;
/** At least so often it is asked whether a silent session is still there. */
const MOST_DOUBT_MS = 5000;
/** A connection may be "disconnected" for a moment and come back by itself. */
export const PATIENCE_MS = 2000;

/**
 * The server refused. `status` is that of HTTP (0: nobody answered), `code` a stable word ("already_publishing",
 * "not_live", "unauthenticated", …), `message` a text in the reader's language, `retryAfter` seconds or 0.
 */
export class MediaProblem extends Error {
  /**
   * @param {number} status
   * @param {string} code
   * @param {string} message
   * @param {number} [retryAfter]
   */
  constructor(status, code, message, retryAfter = 0) {
    super(message);
    this.name = "MediaProblem";
    this.status = status;
    this.code = code;
    this.retryAfter = retryAfter;
  }

  /** Whether the same request may do better later. */
  get passes() {
    return this.status === 0 || this.status === 409 || this.status === 429 || this.status >= 500;
  }
}

/**
 * @param {string | URL} url
 * @param {RequestInit} request
 * @returns {Promise<Response>}
 */
async function ask(url, request) {
  let answer;
  try {
    answer = await fetch(url, { cache: "no-store", signal: AbortSignal.timeout(ANSWER_MS), ...request });
  } catch (error) {
    throw new MediaProblem(0, "unreachable", String(error));
  }
  if (answer.ok) return answer;
  const problem = await answer.json().catch(() => ({}));
  const after = Number(answer.headers.get("Retry-After")) || 0;
  throw new MediaProblem(answer.status, problem.code ?? "error", problem.detail ?? answer.statusText, after);
}

/** Milliseconds before the next try; after a refusal with Retry-After, at least those. */
export function waitMs(/** @type {number} */ tries, /** @type {unknown} */ problem) {
  const wait = WAITS_MS[Math.min(tries, WAITS_MS.length - 1)] * (0.8 + 0.4 * Math.random());
  const least = problem instanceof MediaProblem ? problem.retryAfter * 1000 : 0;
  return Math.max(wait, least);
}

/** One WHIP or WHEP session with its RTCPeerConnection. */
export class Session {
  #url;
  #headers;
  /** @type {URL | null} */
  #location = null;
  #tag = "";

  /**
   * @param {RTCPeerConnection} connection
   * @param {string | URL} url of the endpoint
   * @param {string} key a bearer token; "" = the cookie
   */
  constructor(connection, url, key) {
    this.connection = connection;
    this.#url = new URL(url, location.href);
    this.#headers = key ? { Authorization: `Bearer ${key}` } : {};
  }

  /** Offer, POST, answer. All candidates are the server's, so nothing is gathered first. */
  async open() {
    const pc = this.connection;
    await pc.setLocalDescription();
    const answer = await ask(this.#url, {
      method: "POST",
      headers: { ...this.#headers, "Content-Type": "application/sdp" },
      body: pc.localDescription?.sdp,
    });
    this.#location = new URL(answer.headers.get("Location") ?? "", this.#url);
    this.#tag = answer.headers.get("ETag") ?? "";
    const sdp = await answer.text();
    if (pc.signalingState === "closed") await this.close();
    else await pc.setRemoteDescription({ type: "answer", sdp });
  }

  /** ICE restart by PATCH (RFC 9725 §4.3.3): same session, other network. Raises MediaProblem. */
  async restart() {
    const pc = this.connection;
    if (!this.#location || !pc.remoteDescription) throw new MediaProblem(404, "session_gone", "no session");
    const before = pc.remoteDescription.sdp;
    pc.restartIce();
    await pc.setLocalDescription();
    const answer = await ask(this.#location, {
      method: "PATCH",
      headers: {
        ...this.#headers,
        "Content-Type": "application/trickle-ice-sdpfrag",
        "If-Match": this.#tag ? "*" : "",
      },
      body: ["ice-ufrag", "ice-pwd"].map((name) => line(name, pc.localDescription?.sdp ?? "")).join(""),
    });
    this.#tag = answer.headers.get("ETag") ?? this.#tag;
    const fragment = await answer.text();
    const sdp = before
      .replace(/a=ice-ufrag:.*\r\n/g, line("ice-ufrag", fragment))
      .replace(/a=ice-pwd:.*\r\n/g, line("ice-pwd", fragment));
    await pc.setRemoteDescription({ type: "answer", sdp });
  }

  /** Whether the server still has it; true also while nobody answers, since that says nothing of the session. */
  async isThere() {
    const url = this.#location;
    if (!url) return false;
    const answer = await fetch(url, { cache: "no-store", signal: AbortSignal.timeout(PATIENCE_MS) }).catch(() => null);
    return answer?.status !== 404;
  }

  /** Ends it on both sides; also while the page goes away. Never raises: the server notices silence by itself. */
  async close() {
    this.connection.close();
    const url = this.#location;
    this.#location = null;
    if (url) await fetch(url, { method: "DELETE", headers: this.#headers, keepalive: true }).catch(() => null);
  }
}

/**
 * Asks, the sooner the better and then ever less often, whether a session is still there while nothing comes of it:
 * a server that died says no goodbye.
 */
export class Doubt {
  #first;
  #next;

  /** @param {number} firstMs of silence before the first question; the others come after twice as long */
  constructor(firstMs) {
    this.#first = firstMs;
    this.#next = firstMs;
  }

  /** Something came. */
  clear() {
    this.#next = this.#first;
  }

  /**
   * @param {Session} session
   * @param {number} silentMs since something came last
   * @returns {Promise<boolean>} true: it is gone
   */
  async isConfirmed(session, silentMs) {
    if (silentMs < this.#next) return false;
    this.#next = Math.min(this.#next * 2, this.#next + MOST_DOUBT_MS);
    return !(await session.isThere());
  }
}

function line(/** @type {string} */ name, /** @type {string} */ sdp) {
  return `a=${name}:${sdp.match(new RegExp(`a=${name}:(.*)\\r\\n`))?.[1] ?? ""}\r\n`;
}

/**
 * Says when a connection is up, and when it is down for good or for too long.
 * @param {RTCPeerConnection} connection
 * @param {{up: () => void, down: (how: "shaky" | "lost") => void}} tell
 */
export function watch(connection, tell) {
  let timer = 0;
  connection.addEventListener("connectionstatechange", () => {
    clearTimeout(timer);
    const state = connection.connectionState;
    if (state === "connected") tell.up();
    else if (state === "failed") tell.down("lost");
    else if (state === "disconnected") timer = setTimeout(() => tell.down("shaky"), PATIENCE_MS);
  });
  // The server's farewell comes by DTLS and does not always change the connection's state.
  for (const { sender, receiver } of connection.getTransceivers()) {
    const transport = sender.transport ?? receiver.transport;
    transport?.addEventListener("statechange", () => transport.state === "closed" && tell.down("lost"));
  }
}
