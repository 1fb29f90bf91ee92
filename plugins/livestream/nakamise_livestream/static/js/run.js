/** The run-sheet while it is gone through: the current item large, the next one a tap away. Its product is shown by the server. */

import { all, ask, facts, one, say, STUDIO } from "./parts.js";

const panel = one("[data-run]");
let items = facts.run;

/** @param {(what: () => Promise<void>, button: HTMLElement) => void} attempt */
export function start(attempt) {
  if (!panel) return;
  one("[data-run-next]").addEventListener("click", (event) => attempt(() => step(null), event.currentTarget));
  for (const button of all("[data-run-item]", panel)) {
    button.addEventListener("click", () => attempt(() => step(button.dataset.runItem), button));
  }
  show();
}

async function step(id) {
  items = await ask("POST", `${STUDIO}/run-sheet/next`, { item_id: id });
  show();
}

function show() {
  const at = items.findIndex((item) => item.is_current);
  for (const button of all("[data-run-item]", panel)) {
    if (items[at]?.id === button.dataset.runItem) button.setAttribute("aria-current", "step");
    else button.removeAttribute("aria-current");
  }
  const next = one("[data-run-next]");
  next.disabled = at + 1 >= items.length;
  one("span", next).textContent = next.disabled ? say("run_end") : say("run_next", { name: items[at + 1].title });
  one("[data-run-points]").textContent = items[at]?.points ?? "";
  one("[data-run-coupon]").textContent = items[at]?.coupon ? say("run_coupon", { code: items[at].coupon }) : "";
}
