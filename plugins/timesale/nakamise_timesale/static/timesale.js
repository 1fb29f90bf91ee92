// Counts down by the server's clock: a visitor's own may be wrong. Without scripts the end stands there as a time.
const SECOND = 1000;

const two = (number) => String(number).padStart(2, "0");

const words = (left, { days }) => {
  const seconds = Math.ceil(left / SECOND);
  const whole = Math.floor(seconds / 86400);
  const clock = `${two(Math.floor((seconds % 86400) / 3600))}:${two(Math.floor((seconds % 3600) / 60))}:${two(seconds % 60)}`;
  return whole ? `${days.replace("{}", whole)} ${clock}` : clock;
};

const run = (element) => {
  const { timesaleUntil, timesaleNow, left, over } = element.dataset;
  const offset = Date.parse(timesaleNow) - Date.now();
  // The last second is part of the sale.
  const end = Date.parse(timesaleUntil) + SECOND;
  const tick = () => {
    const rest = end - (Date.now() + offset);
    element.textContent = rest > 0 ? left.replace("{}", words(rest, element.dataset)) : over;
    if (rest > 0 && element.isConnected) setTimeout(tick, SECOND - ((Date.now() + offset) % SECOND));
  };
  element.hidden = false;
  tick();
};

for (const element of document.querySelectorAll("[data-timesale-until]")) run(element);
