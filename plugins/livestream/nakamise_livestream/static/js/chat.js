/**
 * The chat of a broadcast: lines as they are said, saying one, what was taken away. Text goes in as text only.
 * Drawn once a frame however many come, and never more than the latest hundred.
 */

import { all, ask, BROADCAST, facts, here, hour, number, one, Refused, say } from "./parts.js";

const LINES_MAX = 100;
const NEAR_PX = 40;
const HUES = 5;
const list = one("[data-lines]");
const form = one("[data-say]");
const note = one("[data-note]");
const newer = one("[data-new]");
let waiting = [];
let missed = 0;
let isFollowing = true;
let mode = facts.mode;
let standing = facts.standing;
const plain = (_item, _line) => {};
let decorate = plain;

/** @param {(item: HTMLLIElement, line: any) => void} how the studio's: tools beside each line */
export function start(how = decorate) {
  decorate = how;
  if (!list) return;
  for (const item of all("[data-line-id]", list)) item.dataset.hue = hueOf(one("b", item).textContent);
  list.scrollTop = list.scrollHeight;
  list.addEventListener("scroll", follow, { passive: true });
  newer.addEventListener("click", catchUp);
  here.on("chat", add);
  here.on("chat.removed", ({ id }) => remove(id));
  here.on("chat.pinned", ({ line }) => showPinned(line));
  here.on("chat.mode", (heard) => ((mode = heard), showMode()));
  here.on("chat.standing", (heard) => ((standing = heard), showMode()));
  here.on("reset", reload);
  list.addEventListener("click", takeAway);
  if (form) listen();
  showMode();
}

export function itemOf(line) {
  const item = document.createElement("li");
  item.dataset.lineId = line.id;
  item.dataset.role = line.role;
  item.dataset.hue = hueOf(line.name);
  item.toggleAttribute("data-mine", line.mine ?? false);
  if (line.role !== "viewer") item.append(Object.assign(document.createElement("em"), { textContent: say(line.role) }));
  item.append(Object.assign(document.createElement("b"), { textContent: line.name }), ` ${line.text} `, timeOf(line));
  if ((line.mine || standing.may_moderate) && decorate === plain) item.append(remover());
  decorate(item, line);
  return item;
}

/** The same name has the same colour. @param {string} name */
function hueOf(name) {
  const sum = [...name].reduce((found, letter) => (found * 31 + (letter.codePointAt(0) ?? 0)) % 9973, 0);
  return String(sum % HUES);
}

function timeOf(line) {
  const time = Object.assign(document.createElement("time"), { dateTime: line.at, textContent: hour(line.at) });
  time.className = "n-num";
  return time;
}

function remover() {
  const button = Object.assign(document.createElement("button"), { type: "button", textContent: "✖" });
  button.dataset.remove = "";
  button.setAttribute("aria-label", say("remove"));
  return button;
}

async function takeAway(event) {
  const button = event.target.closest("[data-remove]");
  const id = button?.closest("[data-line-id]").dataset.lineId;
  if (!id) return;
  await ask("DELETE", `${BROADCAST}/chat/lines/${id}`).then(
    () => remove(id),
    (error) => tell(error.message, true),
  );
}

/**
 * What happens besides talk: somebody came, somebody bought. The same kind again replaces the one before.
 * @param {string} kind
 * @param {string} text
 * @param {boolean} [isAgain]
 */
export function happened(kind, text, isAgain = false) {
  if (!list) return;
  const last = list.lastElementChild;
  if (isAgain && last?.dataset.happened === kind) last.firstElementChild.textContent = text;
  else {
    const item = document.createElement("li");
    item.dataset.happened = kind;
    item.append(Object.assign(document.createElement("span"), { textContent: text }));
    list.append(item);
  }
  if (isFollowing) list.scrollTop = list.scrollHeight;
}

function add(line) {
  if (waiting.push(line) === 1) requestAnimationFrame(draw);
}

function draw() {
  const lines = fresh();
  waiting = [];
  one("[data-hint]", list)?.remove();
  list.append(...lines.map(itemOf));
  while (list.childElementCount > LINES_MAX && isFollowing) list.firstElementChild.remove();
  if (isFollowing) list.scrollTop = list.scrollHeight;
  else announce(lines.length);
}

/** One's own line comes twice, as the answer and from the room, in whichever order. */
function fresh() {
  const found = new Map();
  for (const line of waiting) found.set(line.id, { ...line, mine: line.mine || found.get(line.id)?.mine });
  for (const [id, line] of found) {
    const item = itemWith(id);
    if (!item) continue;
    found.delete(id);
    if (line.mine && !("mine" in item.dataset)) item.replaceWith(itemOf(line));
  }
  return [...found.values()].slice(-LINES_MAX);
}

const itemWith = (id) => one(`[data-line-id="${CSS.escape(id)}"]`, list);

function announce(count) {
  missed += count;
  newer.hidden = missed === 0;
  newer.textContent = say("new", { n: number(missed) });
}

function follow() {
  isFollowing = list.scrollHeight - list.scrollTop - list.clientHeight < NEAR_PX;
  if (isFollowing) announce(-missed);
}

function catchUp() {
  isFollowing = true;
  announce(-missed);
  list.scrollTop = list.scrollHeight;
}

function remove(id) {
  waiting = waiting.filter((line) => line.id !== id);
  itemWith(id)?.remove();
}

/** A guest may have signed in beside the broadcast. */
export async function whoAmI() {
  if (standing.why !== "guest") return;
  const chat = await ask("GET", `${BROADCAST}/chat`).catch(() => null);
  if (!chat) return;
  standing = chat.standing;
  showMode();
}

async function reload() {
  const chat = await ask("GET", `${BROADCAST}/chat`).catch(() => null);
  if (!chat) return;
  list.replaceChildren(...chat.lines.filter((line) => !line.deleted).map(itemOf));
  ({ mode, standing } = chat);
  showPinned(chat.pinned);
  showMode();
  catchUp();
}

function showPinned(line) {
  const place = one("[data-chat-pinned]");
  place.hidden = !line;
  one("b", place).textContent = line?.name ?? "";
  one("span", place).textContent = line?.text ?? "";
}

function showMode() {
  const slow = one("[data-slow]");
  slow.hidden = !mode.slow_s;
  slow.textContent = mode.slow_s ? say("slow", { n: mode.slow_s }) : "";
  const login = one("[data-login]");
  if (login) login.hidden = standing.why !== "guest";
  if (!form) return;
  form.hidden = standing.why === "guest" && Boolean(login);
  const why = standing.why || (!mode.is_open && !standing.may_moderate ? "closed" : "");
  const isBarred = ["closed", "muted", "banned"].includes(why);
  form.elements.text.disabled = isBarred;
  one("[data-send]", form).disabled = isBarred;
  tell(isBarred ? say(why) : mode.slow_s ? say("slow", { n: mode.slow_s }) : "");
}

function tell(text, isBad = false) {
  note.textContent = text;
  note.toggleAttribute("data-bad", isBad);
}

function listen() {
  const field = form.elements.text;
  field.addEventListener("input", () => count(field));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    // A word that is still being put together with a Japanese keyboard is not sent.
    if (!count(field) || !field.value.trim()) return;
    send(field);
  });
  field.addEventListener("keydown", (event) => event.isComposing && event.key === "Enter" && event.preventDefault());
}

/** Says how much is left when it gets short; false when it is too long. */
function count(field) {
  const left = Number(field.dataset.max) - [...field.value.trim()].length;
  form.classList.toggle("has-text", field.value !== "");
  field.toggleAttribute("aria-invalid", left < 0);
  if (left < 0) tell(say("too_long", { n: -left }), true);
  else tell(left <= 20 ? say("left", { n: left }) : "");
  return left >= 0;
}

async function send(field) {
  const text = field.value;
  const key = crypto.randomUUID();
  field.value = "";
  form.classList.remove("has-text");
  tell("");
  try {
    const line = await ask("POST", `${BROADCAST}/chat/lines`, { text, key });
    add({ ...line, mine: true });
    isFollowing = true;
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    if (!field.value) field.value = text;
    tell(error.retry_s ? `${error.message} ${say("wait", { n: error.retry_s })}` : error.message, true);
  }
}

export const penalise = (id, body) => ask("PUT", `${BROADCAST}/chat/lines/${id}/penalty`, body);
export const lineItems = () => all("[data-line-id]", list);
