/** The chat as those who moderate have it: acts beside each line, who may write, how fast. */

import { toast } from "ui/toast";
import { ask, BROADCAST, one, Refused, say } from "./parts.js";
import * as chat from "./chat.js";

const CHAT = `${BROADCAST}/chat`;
const ACTS = {
  pin: (id) => ask("PUT", `${CHAT}/pinned`, { comment_id: id }),
  delete: (id) => ask("DELETE", `${CHAT}/lines/${id}`),
  mute: (id) => chat.penalise(id, { kind: "mute", minutes: 10 }),
  ban: (id) => chat.penalise(id, { kind: "ban" }),
};

export function start(lines) {
  const list = one("[data-lines]");
  chat.start(tools);
  if (lines.length) list.replaceChildren(...lines.map(chat.itemOf));
  list.scrollTop = list.scrollHeight;
  list.addEventListener("click", act);
  one("[data-unpin-line]").addEventListener("click", () => attempt(() => ACTS.pin(null)));
  one("[data-chat-open]").addEventListener("change", setMode);
  one("[data-chat-slow]").addEventListener("change", setMode);
}

/** The item's text in one part, so that the tools stand beside it. */
function tools(item, line) {
  const text = document.createElement("span");
  text.append(...item.childNodes);
  const menu = document.createElement("details");
  menu.className = "n-menu";
  const opener = Object.assign(document.createElement("summary"), { className: "n-iconbtn", textContent: "⋯" });
  opener.setAttribute("aria-label", `${say("tools")}: ${line.name}`);
  const box = document.createElement("div");
  for (const name of line.role === "viewer" ? ["pin", "delete", "mute", "ban"] : ["pin", "delete"]) {
    const button = Object.assign(document.createElement("button"), { type: "button", className: "n-item", textContent: say(name) });
    button.dataset.do = name;
    box.append(button);
  }
  menu.append(opener, box);
  item.append(text, menu);
}

function act(event) {
  const button = event.target.closest("[data-do]");
  if (!button) return;
  button.closest("details").open = false;
  attempt(() => ACTS[button.dataset.do](button.closest("[data-line-id]").dataset.lineId));
}

function setMode() {
  const body = { is_open: one("[data-chat-open]").checked, slow_s: Number(one("[data-chat-slow]").value) };
  attempt(() => ask("PUT", `${CHAT}/mode`, body));
}

async function attempt(what) {
  try {
    await what();
    toast(say("done"));
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    toast(error.message);
  }
}
