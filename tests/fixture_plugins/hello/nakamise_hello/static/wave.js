/** Puts a greeting on top of the list; other modules import it as "hello/wave". */

/**
 * @param {Element} list
 * @param {{id: string, text: string}} greeting
 */
export function wave(list, greeting) {
  const item = document.createElement("li");
  item.textContent = greeting.text;
  item.dataset.greeting = greeting.id;
  list.append(item);
}
