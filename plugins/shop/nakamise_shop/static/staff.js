/** The staff's pages: uploads with progress, a guard against lost changes, more rows, printing. */

import { toast } from "ui/toast";

const PARTIAL = { "HX-Request": "true", "HX-Request-Type": "partial" };

// --- uploads: one file per request, so that each has its own progress and its own answer ---
function prepare(root) {
  root.querySelectorAll("[data-staff-fallback]").forEach((part) => part.setAttribute("hidden", ""));
}
prepare(document);

document.addEventListener("change", (event) => {
  const form = event.target.closest?.("form[data-staff-upload]");
  if (form && event.target.type === "file" && event.target.files.length) uploadAll(form, [...event.target.files]);
});

async function uploadAll(form, files) {
  const bar = form.querySelector("progress");
  form.querySelector("input[type=file]").disabled = true;
  bar.hidden = false;
  const refusals = [];
  let card = null;
  try {
    for (const [index, file] of files.entries()) {
      const share = (part) => (bar.value = (100 * (index + part)) / files.length);
      card = await upload(form, file, share);
      refusals.push(...card.querySelectorAll("[role=alert]"));
    }
    show(form.closest("#pictures"), card, refusals);
  } catch {
    bar.hidden = true;
    form.querySelector("input[type=file]").disabled = false;
    toast(form.dataset.failed);
  }
}

/** @returns {Promise<Element>} the card of pictures as it is after this file */
function upload(form, file, onProgress) {
  return new Promise((resolve, reject) => {
    const body = new FormData();
    body.append("pictures", file);
    const request = new XMLHttpRequest();
    request.open("POST", form.action);
    for (const [name, value] of Object.entries(PARTIAL)) request.setRequestHeader(name, value);
    request.upload.addEventListener("progress", (event) => onProgress(event.loaded / event.total));
    request.addEventListener("error", reject);
    request.addEventListener("load", () => {
      const page = new DOMParser().parseFromString(request.responseText, "text/html");
      const card = page.getElementById("pictures");
      if (card) resolve(card);
      else reject(new Error(String(request.status)));
    });
    request.send(body);
  });
}

function show(old, card, refusals) {
  const region = card.querySelector("[aria-live]");
  region.querySelectorAll("[role=alert]").forEach((one) => one.remove());
  region.prepend(...refusals);
  const placed = document.importNode(card, true);
  prepare(placed);
  old.replaceWith(placed);
  window.htmx?.process(placed);
  placed.querySelector("input[type=file], button")?.focus();
}

document.addEventListener("htmx:after:swap", () => {
  prepare(document);
  // The button that was pressed may be gone: the keyboard goes on at the card.
  if (document.activeElement === document.body) document.getElementById("pictures")?.focus();
});

// --- changes that are not saved ---
let guarded = null;
document.addEventListener("input", (event) => {
  const form = event.target.closest?.("form[data-staff-guard]");
  if (form) guarded = form;
});
document.addEventListener("submit", (event) => {
  if (event.target === guarded) guarded = null;
});
addEventListener("beforeunload", (event) => {
  if (guarded) event.preventDefault();
});

// --- one more row like the last one, empty ---
document.addEventListener("click", (event) => {
  const button = event.target.closest?.("[data-staff-add]");
  if (!button) return;
  const rows = document.querySelectorAll(`[data-staff-rows="${button.dataset.staffAdd}"] .staff-row`);
  const last = rows[rows.length - 1];
  const row = last.cloneNode(true);
  row.setAttribute("aria-label", last.getAttribute("aria-label").replace(/\d+/, String(rows.length + 1)));
  row.querySelectorAll("input").forEach((input) => {
    input.name = input.name.replace(/\.\d+\./, `.${rows.length}.`);
    input.id = `f-${input.name}`;
    input.value = "";
  });
  last.after(row);
  row.querySelector("input").focus();
});

document.addEventListener("click", (event) => {
  if (event.target.closest?.("[data-staff-print]")) print();
});

// --- the grid: arrows and Enter lead up and down its column, Ctrl+Enter saves ---
document.addEventListener("keydown", (event) => {
  const input = event.target.closest?.("[data-staff-grid] td input");
  if (!input || event.isComposing || event.altKey) return;
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
    event.preventDefault();
    input.form.requestSubmit();
    return;
  }
  const by = { ArrowUp: -1, ArrowDown: 1, Enter: event.shiftKey ? -1 : 1 }[event.key];
  if (!by) return;
  const column = input.name.split(".")[0];
  const cells = [...input.form.querySelectorAll(`td input[name^="${column}."]`)];
  const next = cells[cells.indexOf(input) + by];
  if (next || event.key === "Enter") event.preventDefault();
  next?.focus();
  next?.select();
});

// --- one box ticks all of the list ---
for (const all of document.querySelectorAll("input[data-staff-all]")) {
  const boxes = () => [...document.querySelectorAll(`input[type=checkbox][form="${all.dataset.staffAll}"]`)];
  all.closest("[hidden]")?.removeAttribute("hidden");
  all.addEventListener("change", () => boxes().forEach((box) => (box.checked = all.checked)));
  document.addEventListener("change", (event) => {
    if (boxes().includes(event.target)) all.checked = boxes().every((box) => box.checked);
  });
}
