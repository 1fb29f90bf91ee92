/**
 * Live messages of the server: `import {live} from "ui/live"; live.on("hello.greeted", (data) => …)`.
 * One connection for a page, whatever listens; the browser connects again by itself.
 */

/** @typedef {(data: any) => void} Heard */

class Live {
  /** @type {Map<string, Set<Heard>>} */
  #heard = new Map();
  /** @type {EventSource | null} */
  #source = null;
  #planned = false;

  /**
   * @param {string} topic
   * @param {Heard} heard
   * @returns {() => void} stops listening
   */
  on(topic, heard) {
    const all = this.#heard.get(topic) ?? new Set();
    if (all.size === 0) this.#plan();
    this.#heard.set(topic, all.add(heard));
    return () => {
      all.delete(heard);
      if (all.size === 0) {
        this.#heard.delete(topic);
        this.#plan();
      }
    };
  }

  /** Several modules subscribe while a page loads: they share one connection. */
  #plan() {
    if (this.#planned) return;
    this.#planned = true;
    setTimeout(() => {
      this.#planned = false;
      this.#connect();
    });
  }

  #connect() {
    this.#source?.close();
    this.#source = null;
    const topics = [...this.#heard.keys()];
    if (topics.length === 0) return;
    const query = new URLSearchParams(topics.map((topic) => ["topic", topic]));
    this.#source = new EventSource(`/events?${query}`);
    this.#source.addEventListener("open", () => document.documentElement.toggleAttribute("data-live", true));
    for (const topic of topics) {
      this.#source.addEventListener(topic, (event) => {
        const data = JSON.parse(/** @type {MessageEvent<string>} */ (event).data);
        for (const heard of this.#heard.get(topic) ?? []) heard(data);
      });
    }
  }
}

export const live = new Live();
