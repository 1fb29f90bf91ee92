/**
 * The reading of a name while it is typed: `data-kana-of` on the field for the reading names the field of the name.
 *
 * An input method shows kana before it turns them into kanji; the last ones before the change are the reading. A
 * keyboard that offers whole words shows only their beginning: then the person completes it.
 */

import { put } from "./filling.js";

const KANA = /^[ぁ-ゖァ-ヺー]+$/;
/** What was taken over so far, by name field: pieces of its text with their readings. */
const pieces = new WeakMap();
/** The last kana of the word that is being typed. */
let typed = "";

document.addEventListener("compositionstart", () => (typed = ""));

document.addEventListener("compositionupdate", ({ data }) => {
  // Letters at the end are the kana that come next.
  const kana = data.normalize("NFKC").replace(/[a-z]+$/i, "");
  if (KANA.test(kana) || !data) typed = kana;
});

document.addEventListener("compositionend", ({ target, data }) => {
  const reading = readingOf(target);
  if (!reading || !data || !typed) return;
  pieces.set(target, [...known(target), { text: data, kana: typed }]);
  show(target, reading);
});

document.addEventListener("input", (event) => {
  const name = /** @type {HTMLInputElement} */ (event.target);
  const reading = event.isComposing ? null : readingOf(name);
  if (!reading) return;
  const text = name.value.normalize("NFKC").trim();
  // Kana that no input method made: pasted, or typed by a keyboard that has them.
  if (KANA.test(text)) pieces.set(name, [{ text: name.value, kana: text }]);
  else pieces.set(name, known(name));
  show(name, reading);
});

/** @returns {HTMLInputElement | null} */
function readingOf(name) {
  return name.form?.querySelector(`[data-kana-of="${CSS.escape(name.name)}"]`) ?? null;
}

/** Pieces that still stand in the name. */
function known(name) {
  return (pieces.get(name) ?? []).filter(({ text }) => name.value.includes(text));
}

function show(name, reading) {
  const kana = known(name).map((piece) => piece.kana);
  put(reading, katakana(kana.join("")));
}

function katakana(text) {
  return text.replace(/[ぁ-ゖ]/g, (letter) => String.fromCharCode(letter.charCodeAt(0) + 0x60));
}
