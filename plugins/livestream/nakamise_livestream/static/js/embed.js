/** Entry of the page that other sites show in a frame: the picture now, or the recording; it follows the broadcast's state. */

import { attachHls } from "livestream/hls-player";
import { all, facts, here, number, one } from "./parts.js";
import * as player from "./player.js";

const ON_AIR = ["live", "paused"];
/** Frames of many sites ask for the page anew, not all at once. */
const SPREAD_MS = 8000;

player.start();
if (facts.playlist) attachHls(one("[data-video]"), facts.playlist);
else if (ON_AIR.includes(facts.state)) player.watch();
here.on("state", ({ state }) => state !== facts.state && setTimeout(() => location.reload(), Math.random() * SPREAD_MS));
here.on("presence", ({ now }) => {
  for (const place of all("[data-livestream-viewers]")) place.textContent = number(now);
});
