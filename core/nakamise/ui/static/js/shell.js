/** The page's frame: menus close themselves, light and dark switch at once, galleries follow their thumbnails. */

document.addEventListener("click", (event) => {
  const target = /** @type {Element} */ (event.target);
  closeMenus(target);
  const thumb = target.closest(".n-gallery__thumbs a");
  if (thumb) {
    event.preventDefault();
    showPicture(thumb);
  }
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  const menu = document.querySelector("details.n-menu[open]");
  if (!menu) return;
  menu.open = false;
  menu.querySelector("summary").focus();
});

function closeMenus(target) {
  for (const menu of document.querySelectorAll("details.n-menu[open]")) {
    if (!menu.contains(target)) menu.open = false;
  }
}

function showPicture(thumb) {
  const picture = document.getElementById(thumb.hash.slice(1));
  const stage = picture.parentElement;
  stage.scrollTo({ left: picture.offsetLeft - stage.offsetLeft });
  for (const other of thumb.closest(".n-gallery__thumbs").querySelectorAll("a")) other.removeAttribute("aria-current");
  thumb.setAttribute("aria-current", "true");
}

// The choice is seen at once and saved by the form's own request; without this module the form reloads the page.
document.addEventListener("submit", async (event) => {
  const form = /** @type {HTMLFormElement} */ (event.target);
  if (!form.matches("[data-scheme-form]") || !event.submitter) return;
  event.preventDefault();
  const data = new FormData(form, event.submitter);
  document.documentElement.dataset.scheme = String(data.get("scheme"));
  for (const button of form.querySelectorAll("button")) {
    button.setAttribute("aria-pressed", String(button === event.submitter));
  }
  await fetch(form.action, { method: "POST", body: new URLSearchParams(data), redirect: "manual" });
});
