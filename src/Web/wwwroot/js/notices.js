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
  const shown = show(words, "problem");
  byId("alarm").textContent = words;
  stopCounting = seconds ? countDown(shown, seconds, clearProblem) : () => {};
}

/** What is no fault and asks nothing of anybody: said politely, and gone with the next problem that ends. @param {string} words */
export function inform(words) {
  show(words, "aside");
  say(words);
}

/**
 * @param {string} words
 * @param {"problem" | "aside"} look
 */
function show(words, look) {
  stopCounting();
  stopCounting = () => {};
  const shown = byId("problem");
  shown.className = look;
  shown.textContent = words;
  shown.hidden = false;
  byId("alarm").textContent = "";
  return shown;
}

export function clearProblem() {
  stopCounting();
  byId("problem").hidden = true;
  byId("alarm").textContent = "";
}

/**
 * A warning, which is told only once: it stays until it is closed. What comes before that is added.
 * @param {string} words
 * @param {string} [appealUrl] a path on this site
 */
export function warn(words, appealUrl) {
  const shown = byId("warning");
  const text = /** @type {HTMLElement} */ (shown.querySelector("p"));
  text.textContent = shown.hidden ? words : `${text.textContent} ${words}`;
  const link = /** @type {HTMLAnchorElement} */ (shown.querySelector("a"));
  link.hidden = !appealUrl;
  if (appealUrl) link.href = appealUrl;
  shown.hidden = false;
  byId("alarm").textContent = words;
  /** @type {HTMLElement} */ (shown.querySelector("button")).onclick = () => { shown.hidden = true; };
}

/** Speaks once; nothing of it stays to be found again. @param {string} words */
export function say(words) {
  clearTimeout(silence);
  byId("said").textContent = words;
  silence = setTimeout(() => { byId("said").textContent = ""; }, 1500);
}
