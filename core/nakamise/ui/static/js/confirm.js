/** `data-confirm="question"` on a form or a submit button asks before the form is sent. */

import { open } from "./dialog.js";

const agreed = new WeakSet();

document.addEventListener(
  "submit",
  (event) => {
    const form = /** @type {HTMLFormElement} */ (event.target);
    const submitter = event.submitter;
    const question = submitter?.dataset.confirm ?? form.dataset.confirm;
    if (!question) return;
    if (agreed.delete(form)) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    ask(question, submitter?.dataset.confirmLabel ?? form.dataset.confirmLabel).then((yes) => {
      if (!yes) return;
      agreed.add(form);
      form.requestSubmit(submitter);
    });
  },
  true,
);

/**
 * @param {string} question
 * @param {string} [label] text of the button that agrees
 * @returns {Promise<boolean>}
 */
export function ask(question, label) {
  const dialog = /** @type {HTMLDialogElement} */ (document.getElementById("n-confirm"));
  const button = /** @type {HTMLButtonElement} */ (dialog.querySelector("[value=yes]"));
  dialog.querySelector("[data-question]").textContent = question;
  button.textContent = label ?? button.dataset.label;
  dialog.returnValue = "";
  open(dialog);
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => resolve(dialog.returnValue === "yes"), { once: true });
  });
}
