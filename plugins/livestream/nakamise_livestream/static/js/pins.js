/** The products of a broadcast for who runs it: showing one, taking it down, stock and price as they change. */

import { all, ask, here, one, say, STUDIO } from "./parts.js";

/** @param {(what: () => Promise<void>, button: HTMLElement) => void} attempt */
export function start(attempt) {
  for (const button of all("[data-pin]")) button.addEventListener("click", () => attempt(() => pin(button), button));
  here.on("pinned", ({ product_id: id }) => showPin(id));
  here.on("goods", ({ goods }) => goods.forEach(showGood));
  for (const box of all("[data-briefing]")) box.addEventListener("toggle", () => box.open && brief(box));
}

/** Anew each time: prices and stocks change. */
async function brief(box) {
  const answer = await fetch(box.dataset.briefing).catch(() => null);
  const place = one("[data-briefing-text]", box);
  if (!answer?.ok) return (place.textContent = say("failed"));
  place.replaceChildren(...new DOMParser().parseFromString(await answer.text(), "text/html").body.childNodes);
}

async function pin(button) {
  const id = button.closest("[data-good]").dataset.good;
  const isShown = button.getAttribute("aria-pressed") === "true";
  if (isShown) await ask("DELETE", `${STUDIO}/pin`);
  else await ask("PUT", `${STUDIO}/pin`, { product_id: id });
  showPin(isShown ? null : id);
}

function showPin(id) {
  for (const item of all("[data-good]")) {
    item.toggleAttribute("data-pinned", item.dataset.good === id);
    one("[data-pin]", item).setAttribute("aria-pressed", String(item.dataset.good === id));
  }
}

function showGood(good) {
  const item = one(`[data-good="${CSS.escape(good.id)}"]`);
  if (!item) return;
  item.dataset.kind = good.kind;
  for (const name of ["price", "stock"]) one(`[data-f=${name}]`, item).textContent = good[name];
  const box = one("[data-briefing]", item);
  if (box?.open) brief(box);
}
