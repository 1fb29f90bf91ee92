/** The card goes from Stripe's own element to Stripe; the form sends what stands for it. */

const ready = new WeakSet();
const elements = new WeakMap();
const CHOSEN = "input[name=token][type=radio]:checked";

for (const box of document.querySelectorAll("[data-stripe]")) load(box);

/** @param {HTMLElement} box */
function load(box) {
  const script = document.createElement("script");
  script.src = box.dataset.script;
  script.addEventListener("load", () => mount(box));
  script.addEventListener("error", () => say(box, box.dataset.noAnswer));
  document.head.append(script);
}

function mount(box) {
  const stripe = window.Stripe(box.dataset.key, { locale: document.documentElement.lang });
  const card = stripe.elements().create("card", { hidePostalCode: true });
  card.mount(box.querySelector("[data-stripe-element]"));
  card.on("change", (event) => say(box, event.error?.message ?? ""));
  elements.set(box, { stripe, card });
}

document.addEventListener(
  "submit",
  (event) => {
    const form = event.target;
    const box = form.querySelector("[data-stripe]");
    if (!box || ready.delete(form)) return;
    const chosen = form.querySelector(CHOSEN);
    // One of both speaks: a form that offers saved cards, too, sends what was chosen there.
    ownToken(box).disabled = chosen !== null;
    if (chosen && !isNewCard(chosen)) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    if (box.dataset.busy !== undefined) return;
    box.dataset.busy = "";
    exchange(form, box, event.submitter).finally(() => delete box.dataset.busy);
  },
  true,
);

function ownToken(box) {
  return box.querySelector("input[name=token]");
}

/** Saved cards have the value that stands for them; a new one has none until it has been to Stripe. */
function isNewCard(radio) {
  return radio.value === "" || radio.dataset.newCard !== undefined;
}

async function exchange(form, box, submitter) {
  say(box, "");
  const found = elements.get(box);
  if (!found) {
    say(box, box.dataset.noAnswer);
    return;
  }
  const answer = await found.stripe.createPaymentMethod({ type: "card", card: found.card });
  if (answer.error) {
    say(box, answer.error.message);
    return;
  }
  const chosen = form.querySelector(CHOSEN);
  if (chosen) chosen.dataset.newCard = "";
  (chosen ?? ownToken(box)).value = answer.paymentMethod.id;
  ready.add(form);
  form.requestSubmit(submitter);
}

function say(box, text) {
  const place = box.querySelector("[data-stripe-error]");
  place.textContent = text;
  place.hidden = text === "";
}
