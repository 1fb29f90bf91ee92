/** Dialogs and sheets: opening by attribute, closing by backdrop, showing what a fragment brought. */

const supportsCommands = "commandForElement" in HTMLButtonElement.prototype;

/** @param {HTMLDialogElement | null} dialog */
export function open(dialog) {
  if (dialog && !dialog.open) dialog.showModal();
}

document.addEventListener("click", (event) => {
  const target = /** @type {Element} */ (event.target);
  if (target instanceof HTMLDialogElement && !target.hasAttribute("data-locked")) {
    target.close();
    return;
  }
  const closer = target.closest("[data-close]");
  if (closer) closer.closest("dialog")?.close();
  if (!supportsCommands) runCommand(target.closest("button[commandfor]"));
});

function runCommand(button) {
  if (!button) return;
  const dialog = document.getElementById(button.getAttribute("commandfor"));
  if (!(dialog instanceof HTMLDialogElement)) return;
  if (button.getAttribute("command") === "show-modal") open(dialog);
  else dialog.close();
}

// A page or a fragment that brings a dialog (`<dialog data-auto-open>`) shows it at once: a refused form stays open.
function openNew() {
  document.querySelectorAll("dialog[data-auto-open]:not([open])").forEach(open);
}
document.addEventListener("htmx:after:swap", openNew);
openNew();
