/** Entry of the watch page: puts its parts together and follows the broadcast's state. */

import { toast } from "ui/toast";
import * as browse from "./browse.js";
import * as buy from "./buy.js";
import * as chat from "./chat.js";
import * as goods from "./goods.js";
import * as guests from "./guests.js";
import * as hearts from "./hearts.js";
import { all, facts, here, number, one, roll, say, skew_ms } from "./parts.js";
import * as player from "./player.js";

const ON_AIR = ["live", "paused"];
const REASONS = { forced: true, lost: true };
const main = one("[data-livestream-watch]");
let state = facts.state;

player.start();
guests.start();
chat.start();
goods.start();
buy.start({ find: goods.find, go: browse.browse });
here.on("goods", buy.refresh);
hearts.start();
browse.start(chat.whoAmI);
if (facts.may_watch) player.watch();
guests.watch(ON_AIR.includes(state));
here.on("state", follow);
here.on("presence", present);
here.on("bought", ({ name, number: n }) => chat.happened("bought", say(name ? "bought" : "sold", { name, n })));
here.on("status", ({ state: is }) => (one('[data-line="away"]').hidden = is === "up"));
one("[data-share]").addEventListener("click", share);
const clock = one("[data-count]");
if (clock?.dataset.count) setInterval(count, 500);
count();

let known = NaN;

function present({ now, unique }) {
  for (const place of all("[data-viewers]")) roll(place, now);
  const came = unique - known;
  known = unique;
  if (came > 0) chat.happened("joined", say("joined", { n: number(came) }), true);
}

function follow(news) {
  const was = state;
  state = news.state;
  main.dataset.state = state;
  const isOnAir = ON_AIR.includes(state);
  for (const panel of all("[data-panel]")) panel.hidden = panel.dataset.panel !== panelOf(state);
  for (const part of [one("[data-livebadge]"), one("[data-viewers]").parentElement]) part.hidden = !isOnAir;
  hearts.allow(isOnAir);
  if (isOnAir) player.watch();
  else player.stop();
  guests.watch(isOnAir);
  if (was === "scheduled" && state === "live") toast(say("started"));
  if (panelOf(state) === "ended") end(news);
}

function end(news) {
  const why = news.reason || (news.end_why in REASONS ? say(news.end_why) : "");
  one("[data-end-why]").textContent = why;
  one("[data-end-goods]").replaceChildren(...goods.best(3).map(goods.cardOf));
}

function panelOf(now) {
  if (now === "scheduled") return facts.may_watch ? "" : "soon";
  return now === "live" ? "" : now === "paused" ? "paused" : "ended";
}

/** By the server's clock; below zero it is about to begin. */
function count() {
  if (!clock?.dataset.count || state !== "scheduled") return;
  const left_s = Math.max(0, Math.ceil((Date.parse(clock.dataset.count) - Date.now() - skew_ms) / 1000));
  const two = (value) => String(value).padStart(2, "0");
  const hours = Math.floor(left_s / 3600);
  clock.textContent = `${hours ? `${hours}:` : ""}${two(Math.floor((left_s % 3600) / 60))}:${two(left_s % 60)}`;
}

async function share(event) {
  const { title, url } = event.currentTarget.dataset;
  if (navigator.share) return navigator.share({ title, url }).catch(() => null);
  await navigator.clipboard.writeText(url);
  toast(say("copied"));
}
