/**
 * Lists of broadcasts stay fresh while they are open: numbers of viewers in place, everything else by asking for the
 * list anew. Times get the reader's own zone beside the site's.
 */
import { live } from "ui/live";

const list = document.querySelector("[data-livestream-list]");
const SETTLE_MS = 400;
const SPREAD_MS = 1200;
let timer = 0;

function showOwnTimes(root) {
  const own = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const lang = document.documentElement.lang;
  for (const time of root.querySelectorAll("time[data-livestream-time]")) {
    const at = new Date(time.dateTime);
    const says = (zone) => at.toLocaleString(lang, { timeZone: zone, dateStyle: "short", timeStyle: "short" });
    if (says(own) === says(time.dataset.livestreamTime)) continue;
    const short = at.toLocaleString(lang, {
      month: "numeric", day: "numeric", hour: "2-digit", minute: "2-digit", timeZoneName: "short",
    });
    time.append(` (${short})`);
    delete time.dataset.livestreamTime;
  }
}

async function refresh() {
  if (document.hidden || list.contains(document.activeElement?.closest("input, select, textarea"))) return;
  const answer = await fetch(location.href, { headers: { "hx-request-type": "partial" } }).catch(() => null);
  if (!answer?.ok) return;
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
  showOwnTimes(fresh);
  const focused = document.activeElement?.closest("a")?.getAttribute("href");
  list.replaceChildren(...fresh.body.childNodes);
  if (focused) list.querySelector(`a[href="${CSS.escape(focused)}"]`)?.focus({ preventScroll: true });
}

/** Whoever has the list open asks at a slightly different moment. */
function plan() {
  clearTimeout(timer);
  timer = setTimeout(refresh, SETTLE_MS + Math.random() * SPREAD_MS);
}

showOwnTimes(document);
live.on("livestream.numbers", ({ broadcast_id: id, viewers }) => {
  const text = new Intl.NumberFormat(document.documentElement.lang).format(viewers);
  for (const place of document.querySelectorAll(`[data-livestream-viewers="${CSS.escape(id)}"]`)) place.textContent = text;
});
if (list) {
  live.on("livestream.state", plan);
  document.addEventListener("visibilitychange", () => document.hidden || plan());
  const everyS = Number(list.dataset.everyS ?? 0);
  if (everyS) {
    live.on("livestream.sending", plan);
    setInterval(refresh, everyS * 1000);
  }
}
