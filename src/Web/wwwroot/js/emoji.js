// A small picker beside the message box: arrow keys move, Enter chooses, Esc closes.

const EMOJI = [
  ["😀", "grinning"], ["😄", "laughing eyes"], ["😂", "tears of joy"], ["🙂", "slight smile"], ["😉", "wink"],
  ["😊", "blush"], ["😍", "heart eyes"], ["😘", "kiss"], ["😎", "sunglasses"], ["🤩", "star eyes"], ["🤔", "thinking"],
  ["🤗", "hug"], ["🙃", "upside down"], ["😐", "neutral"], ["🙄", "rolling eyes"], ["😏", "smirk"], ["😴", "sleeping"],
  ["😢", "crying"], ["😭", "sobbing"], ["😅", "sweat smile"], ["😳", "flushed"], ["😱", "scream"], ["😡", "angry"],
  ["🥳", "party"], ["🤯", "mind blown"], ["😇", "halo"], ["👋", "wave"], ["👍", "thumbs up"], ["👎", "thumbs down"],
  ["👏", "clap"], ["🙏", "folded hands"], ["💪", "strong"], ["🤝", "handshake"], ["✌️", "victory"], ["❤️", "red heart"],
  ["💔", "broken heart"], ["🔥", "fire"], ["✨", "sparkles"], ["🎉", "confetti"], ["⭐", "star"], ["☀️", "sun"],
  ["🌙", "moon"], ["🌍", "globe"], ["🎵", "music"], ["📷", "camera"], ["🎮", "game"], ["⚽", "football"], ["🍕", "pizza"],
  ["☕", "coffee"], ["🍰", "cake"], ["🐱", "cat"], ["🐶", "dog"],
];

/** @type {HTMLElement | undefined} */
let picker;

export const isOpen = () => picker?.isConnected ?? false;

/**
 * @param {HTMLElement} button
 * @param {HTMLTextAreaElement} box
 */
export function attach(button, box) {
  button.addEventListener("click", () => isOpen() ? close(button) : open(button, box));
}

/**
 * @param {HTMLElement} button
 * @param {HTMLTextAreaElement} box
 */
function open(button, box) {
  picker = document.createElement("div");
  picker.className = "picker";
  picker.setAttribute("role", "group");
  picker.ariaLabel = "Pictures to insert";
  picker.append(...EMOJI.map(([sign, name], index) => {
    const one = document.createElement("button");
    one.type = "button";
    one.textContent = sign ?? "";
    one.ariaLabel = name ?? "";
    one.tabIndex = index === 0 ? 0 : -1;
    one.addEventListener("click", () => {
      close(button);
      box.setRangeText(sign ?? "", box.selectionStart, box.selectionEnd, "end");
      box.focus();
      box.dispatchEvent(new Event("input", { bubbles: true }));
    });
    return one;
  }));
  picker.addEventListener("keydown", move);
  button.after(picker);
  button.ariaExpanded = "true";
  /** @type {HTMLElement} */ (picker.firstElementChild).focus();
}

/** @param {HTMLElement} button */
function close(button) {
  picker?.remove();
  picker = undefined;
  button.ariaExpanded = "false";
}

/** @param {KeyboardEvent} event */
function move(event) {
  const all = /** @type {HTMLElement[]} */ ([...(picker?.children ?? [])]);
  const at = all.indexOf(/** @type {HTMLElement} */ (document.activeElement));
  const top = all[0]?.offsetTop;
  const columns = Math.max(1, all.filter((one) => one.offsetTop === top).length);
  const steps = /** @type {Record<string, number>} */ (
    { ArrowRight: 1, ArrowLeft: -1, ArrowDown: columns, ArrowUp: -columns, Home: -at, End: all.length - 1 - at });
  const step = steps[event.key];
  const next = step === undefined ? undefined : all[at + step];
  if (!next) return;
  event.preventDefault();
  for (const one of all) one.tabIndex = one === next ? 0 : -1;
  next.focus();
}

// Before anybody else hears the key: an Esc that closes the picker means nothing more.
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || !isOpen()) return;
  event.preventDefault();
  const button = /** @type {HTMLElement} */ (picker?.previousElementSibling);
  close(button);
  button.focus();
}, true);
document.addEventListener("pointerdown", (event) => {
  const button = /** @type {HTMLElement | null} */ (picker?.previousElementSibling ?? null);
  const target = /** @type {Node} */ (event.target);
  if (button && !picker?.contains(target) && !button.contains(target)) close(button);
});
