/** The console: colours that are picked or typed, the preview beside the brand's form, waiting, doors that close. */

// --- a colour has a picker and a text; they say the same ---
document.addEventListener("input", (event) => {
  const pick = event.target.closest?.("[data-agency-pick]");
  if (pick) {
    const text = document.getElementById(pick.dataset.agencyPick);
    text.value = pick.value;
    text.dispatchEvent(new Event("input", { bubbles: true }));
    return;
  }
  const twin = document.querySelector(`[data-agency-pick="${CSS.escape(event.target.id ?? "")}"]`);
  if (twin && /^#[0-9a-f]{6}$/i.test(event.target.value.trim())) twin.value = event.target.value.trim();
  const output = event.target.type === "range" && document.querySelector(`output[for="${CSS.escape(event.target.id)}"]`);
  if (output) output.value = event.target.value + output.dataset.agencyUnit;
});

// --- the preview: a second frame loads unseen and takes the first one's place, so that nothing flickers ---
const form = document.querySelector("[data-agency-look]");
const stage = document.querySelector(".agency-preview__stage");
const WAIT_MS = 250;
const DESKTOP_PX = 1180;
let timer = 0;

function address() {
  const typed = new URLSearchParams();
  for (const [name, value] of new FormData(form)) typed.set(name, String(value));
  const seenAs = document.querySelector("input[name=as]:checked")?.value;
  if (seenAs) typed.set("as", seenAs);
  return `${form.dataset.agencyLook}?${typed}`;
}

function redraw() {
  stage.querySelectorAll("[data-next]").forEach((frame) => frame.remove());
  const shown = stage.querySelector("iframe");
  const next = shown.cloneNode();
  next.removeAttribute("id");
  next.dataset.next = "";
  next.setAttribute("aria-hidden", "true");
  next.addEventListener("load", () => {
    if (!next.isConnected) return;
    next.contentWindow.scrollTo(0, shown.contentWindow?.scrollY ?? 0);
    next.id = shown.id;
    next.removeAttribute("aria-hidden");
    delete next.dataset.next;
    shown.remove();
  });
  next.src = address();
  stage.append(next);
}

function fit() {
  stage.style.setProperty("--scale", String(Math.min(1, stage.clientWidth / DESKTOP_PX)));
}

if (form && stage) {
  form.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(redraw, WAIT_MS);
  });
  document.addEventListener("change", (event) => {
    if (event.target.name === "as") redraw();
    if (event.target.name === "wide") stage.dataset.wide = event.target.value;
  });
  new ResizeObserver(fit).observe(stage);
}

// --- changes that are not saved ---
let guarded = null;
document.addEventListener("input", (event) => {
  guarded = event.target.closest?.("form[data-agency-guard]") ?? guarded;
});
document.addEventListener("submit", (event) => {
  if (event.target === guarded) guarded = null;
});
addEventListener("beforeunload", (event) => {
  if (guarded) event.preventDefault();
});

// --- a form whose answer takes seconds says so ---
document.addEventListener("submit", (event) => {
  const dialog = document.getElementById(event.target.dataset?.agencyWait ?? "");
  if (!dialog || event.defaultPrevented) return;
  dialog.showModal();
  dialog.addEventListener("cancel", (cancel) => cancel.preventDefault());
});
addEventListener("pageshow", (event) => {
  if (event.persisted) document.querySelectorAll(".agency-wait[open]").forEach((dialog) => dialog.close());
});

// --- a dialog that comes back with faults is open; a door closes when its time is over ---
document.querySelectorAll("dialog[data-auto-open]").forEach((dialog) => dialog.open || dialog.showModal());
const door = document.querySelector("[data-agency-until]");
if (door) {
  const shut = () => {
    door.removeAttribute("href");
    door.setAttribute("aria-disabled", "true");
    document.querySelector("[data-agency-said]").textContent = door.dataset.agencyLate;
  };
  setTimeout(shut, Math.max(0, Date.parse(door.dataset.agencyUntil) - Date.now()));
  door.addEventListener("click", () => setTimeout(shut, 0));
}
