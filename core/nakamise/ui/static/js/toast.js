/** Short messages above the bottom bar, announced politely. */

const LIFETIME_MS = 5000;

/**
 * @param {string} text
 * @param {{label?: string, action?: () => void}} [options] an optional button, such as undo
 */
export function toast(text, options = {}) {
  const region = document.querySelector(".n-toasts");
  if (!region) return;
  const item = document.createElement("div");
  item.className = "n-toast";
  item.append(text);
  if (options.label && options.action) item.append(actionButton(item, options.label, options.action));
  // A popover stands above an open dialog; showing it again brings it to the front.
  if (region.matches(":popover-open")) region.hidePopover();
  region.showPopover();
  region.append(item);
  setTimeout(() => dismiss(region, item), LIFETIME_MS);
}

function actionButton(item, label, action) {
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = label;
  button.addEventListener("click", () => {
    action();
    item.remove();
  });
  return button;
}

function dismiss(region, item) {
  item.remove();
  if (!region.childElementCount && region.matches(":popover-open")) region.hidePopover();
}

for (const name of ["toast", "ui:toast"]) {
  document.addEventListener(name, (event) => toast(event.detail?.value ?? event.detail?.text ?? String(event.detail)));
}
