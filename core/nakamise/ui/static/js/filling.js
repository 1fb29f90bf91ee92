/** Fields that a page fills in itself: what somebody typed there is never overwritten. */

const filled = new WeakMap();

/** @param {HTMLInputElement | HTMLSelectElement} control @param {string} value "" takes back what was filled in */
export function put(control, value) {
  const isFree = control.value === "" || control.value === filled.get(control);
  if (!isFree || control.value === value) return;
  control.value = value;
  filled.set(control, value);
  control.dispatchEvent(new Event("change", { bubbles: true }));
}
