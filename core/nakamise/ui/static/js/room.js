/**
 * Rooms of the server: `import {room} from "ui/room"; room("hello.hall", "7", {since}).on("said", (data) => …)`.
 * One connection for a room, whoever listens. It comes back by itself and is then told what it missed.
 *
 * Besides the plugin's events there are: `presence` {now, peak, unique}; `reactions` {heart: 3}, once a second;
 * `reset`: the gap was too long, load anew what you show; `status` {state: "up" | "away"}: whether anything can be
 * said; and, made here, `connection` {state: "open" | "retrying"}.
 */

/** @typedef {(data: any) => void} Heard */

const WAIT_MS = 1000;
const WAIT_MAX_MS = 30_000;
// The server says `alive` every 15 s: a line that is silent for longer than this is dead, though nobody closed it.
const SILENCE_MAX_MS = 40_000;
// The same for a page that comes back to the front: timers stood still while the device slept.
const ASLEEP_MS = 20_000;

class Room {
  /** @type {Map<string, Set<Heard>>} */
  #heard = new Map();
  /** @type {EventSource | null} */
  #source = null;
  #path;
  #last;
  #tries = 0;
  #timer = 0;
  #silence = 0;
  #heardAt = 0;
  #isPlanned = false;

  /**
   * @param {string} path
   * @param {string} since
   */
  constructor(path, since) {
    this.#path = path;
    this.#last = since;
    // An open connection would keep the page out of the browser's back-forward cache.
    addEventListener("pagehide", () => this.#disconnect());
    addEventListener("pageshow", (event) => event.persisted && this.#plan(0));
    addEventListener("online", () => this.#again());
    document.addEventListener("visibilitychange", () => {
      if (!document.hidden && Date.now() - this.#heardAt > ASLEEP_MS) this.#again();
    });
  }

  /**
   * @param {string} name
   * @param {Heard} heard
   * @returns {() => void} stops listening
   */
  on(name, heard) {
    const all = this.#heard.get(name);
    if (all) all.add(heard);
    else {
      this.#heard.set(name, new Set([heard]));
      if (this.#source) this.#listen(name);
      else this.#plan(0);
    }
    return () => this.#heard.get(name)?.delete(heard);
  }

  /** Nobody is told anything any more. */
  close() {
    this.#disconnect();
    this.#heard.clear();
    rooms.delete(this.#path);
  }

  /**
   * Modules that subscribe while a page loads share one connection.
   * @param {number} wait_ms
   */
  #plan(wait_ms) {
    if (this.#isPlanned) return;
    this.#isPlanned = true;
    this.#timer = setTimeout(() => this.#connect(), wait_ms);
  }

  #disconnect() {
    clearTimeout(this.#timer);
    clearTimeout(this.#silence);
    this.#isPlanned = false;
    this.#source?.close();
    this.#source = null;
  }

  /** At once, from the event that was heard last. */
  #again() {
    if (!this.#source && !this.#isPlanned) return;
    this.#tell("connection", { state: "retrying" });
    this.#connect();
  }

  #alive() {
    this.#heardAt = Date.now();
    clearTimeout(this.#silence);
    this.#silence = setTimeout(() => this.#again(), SILENCE_MAX_MS);
  }

  #connect() {
    this.#disconnect();
    this.#alive();
    const query = new URLSearchParams({ viewer: viewer(), since: this.#last });
    this.#source = new EventSource(`${this.#path}?${query}`);
    this.#source.addEventListener("alive", () => this.#alive());
    for (const name of ["open", "reset"]) this.#source.addEventListener(name, (event) => this.#opened(event));
    this.#source.addEventListener("error", (event) => event instanceof MessageEvent || this.#failed());
    for (const name of this.#heard.keys()) this.#listen(name);
  }

  /** @param {string} name */
  #listen(name) {
    this.#source?.addEventListener(name, (event) => {
      if (!(event instanceof MessageEvent)) return;
      this.#last = event.lastEventId || this.#last;
      this.#tell(name, JSON.parse(event.data));
    });
  }

  /** @param {Event} event */
  #opened(event) {
    if (!(event instanceof MessageEvent)) return;
    this.#tries = 0;
    this.#alive();
    this.#last = event.lastEventId;
    this.#tell("connection", { state: "open" });
  }

  /** The browser tries again after a broken line, but not after a refusal: that is ours to do. */
  #failed() {
    this.#tell("connection", { state: "retrying" });
    if (this.#source?.readyState !== EventSource.CLOSED) return;
    this.#disconnect();
    const wait_ms = Math.min(WAIT_MS * 2 ** this.#tries++, WAIT_MAX_MS);
    this.#plan(wait_ms * (0.5 + Math.random()));
  }

  /**
   * @param {string} name
   * @param {unknown} data
   */
  #tell(name, data) {
    for (const heard of this.#heard.get(name) ?? []) heard(data);
  }
}

/** By which a guest is counted once for a tab's life. */
function viewer() {
  const kept = sessionStorage.getItem("viewer");
  if (kept) return kept;
  const made = [...crypto.getRandomValues(new Uint8Array(12))].map((n) => n.toString(16).padStart(2, "0")).join("");
  sessionStorage.setItem("viewer", made);
  return made;
}

/** @type {Map<string, Room>} */
const rooms = new Map();

/**
 * The same object for the same room.
 * @param {string} kind
 * @param {string | number} id
 * @param {{since?: string}} [from] `since`: the cursor with which the page was drawn
 */
export function room(kind, id, { since = "" } = {}) {
  const path = `/rooms/${kind}/${id}`;
  const found = rooms.get(path) ?? new Room(path, since);
  rooms.set(path, found);
  return found;
}
