/** Counts characters as the server does: code points, a line's end as one. */

for (const place of document.querySelectorAll("[data-count]")) {
  const field = /** @type {HTMLInputElement} */ (document.getElementById(place.dataset.count));
  const show = () => {
    const number = [...field.value].length;
    place.querySelector("[data-counted]").textContent = String(number);
    const isOver = number > Number(place.dataset.most);
    place.toggleAttribute("data-over", isOver);
    field.setAttribute("aria-invalid", String(isOver));
  };
  field.addEventListener("input", show);
  show();
}
