/**
 * Says at once what is wrong with a field that was left: `data-shape` is what it must look like, `data-wrong` the
 * words. The server checks it all again, and alone says what is missing.
 */

const DASHES = /[\s\-‐‑–—−ー()〒]/g;
const SHAPES = {
  postal_code: (text) => /^\d{7}$/.test(text.replace(DASHES, "")),
  phone: (text) => /^(0\d{9,10}|\+810?\d{9,10})$/.test(text.replace(DASHES, "")),
  kana: (text) => /^[ぁ-ゖァ-ヺー]+( [ぁ-ゖァ-ヺー]+)*$/.test(text.replace(/\s+/g, " ")),
};

// A field that is filled in by the page changes without being left.
for (const happened of ["focusout", "change"]) {
  document.addEventListener(happened, ({ target }) => {
    if (target.dataset?.shape) tell(target, target.value === "" || fits(target));
  });
}

// While it is mended the words go away, and come back only when it is left again.
document.addEventListener("input", ({ target }) => {
  if (target.dataset?.shape && target.ariaInvalid === "true" && fits(target)) tell(target, true);
});

function fits({ value, dataset }) {
  return SHAPES[dataset.shape](value.normalize("NFKC").trim());
}

function tell(input, isRight) {
  const field = input.closest(".n-field");
  const id = `${input.id}-error`;
  const said = document.getElementById(id);
  if (isRight === !said) return;
  const others = (input.getAttribute("aria-describedby") ?? "").split(" ").filter((one) => one && one !== id);
  if (isRight) {
    said.remove();
    input.removeAttribute("aria-invalid");
  } else {
    const words = document.getElementById("field-error").content.firstElementChild.cloneNode(true);
    words.id = id;
    words.querySelector("span").textContent = input.dataset.wrong;
    field.append(words);
    input.setAttribute("aria-invalid", "true");
    others.push(id);
  }
  input.setAttribute("aria-describedby", others.join(" "));
}
