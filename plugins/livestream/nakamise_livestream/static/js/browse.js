/**
 * Product pages, cart and checkout beside the running broadcast: the page stays, so picture, sound and chat go on, and
 * what is visited stands in a frame. On a phone the stage shrinks to a small player above it.
 */

import { badge } from "./cart.js";
import { all, facts, one } from "./parts.js";

const main = one("[data-livestream-watch]");
const panel = one("[data-browse]");
const title = one("[data-browse-title]");
let frame = null;
let opener = null;
let wanted = "";
let onReturn = () => {};

/** @param {() => void} returned called when the viewer is back */
export function start(returned) {
  onReturn = returned;
  one("[data-browse-back]").addEventListener("click", () => close());
  one("[data-return]").addEventListener("click", () => close());
  document.addEventListener("click", follow);
  document.addEventListener("keydown", (event) => event.key === "Escape" && isOpen() && close());
  addEventListener("popstate", () => isOpen() && !history.state?.browse && hide());
}

export const isOpen = () => !panel.hidden;

/** @param {string} url of this site */
export function browse(url) {
  if (!isOpen()) {
    opener = document.activeElement;
    history.pushState({ browse: true }, "");
  }
  frame?.remove();
  frame = document.createElement("iframe");
  frame.title = panel.getAttribute("aria-label");
  frame.src = wanted = url;
  frame.addEventListener("load", arrived);
  panel.append(frame);
  panel.hidden = false;
  panel.dataset.loading = "";
  main.classList.add("is-browsing");
  for (const open of all(":popover-open[data-goods]")) open.hidePopover();
  one("[data-browse-back]").focus();
}

function close() {
  hide();
  history.replaceState(null, "");
}

function hide() {
  panel.hidden = true;
  main.classList.remove("is-browsing");
  frame?.remove();
  frame = null;
  opener?.focus();
  onReturn();
}

function arrived() {
  delete panel.dataset.loading;
  const seen = frame?.contentDocument;
  // A page that does not let itself be framed, such as a bank's: the whole window goes there.
  if (!seen) return location.assign(wanted);
  const at = frame.contentWindow.location;
  wanted = at.href;
  if (at.pathname.startsWith("/livestream")) return leave(at);
  title.textContent = one("h1", seen)?.textContent ?? "";
  seen.addEventListener("keydown", (event) => event.key === "Escape" && !event.defaultPrevented && close());
  seen.addEventListener("click", stay, true);
  seen.addEventListener("htmx:after:swap", () => badge(seen));
  badge(seen);
}

/** Links in the frame to broadcasts, and to elsewhere, are for the window. */
function stay(event) {
  const link = event.target.closest?.("a[href]");
  if (!link || link.target) return;
  const isAway = link.origin !== location.origin;
  if (!isAway && !link.pathname.startsWith("/livestream")) return;
  event.preventDefault();
  leave(link);
}

function leave(to) {
  if (to.origin === location.origin && to.pathname === `/livestream/${facts.id}`) close();
  else location.assign(to.href);
}

/** Links of this page into the shop open beside the picture. */
function follow(event) {
  const link = event.target.closest("a[href]");
  if (!link || event.defaultPrevented || event.button || event.metaKey || event.ctrlKey || event.shiftKey) return;
  if (link.origin !== location.origin || link.target || !link.pathname.startsWith("/shop")) return;
  event.preventDefault();
  link.closest("dialog")?.close();
  browse(link.href);
}
