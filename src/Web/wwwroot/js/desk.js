// Keys of the desk. Everything they do is a link, a button or a field on the page too.

import { countDown } from "./countdown.js";

/** Where letters are letters. */
const fields = 'input, textarea, select';

/** @param {number} step 1: the next case of the queue, -1: the one before. */
function go(step) {
  const links = [.../** @type {NodeListOf<HTMLAnchorElement>} */ (document.querySelectorAll('.rail ol a'))];
  const here = links.findIndex((link) => link.getAttribute('aria-current') === 'true');
  links[here + step]?.click();
}

document.addEventListener('keydown', (event) => {
  const target = /** @type {HTMLElement} */ (event.target);
  if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing || target.matches(fields)) {
    return;
  }

  const key = event.key.toLowerCase();
  if (key === 'j' || key === 'k') {
    go(key === 'j' ? 1 : -1);
    return;
  }

  const field = /** @type {HTMLElement | null} */ (document.querySelector(`[data-focus="${CSS.escape(key)}"]`));
  if (field) {
    // The letter belongs to the key, not into the field.
    event.preventDefault();
    field.focus();
    return;
  }

  /** @type {HTMLElement | null} */ (document.querySelector(`[data-key="${CSS.escape(key)}"]`))?.click();
});

// What the chosen policy means stands below it.
document.getElementById('policy')?.addEventListener('change', (event) => {
  const chosen = /** @type {HTMLSelectElement} */ (event.target).value;
  for (const meaning of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll('[data-policy]'))) {
    meaning.hidden = meaning.dataset.policy !== chosen;
  }
});

// How long a decision can be taken back: in seconds from now, so that this clock need not be right. Nothing moves but a number.
const undo = /** @type {HTMLElement | null} */ (document.querySelector('[data-undo]'));
if (undo) {
  const seconds = Number(undo.dataset.undo);
  undo.textContent = `for ${seconds} s`;
  countDown(undo, seconds, () => undo.closest('form')?.remove());
}

// On a narrow screen the queue is folded away until it is wanted.
const rail = /** @type {HTMLDetailsElement | null} */ (document.querySelector('.rail'));
if (rail && matchMedia('(max-width: 1099px)').matches) {
  rail.open = false;
}
