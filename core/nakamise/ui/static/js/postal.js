/** Address forms: a postal code fills prefecture, city and town; what somebody typed is never overwritten. */

const filled = new WeakMap();

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
  put(form.elements.namedItem("prefecture"), place.prefecture);
  put(form.elements.namedItem("city"), place.city);
  if (isOnly) put(form.elements.namedItem("line1"), place.town);
}

function put(control, value) {
  const isOurs = control.value === "" || control.value === filled.get(control);
  if (!value || !isOurs) return;
  control.value = value;
  filled.set(control, value);
}
