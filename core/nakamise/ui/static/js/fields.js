/** Small helpers of single fields: show a password, one-time codes, copy, picked files. */

document.addEventListener("click", async (event) => {
  const target = /** @type {Element} */ (event.target);
  const reveal = target.closest("[data-reveal]");
  if (reveal) togglePassword(reveal);
  const copy = target.closest("[data-copy]");
  if (copy) await copyText(copy);
});

function togglePassword(button) {
  const input = document.getElementById(button.getAttribute("aria-controls"));
  const show = input.type === "password";
  input.type = show ? "text" : "password";
  button.setAttribute("aria-pressed", String(show));
}

async function copyText(button) {
  const { toast } = await import("./toast.js");
  await navigator.clipboard.writeText(button.dataset.copy);
  toast(button.dataset.copied);
}

document.addEventListener("input", (event) => {
  const input = /** @type {HTMLInputElement} */ (event.target);
  if (!input.matches?.("[data-otp]")) return;
  // Full-width digits come from a Japanese keyboard.
  input.value = input.value.normalize("NFKC").replace(/\D/g, "").slice(0, input.maxLength);
  if (input.value.length === input.maxLength) input.form?.requestSubmit();
});

document.addEventListener("change", (event) => {
  const input = /** @type {HTMLInputElement} */ (event.target);
  const zone = input.closest?.("[data-drop]");
  if (zone && input.type === "file") preview(zone, input.files);
});

function preview(zone, files) {
  const list = zone.querySelector("[data-drop-files]");
  list.querySelectorAll("img").forEach((image) => URL.revokeObjectURL(image.src));
  list.replaceChildren(...[...files].map(thumbnail));
}

function thumbnail(file) {
  if (!file.type.startsWith("image/")) {
    const name = document.createElement("span");
    name.className = "n-badge";
    name.textContent = file.name;
    return name;
  }
  const image = new Image();
  image.src = URL.createObjectURL(file);
  image.alt = file.name;
  return image;
}

for (const [type, over] of [["dragenter", true], ["dragleave", false], ["drop", false]]) {
  document.addEventListener(type, (event) => event.target.closest?.("[data-drop]")?.toggleAttribute("data-over", over));
}
