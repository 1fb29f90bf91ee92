/** Guests beside the host on the watch page, while it is on the air. */

import { facts, here, one } from "./parts.js";
import { tiles } from "./tiles.js";

const video = /** @type {HTMLVideoElement} */ (one("[data-video]"));
const board = tiles(one("[data-guests]"), (seat) => `/livestream/${facts.id}/stage/${seat}/whep`, () => video.muted);
let known = facts.on_stage;
let isOn = false;

export function start() {
  here.on("stage", ({ on_stage }) => {
    known = on_stage;
    draw();
  });
  video.addEventListener("volumechange", board.hear);
}

/** @param {boolean} on */
export function watch(on) {
  isOn = on && "RTCPeerConnection" in window;
  draw();
}

const draw = () => board.show(isOn ? known : []);
