// The message box: Enter sends, a draft survives a reload, and the other side learns that one is typing.
import { send } from "./connection.js";
import { draftOf, keepDraft } from "./outbox.js";

const TYPING_EVERY = 2000;

/**
 * @param {string} matchId
 * @param {(body: string) => void} submit
 */
export function attach(matchId, submit) {
  const form = /** @type {HTMLFormElement} */ (document.getElementById("composer"));
  const box = /** @type {HTMLTextAreaElement} */ (document.getElementById("message"));
  let toldAt = -TYPING_EVERY;
  let told = false;

  /** @param {boolean} isTyping */
  const tellTyping = (isTyping) => {
    const now = performance.now();
    if (isTyping ? now - toldAt < TYPING_EVERY : !told) return;
    toldAt = isTyping ? now : -TYPING_EVERY;
    told = isTyping;
    send("typing", { matchId, isTyping });
  };

  box.value = draftOf(matchId);
  box.addEventListener("input", () => {
    keepDraft(matchId, box.value);
    tellTyping(box.value.trim() !== "");
  });
  box.addEventListener("blur", () => tellTyping(false));
  box.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === 229) return;
    event.preventDefault();
    form.requestSubmit();
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const body = box.value.trim();
    box.focus();
    if (!body) return;
    box.value = "";
    keepDraft(matchId, "");
    tellTyping(false);
    submit(body);
  });
}
