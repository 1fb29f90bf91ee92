// Whoever chose a day and presses "Place the order" at once means the day too: wishes that were not sent yet are
// sent first, and the confirmation shows what it costs with them. Without scripts their own button does it.
(() => {
  const isChanged = (field) => {
    if (field.type === "hidden" || field.tagName === "BUTTON") return false;
    if (field.tagName === "SELECT") {
      const before = [...field.options].find((one) => one.defaultSelected) || field.options[0];
      return Boolean(before) && field.value !== before.value;
    }
    return field.value !== field.defaultValue;
  };
  document.addEventListener(
    "submit",
    async (event) => {
      if (event.target.getAttribute("action") !== "/shop/checkout/confirm") return;
      const waiting = [...document.querySelectorAll("form[data-before-order]")].filter((form) =>
        [...form.elements].some(isChanged),
      );
      if (!waiting.length) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      for (const form of waiting.slice(0, -1)) {
        await fetch(form.action, { method: "POST", body: new URLSearchParams(new FormData(form)) });
      }
      waiting.at(-1).requestSubmit();
    },
    true,
  );
})();
