/** Entry of the moderators' page: the chat with its tools, the products, the run-sheet. */

import * as moderate from "./moderate.js";
import * as pins from "./pins.js";
import * as run from "./run.js";
import { here, one, Refused } from "./parts.js";

moderate.start(JSON.parse(one("#livestream-lines").textContent));
pins.start(attempt);
run.start(attempt);
here.on("state", ({ state }) => {
  const names = JSON.parse(one("[data-states]").dataset.states);
  const place = one("[data-state-badge] .n-badge");
  [place.textContent, place.className] = [names[state][0], `n-badge n-badge--${names[state][1]}`];
});

async function attempt(what, button) {
  const place = one("[data-refused]");
  place.hidden = true;
  button.setAttribute("aria-busy", "true");
  try {
    await what();
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    place.textContent = error.message;
    place.hidden = false;
  } finally {
    button.removeAttribute("aria-busy");
  }
}
