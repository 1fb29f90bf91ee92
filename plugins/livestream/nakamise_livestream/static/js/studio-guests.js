/** The host's guests: inviting by a link, seeing and hearing them, muting, removing. */

import { ask as confirm } from "ui/confirm";
import { all, ask, facts, here, one, say, STUDIO } from "./parts.js";
import { tiles } from "./tiles.js";

const GUESTS = `${STUDIO}/guests`;
const board = tiles(one("[data-guests]"), (seat) => `/livestream/${facts.id}/stage/${seat}/whep`);
const list = one("[data-guest-list]");
const form = /** @type {HTMLFormElement} */ (one("[data-invite]"));

/** @param {(what: () => Promise<void>, button?: HTMLElement) => Promise<void>} attempt */
export function start(attempt) {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    attempt(invite, one("button", form));
  });
  list.addEventListener("click", ({ target }) => {
    const button = target.closest("button");
    if (button) attempt(() => (button.matches("[data-silence]") ? silence(button) : remove(button)), button);
  });
  here.on("stage", () => attempt(async () => show(await ask("GET", GUESTS))));
  show(facts.guests);
}

async function invite() {
  const field = form.elements.namedItem("name");
  const made = await ask("POST", GUESTS, { name: field.value });
  field.value = "";
  const link = one("[data-guest-link]");
  one("code", link).textContent = made.url;
  one("[data-copy]", link).dataset.copy = made.url;
  one("[data-guest-name]", link).textContent = made.name;
  link.hidden = false;
  show(await ask("GET", GUESTS));
}

async function silence(button) {
  const isMuted = button.getAttribute("aria-pressed") === "true";
  show(await ask("PUT", `${GUESTS}/${button.closest("li").dataset.guest}/muted`, { on: !isMuted }));
}

async function remove(button) {
  const { guest, name } = button.closest("li").dataset;
  if (!(await confirm(say("q_remove", { name }), say("yes_remove")))) return;
  show(await ask("DELETE", `${GUESTS}/${guest}`));
}

function show(guests) {
  list.replaceChildren(...guests.map(row));
  list.hidden = guests.length === 0;
  form.hidden = guests.length >= facts.seats;
  one("[data-stage-full]").hidden = guests.length < facts.seats;
  board.show(guests.filter((guest) => guest.state === "on_stage"));
}

function row({ id, name, state, is_muted: isMuted }) {
  const item = one("#livestream-guest").content.firstElementChild.cloneNode(true);
  Object.assign(item.dataset, { guest: id, name });
  one("b", item).textContent = name;
  one("small", item).textContent = say(`guest_${state}`);
  one("[data-silence]", item).setAttribute("aria-pressed", String(isMuted));
  for (const place of all("[data-who]", item)) place.textContent = name;
  return item;
}
