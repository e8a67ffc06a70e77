// The state in words. The server's words hold until the connection, the partner or typing say otherwise.
import { say } from "./notices.js";

const TYPING_ENDS = 5000;
const TYPING_SPOKEN_EVERY = 10_000;
const TYPING = "Stranger is typing";

let down = false;
let lostUntil = 0;
let spokenAt = -TYPING_SPOKEN_EVERY;
/** @type {ReturnType<typeof setTimeout> | undefined} */
let typing;
/** @type {ReturnType<typeof setInterval> | undefined} */
let counting;

const byId = (/** @type {string} */ id) => document.getElementById(id);

/** A new match, or none: nobody is lost and nobody types. */
export function reset() {
  clearTimeout(typing);
  clearInterval(counting);
  typing = undefined;
  lostUntil = 0;
  render();
}

/** @param {boolean} isDown */
export function setConnection(isDown) {
  down = isDown;
  render();
}

/** @param {boolean} isTyping */
export function setTyping(isTyping) {
  clearTimeout(typing);
  typing = isTyping ? setTimeout(() => setTyping(false), TYPING_ENDS) : undefined;
  if (isTyping && performance.now() - spokenAt >= TYPING_SPOKEN_EVERY) {
    spokenAt = performance.now();
    say(TYPING);
  }
  render();
}

/** @param {number} graceSeconds 0: the partner is back */
export function setPartnerLost(graceSeconds) {
  clearInterval(counting);
  lostUntil = graceSeconds > 0 ? performance.now() + graceSeconds * 1000 : 0;
  if (lostUntil) counting = setInterval(render, 500);
  render();
}

export function render() {
  const status = byId("state");
  if (!status) return;
  const own = status.dataset.words ??= status.textContent ?? "";
  const live = byId("main")?.dataset.state === "live";
  const offline = !navigator.onLine;
  const lost = live && !offline && !down && lostUntil > 0;
  const words = offline ? `You are offline.${live ? " Unsent messages wait here." : ""}`
    : down || lost ? "Reconnecting"
    : live && typing ? TYPING
    : own;
  if (status.textContent !== words) {
    // Typing comes and goes too often to be read out each time; it is spoken apart, now and then.
    status.ariaLive = words === TYPING || status.textContent === TYPING ? "off" : "polite";
    status.textContent = words;
  }
  status.parentElement?.classList.toggle("lost", offline || down || lost);
  const seconds = Math.max(0, Math.ceil((lostUntil - performance.now()) / 1000));
  show("countdown", lost, `, ${seconds} s`);
  show("partner-lost", lost);
  show("dots", live && typing !== undefined && !offline && !down && !lost);
}

/**
 * @param {string} id
 * @param {boolean} shown
 * @param {string} [text]
 */
function show(id, shown, text) {
  const element = byId(id);
  if (!element) return;
  element.hidden = !shown;
  if (text !== undefined) element.textContent = text;
}
