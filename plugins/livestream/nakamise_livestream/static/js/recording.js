/** The recording while it is made: what went wrong with it, and whether it becomes a replay. */

import { ask, BROADCAST, facts, here, one, say, STUDIO } from "./parts.js";

const place = one("[data-recording]");

/** @param {(what: () => Promise<void>, button: HTMLElement) => void} attempt */
export function start(attempt) {
  here.on("recording", ({ trouble }) => show(trouble));
  one("[data-publish]")?.addEventListener("change", ({ currentTarget }) => attempt(() => publish(currentTarget), currentTarget));
  show(facts.recording_trouble);
}

/** Whether there is one to see, once the broadcast is over. */
export async function over() {
  const found = await ask("GET", `${BROADCAST}/archive`).catch(() => null);
  one("[data-to-recording]").hidden = !found;
  one("[data-to-page]").hidden = Boolean(found);
}

async function publish(box) {
  const wanted = box.checked;
  box.checked = !wanted;
  await ask("PUT", `${STUDIO}/archive`, { on: wanted });
  box.checked = wanted;
}

function show(trouble) {
  place.hidden = !trouble;
  place.textContent = trouble ? say(`r_${trouble}`) : "";
}
