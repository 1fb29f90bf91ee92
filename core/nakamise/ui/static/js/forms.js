/** Forms: a second click sends nothing, selects and checks may send themselves, numbers have steps. */

document.addEventListener("submit", (event) => {
  const form = /** @type {HTMLFormElement} */ (event.target);
  if (event.defaultPrevented || form.method === "dialog") return;
  if (form.dataset.busy !== undefined) {
    event.preventDefault();
    return;
  }
  markBusy(form, event.submitter);
});

function markBusy(form, submitter) {
  form.dataset.busy = "";
  const button = submitter ?? form.querySelector("[type=submit], button:not([type])");
  button?.setAttribute("aria-busy", "true");
}

function release(form) {
  delete form.dataset.busy;
  form.querySelectorAll("[aria-busy=true]").forEach((button) => button.removeAttribute("aria-busy"));
}

// Going back shows the page as it was left, and a fragment answers into the same page: both must be usable again.
addEventListener("pageshow", () => document.querySelectorAll("form[data-busy]").forEach(release));
document.addEventListener("htmx:finally:request", () => document.querySelectorAll("form[data-busy]").forEach(release));

document.addEventListener("change", (event) => {
  const control = /** @type {HTMLInputElement} */ (event.target);
  if (control.matches?.("[data-autosubmit]")) control.form?.requestSubmit();
});

document.addEventListener("click", (event) => {
  const button = /** @type {Element} */ (event.target).closest(".n-stepper button[data-step]");
  if (!button) return;
  const input = button.closest(".n-stepper").querySelector("input");
  if (button.dataset.step === "1") input.stepUp();
  else input.stepDown();
  input.dispatchEvent(new Event("input", { bubbles: true }));
  input.dispatchEvent(new Event("change", { bubbles: true }));
});
