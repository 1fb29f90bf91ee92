/** While a payment's answer is missing, the page looks for it by itself. */

const EVERY_MS = 4000;
const TRIES = 30;

const waiting = document.querySelector("[data-poll]");
if (waiting) look(0);

/** @param {number} tries */
function look(tries) {
  if (tries >= TRIES) return;
  setTimeout(async () => {
    try {
      const answer = await fetch(waiting.dataset.poll, { headers: { accept: "text/html" } });
      const here = new URL(answer.url).pathname;
      const text = await answer.text();
      if (answer.ok && !(here === location.pathname && text.includes("data-poll="))) {
        location.assign(answer.url);
        return;
      }
    } catch (error) {
      if (!(error instanceof TypeError)) throw error; // TypeError: no connection right now
    }
    look(tries + 1);
  }, EVERY_MS);
}

// --- the note to the shop is kept when it was typed, also when the order is placed right after ---
let keeping = null;
document.addEventListener("change", (event) => {
  const form = event.target.closest?.("form[data-checkout-keep]");
  if (!form) return;
  const body = new URLSearchParams(new FormData(form));
  keeping = fetch(form.action, { method: "POST", body, redirect: "manual" })
    .catch(() => undefined)
    .finally(() => (keeping = null));
});
document.addEventListener(
  "submit",
  (event) => {
    if (!keeping || event.target.getAttribute("action") !== "/shop/checkout/confirm") return;
    event.preventDefault();
    event.stopImmediatePropagation();
    const { target, submitter } = event;
    keeping.then(() => target.requestSubmit(submitter));
  },
  true,
);
