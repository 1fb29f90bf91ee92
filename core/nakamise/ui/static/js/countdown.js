/**
 * Counts down by the server's clock: a visitor's own may be wrong. Without scripts the end stands there as a time.
 * `ui.countdown` draws the element; one that a script adds, or whose `data-countdown` it changes, counts too.
 */

const SECOND = 1000;
const root = document.documentElement;
const ahead = root.dataset.now ? Date.parse(root.dataset.now) - Date.now() : 0;

const two = (number) => String(number).padStart(2, "0");

const words = (left, { days }) => {
  const seconds = Math.ceil(left / SECOND);
  const whole = Math.floor(seconds / 86400);
  const clock = `${two(Math.floor((seconds % 86400) / 3600))}:${two(Math.floor((seconds % 3600) / 60))}:${two(seconds % 60)}`;
  return whole ? `${days.replace("{}", whole)} ${clock}` : clock;
};

const tick = () => {
  const now = Date.now() + ahead;
  for (const element of document.querySelectorAll('[data-countdown]:not([data-countdown=""])')) {
    const { countdown, left, over } = element.dataset;
    // The last second still counts.
    const rest = Date.parse(countdown) + SECOND - now;
    element.textContent = rest > 0 ? left.replace("{}", words(rest, element.dataset)) : over;
    element.hidden = false;
  }
  setTimeout(tick, SECOND - ((Date.now() + ahead) % SECOND));
};

tick();
