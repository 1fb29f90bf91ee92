/** Pictures beside the host's: a tile for each seat, played by itself. Used by viewers, by the host and by guests. */

import { play } from "livestream/whep";
import { one } from "./parts.js";

/**
 * @typedef {{seat: number, name: string, is_muted: boolean}} Seat
 * @param {HTMLElement} root
 * @param {(seat: number) => string} urlOf where a seat is played
 * @param {() => boolean} [isQuiet] whether nobody is to be heard at the moment
 */
export function tiles(root, urlOf, isQuiet = () => false) {
  /** @type {Map<number, {place: HTMLElement, video: HTMLVideoElement, playing: import("livestream/whep").Playing, muted: boolean}>} */
  const shown = new Map();

  function hear() {
    for (const tile of shown.values()) tile.video.muted = tile.muted || isQuiet();
  }

  /** @param {Seat} given */
  function add({ seat }) {
    const place = one("#livestream-tile").content.firstElementChild.cloneNode(true);
    const video = one("video", place);
    video.muted = isQuiet();
    root.append(place);
    const tile = { place, video, playing: play(video, urlOf(seat)), muted: false };
    tile.playing.addEventListener("state", ({ detail }) => (place.dataset.media = detail.state));
    shown.set(seat, tile);
    return tile;
  }

  /** @param {Seat[]} list whoever is there now */
  function show(list) {
    for (const [seat, tile] of shown) {
      if (list.some((one) => one.seat === seat)) continue;
      shown.delete(seat);
      tile.playing.stop();
      tile.place.remove();
    }
    for (const given of list) {
      const tile = shown.get(given.seat) ?? add(given);
      tile.muted = given.is_muted;
      one("[data-name]", tile.place).textContent = given.name;
      one("[data-is-muted]", tile.place).hidden = !given.is_muted;
      tile.video.setAttribute("aria-label", given.name);
    }
    root.hidden = shown.size === 0;
    root.dataset.count = String(shown.size);
    hear();
  }

  return { show, hear };
}
