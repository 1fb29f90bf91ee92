/** Exchanges a card for a token at the payment company, so that the shop's server never sees the card. */

const TOKENS = "/api/payments_sandbox/tokens";
const ready = new WeakSet();

for (const box of document.querySelectorAll("[data-sandbox-card]")) offerFields(box);

/** @param {Element} box */
function offerFields(box) {
  box.querySelector("[data-sandbox-fields]").hidden = false;
  const choice = box.querySelector("[data-sandbox-choice]");
  choice.hidden = true;
  const select = choice.querySelector("select");
  select.disabled = true;
  const hidden = document.createElement("input");
  hidden.type = "hidden";
  hidden.name = "token";
  choice.append(hidden);
  for (const field of box.querySelectorAll("[data-card]")) field.required = true;
  box.addEventListener("click", (event) => fill(box, event));
  box.querySelector("[data-card=number]").addEventListener("input", group);
  box.querySelector("[data-card=expiry]").addEventListener("input", slash);
}

function fill(box, event) {
  const button = event.target.closest("[data-sandbox-fill]");
  if (!button) return;
  box.querySelector("[data-card=number]").value = button.dataset.sandboxFill;
  box.querySelector("[data-card=expiry]").value = "12/30";
  box.querySelector("[data-card=cvc]").value = "123";
}

function group(event) {
  const input = event.target;
  if (input.selectionStart !== input.value.length) return;
  const digits = input.value.normalize("NFKC").replace(/\D/g, "").slice(0, 19);
  input.value = digits.replace(/(.{4})(?=.)/g, "$1 ");
}

/** The stroke between month and year, for who types digits alone. */
function slash(event) {
  const input = event.target;
  if (input.selectionStart !== input.value.length || event.inputType?.startsWith("delete")) return;
  const digits = input.value.normalize("NFKC").replace(/\D/g, "").slice(0, 4);
  if (digits.length > 2) input.value = `${digits.slice(0, 2)}/${digits.slice(2)}`;
}

document.addEventListener(
  "submit",
  (event) => {
    const form = event.target;
    const box = form.querySelector("[data-sandbox-card]");
    if (!box || ready.delete(form)) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    if (box.dataset.busy !== undefined) return;
    box.dataset.busy = "";
    exchange(form, box, event.submitter).finally(() => delete box.dataset.busy);
  },
  true,
);

async function exchange(form, box, submitter) {
  say(box, "");
  const value = (name) => box.querySelector(`[data-card=${name}]`).value.normalize("NFKC").trim();
  const card = { number: value("number"), expiry: value("expiry"), cvc: value("cvc") };
  try {
    const answer = await fetch(TOKENS, {
      method: "POST",
      headers: { "content-type": "application/json", "accept-language": document.documentElement.lang },
      body: JSON.stringify(card),
    });
    const body = await answer.json();
    if (!answer.ok) {
      refuse(box, ...(Object.entries(body.errors ?? {})[0] ?? ["", body.detail]));
      return;
    }
    box.querySelector("input[name=token]").value = body.token;
  } catch (error) {
    say(box, box.dataset.noAnswer);
    if (!(error instanceof TypeError)) throw error;
    return;
  }
  ready.add(form);
  form.requestSubmit(submitter);
}

/** Says of which field `text` is, and goes there. */
function refuse(box, name, text) {
  const field = box.querySelector(`[data-card="${name}"]`);
  say(box, field ? `${field.labels[0].textContent}: ${text}` : text);
  field?.setAttribute("aria-invalid", "true");
  field?.focus();
}

function say(box, text) {
  for (const field of box.querySelectorAll("[data-card]")) field.removeAttribute("aria-invalid");
  const place = box.querySelector("[data-sandbox-error]");
  place.textContent = text;
  place.hidden = text === "";
}
