/** The product page's choice, and acts on the cart without leaving the page. Both work without this module. */

/** @typedef {{id: string, sku: string, values: string[], price: string, was: string, stock: string, kind: string, limit: number, picture: number}} Face */

const form = /** @type {HTMLFormElement | null} */ (document.querySelector("[data-shop-buy]"));
if (form) startProduct(form);

/** @param {HTMLFormElement} form */
function startProduct(form) {
  const faces = /** @type {Face[]} */ (JSON.parse(document.getElementById("shop-faces").textContent));
  const choose = () => {
    const face = faceOf(form, faces);
    show(form, face);
    markOut(form, faces);
    if (face) remember(face);
  };
  form.addEventListener("change", (event) => {
    if (event.target.type === "radio") choose();
  });
  // A browser that goes back restores the radios but not what follows from them.
  addEventListener("pageshow", (event) => event.persisted || choose());
  markOut(form, faces);
  const gallery = /** @type {HTMLElement | null} */ (document.querySelector("[data-shop-at]"));
  if (gallery) turnTo(Number(gallery.dataset.shopAt));
}

/** The option values that are chosen now, one per option. */
function chosen(form) {
  return [...form.querySelectorAll("fieldset")].map((set) => set.querySelector(":checked")?.value ?? "");
}

function faceOf(form, faces) {
  const values = chosen(form);
  return faces.find((face) => face.values.every((value, position) => value === values[position]));
}

function show(form, face) {
  const stock = document.querySelector("#shop-face .shop-stock");
  stock.textContent = face ? face.stock : form.dataset.none;
  stock.dataset.kind = face ? face.kind : "out";
  const limit = face ? face.limit : 0;
  for (const button of form.querySelectorAll("[data-shop-submit]")) button.disabled = limit < 1;
  const quantity = form.elements.namedItem("quantity");
  quantity.max = String(Math.max(1, limit));
  if (Number(quantity.value) > Number(quantity.max)) quantity.value = quantity.max;
  document.getElementById("shop-said").replaceChildren();
  if (face) showPrice(face);
}

function showPrice(face) {
  const price = document.querySelector("[data-shop-price]");
  price.querySelector("b").textContent = face.price;
  price.classList.toggle("n-price--sale", Boolean(face.was));
  const was = price.querySelector(".shop-was");
  was.hidden = !face.was;
  was.querySelector("s").textContent = face.was;
  turnTo(face.picture);
}

function turnTo(position) {
  document.querySelector(`.n-gallery__thumbs a[href="#gallery-${position + 1}"]:not([aria-current])`)?.click();
}

/** Values that are sold out together with the others chosen are marked, yet can be chosen. */
function markOut(form, faces) {
  const values = chosen(form);
  form.querySelectorAll("fieldset").forEach((set, position) => {
    for (const input of set.querySelectorAll("input")) {
      const wanted = values.with(position, input.value);
      const face = faces.find((one) => one.values.every((value, index) => value === wanted[index]));
      input.parentElement.toggleAttribute("data-out", !face || face.limit < 1);
    }
  });
}

function remember(face) {
  const here = new URL(location.href);
  if (here.searchParams.get("variant") === face.sku) return;
  here.searchParams.set("variant", face.sku);
  history.replaceState(history.state, "", here);
}

// Going back by history keeps the list's place on the screen.
document.addEventListener("click", (event) => {
  const link = /** @type {Element} */ (event.target).closest("[data-shop-back]");
  if (!link || event.metaKey || event.ctrlKey || !document.referrer) return;
  if (new URL(document.referrer).href !== link.href || history.length < 2) return;
  event.preventDefault();
  history.back();
});
