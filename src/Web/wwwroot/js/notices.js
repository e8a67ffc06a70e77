// What is said beside the panel: problems to the eye and at once to assistive technology, states politely.
import { countDown } from "./countdown.js";

const byId = (/** @type {string} */ id) => /** @type {HTMLElement} */ (document.getElementById(id));

let stopCounting = () => {};
/** @type {ReturnType<typeof setTimeout> | undefined} */
let silence;

/**
 * @param {string} words
 * @param {number} [seconds] counted down in the words, which then go away
 */
export function problem(words, seconds) {
  stopCounting();
  const shown = byId("problem");
  shown.hidden = false;
  shown.textContent = words;
  byId("alarm").textContent = words;
  stopCounting = seconds ? countDown(shown, seconds, clearProblem) : () => {};
}

export function clearProblem() {
  stopCounting();
  byId("problem").hidden = true;
  byId("alarm").textContent = "";
}

/** Speaks once; nothing of it stays to be found again. @param {string} words */
export function say(words) {
  clearTimeout(silence);
  byId("said").textContent = words;
  silence = setTimeout(() => { byId("said").textContent = ""; }, 1500);
}
