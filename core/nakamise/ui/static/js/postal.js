/** Address forms: a postal code fills prefecture, city and town; what somebody typed is never overwritten. */

import { put } from "./filling.js";

document.addEventListener("input", async (event) => {
  const input = /** @type {HTMLInputElement} */ (event.target);
  const form = input.closest?.("[data-postal-form]");
  if (!form || input.name !== "postal_code") return;
  const digits = input.value.normalize("NFKC").replace(/\D/g, "");
  if (digits.length !== 7) return;
  const places = await look(digits);
  if (places.length) fill(form, places[0], places.length === 1);
});

async function look(digits) {
  const answer = await fetch(`/api/core/postal/${digits}`);
  return answer.ok ? answer.json() : [];
}

function fill(form, place, isOnly) {
  const names = { prefecture: place.prefecture, city: place.city, line1: isOnly ? place.town : "" };
  for (const [name, value] of Object.entries(names)) if (value) put(form.elements.namedItem(name), value);
}
